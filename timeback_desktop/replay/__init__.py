"""Play recorded ticks through the very objects that the program runs.

``trace`` reads a trace file, ``player`` drives a session recorder with it and keeps what
would have been stored, ``score`` compares labels with the truth. This is how a detector is
judged, and how a coach's "why was this called idle?" is answered a second time.
"""
