"""The migrations: one line of steps from an empty database to the present tables."""
