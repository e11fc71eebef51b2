"""The only place that calls the operating system: child processes, single instance."""
