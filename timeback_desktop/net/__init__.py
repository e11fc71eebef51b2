"""The only place with an HTTP client: the platform as the desktop talks to it."""
