"""What must never be written down, and the filter that keeps it out of the logs."""
