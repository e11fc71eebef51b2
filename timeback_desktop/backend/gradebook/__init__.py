"""The gradebook and the learning resources, in OneRoster's shape: tables only."""
