"""Regular expressions that a stranger wrote, matched in a time that he cannot choose.

Python's own matcher tries every way through a pattern, which a short one can make take years.
This is the engine that checks request bodies here anyway: it reads each character once,
whatever the pattern, and knows neither look-around nor back-references. What is left to him
is how large a pattern becomes when its counted repetitions are written out; so that is
added up before (:func:`_size`), and the text is cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

MOST_LETTERS = 256
MOST_SIZE = 300
MOST_TEXT = 1024
"""A longer text is matched by its beginning."""

_PIECES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[^}]*\}|.", re.DOTALL)
_ODD_GROUP = re.compile(r"(?:^|[^\\])(?:\\\\)*\(\?(?!:|i\))")
_NUMBER = re.compile(r"[0-9]+")
_SIZE_OF_A_CLASS = 4
_SIZE_OF_A_SHORTHAND = 12
"""``\\w`` stands for the letters of all alphabets."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that may be matched; it may be found anywhere in a text."""

    validator: SchemaValidator

    @classmethod
    def of(cls, written: str) -> Pattern:
        """Read a pattern; ``ValueError`` for one that cannot be read, or is too large."""
        return _read(written)

    def is_in(self, text: str) -> bool:
        """Tell whether the pattern is found in a text."""
        return self.validator.isinstance_python(text[:MOST_TEXT])


@lru_cache(maxsize=32)
def _read(written: str) -> Pattern:
    if len(written) > MOST_LETTERS or _size(written) > MOST_SIZE:
        raise ValueError("this pattern is too long, or repeats too much")
    if _ODD_GROUP.search(written):
        raise ValueError("of what begins with (? only (?:…) and (?i) are understood in a pattern")
    try:
        schema = core_schema.str_schema(pattern=written, regex_engine="rust-regex")
        return Pattern(SchemaValidator(schema))
    except SchemaError as error:
        raise ValueError("this pattern cannot be read; look-around is not understood") from error


def _size(written: str) -> int:
    """Return how large a pattern is with its repetitions written out, rather more than less."""
    groups, last = [0], 0
    for piece in _PIECES.findall(written):
        if piece == "(":
            groups.append(0)
        elif piece == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif piece[0] == "{" and len(piece) > 1:
            grown = last * max([1, *map(int, _NUMBER.findall(piece))])
            groups[-1] += grown - last
            last = grown
        else:
            last = _size_of(piece)
            groups[-1] += last
        if groups[-1] > MOST_SIZE:
            break
    return max(groups)


def _size_of(piece: str) -> int:
    if piece[0] == "\\" and piece[1:].isalpha():
        return _SIZE_OF_A_SHORTHAND
    if piece == ".":
        return _SIZE_OF_A_CLASS
    if piece[0] == "[" and len(piece) > 1:
        return _SIZE_OF_A_CLASS + _SIZE_OF_A_SHORTHAND * piece.count("\\")
    return 1
