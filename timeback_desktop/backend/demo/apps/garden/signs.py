"""The signs of arithmetic that look like letters, by their names."""

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
