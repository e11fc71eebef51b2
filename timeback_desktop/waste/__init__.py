"""Which time was wasted, by which rule, and why: verdicts that explain themselves.

``verdict`` is what a rule says, ``rules`` hold one small class each, ``judge`` drives them
over the same ticks that the presence machine sees, ``sentences`` puts a verdict in words for
a student and for a coach. Nothing here reads a clock, opens a file or knows of Qt.
"""
