"""The database: one metadata, one way to open it, one line of migrations."""
