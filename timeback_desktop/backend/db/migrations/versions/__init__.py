"""The steps, in the order that their file names tell."""
