"""Who is at work: signals in, abutting segments out.

``signal`` says what one tick saw, ``thresholds`` names every limit with its evidence,
``machine`` turns ticks into segments. Nothing here reads a clock, opens a file or knows
of Qt: a whole day replays in milliseconds.
"""
