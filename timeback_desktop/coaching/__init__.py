"""What comes back to people: one fold over segments, for every view, export and answer."""
