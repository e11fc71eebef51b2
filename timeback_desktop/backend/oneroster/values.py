"""One value of a document, as it is on the wire, turned into what a column keeps.

Whoever writes may spell a flag, a number or a day in any of the ways that published clients
do; the database holds one of them. What cannot be kept or read back whole on every database
(a NUL, half a character, an infinite number) is refused here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeGuard
from unicodedata import category

from timeback_desktop.backend.oneroster.entity import Field, Kind

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXTENSION = re.compile(r"ext:[a-zA-Z0-9._-]+")
_NUMERIC = re.compile(r"[+-]?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?")
_LONGEST = 256
_LONGEST_ID = 255
_MOST_WORDS = 1000
_DEEPEST = 32
_WIDEST = 2**31 - 1
_SPACES = "\t\n\r"
_UNWRITABLE = frozenset({"Cc", "Cs"})  # control characters, and halves of a pair


class Unfit(ValueError):
    """A value cannot be taken; the text says what would fit."""


def kept_value(field: Field, told: Any) -> Any:
    """Return what the column of ``field`` keeps of the value ``told``, which is not null."""
    return _KEPT[field.kind](field, told)


def is_name(told: Any) -> TypeGuard[str]:
    """Tell whether something could be the sourcedId of a row."""
    return isinstance(told, str) and 1 <= len(told) <= _LONGEST_ID and told.isprintable()


def sourced_id(told: Any) -> str:
    """Return a new sourcedId: one that can be kept, and be asked for in a path."""
    if not is_name(told):
        raise Unfit(f"is a text of 1 to {_LONGEST_ID} printable characters")
    if "/" in told or told in {".", ".."} or told != told.strip():
        raise Unfit("has no slash, is not just dots and does not begin or end with a space")
    return told


def referred(told: Any) -> str:
    """Return the sourcedId in a reference; its ``href`` and ``type`` tell nothing new."""
    if not isinstance(told, dict) or "sourcedId" not in told:
        raise Unfit("is a reference such as {'sourcedId': '…'}")
    found = told["sourcedId"]
    if not is_name(found):
        raise Unfit(f"refers by a text of 1 to {_LONGEST_ID} printable characters")
    return found


def _text(field: Field, told: Any) -> str:
    if isinstance(told, int) and not isinstance(told, bool):
        told = _digits(told)  # a school year comes as 2027 and as "2027"
    longest = field.longest or _LONGEST
    if not isinstance(told, str) or len(told) > longest or not _is_writable(told):
        raise Unfit(f"is a text of at most {longest} characters")
    if field.vocabulary and not _is_chosen(field, told):
        more = "" if field.closed else " or begins with 'ext:'"
        raise Unfit(f"is one of {', '.join(sorted(field.vocabulary))}{more}")
    if field.required and not told.strip():
        raise Unfit("is not empty")
    return told


def _digits(told: int) -> str:
    return str(told) if -_WIDEST <= told <= _WIDEST else "0" * (_LONGEST + 1)


def _is_chosen(field: Field, told: str) -> bool:
    return told in field.vocabulary or (
        not field.closed and _EXTENSION.fullmatch(told) is not None and len(told) <= _LONGEST
    )


def _is_writable(text: str) -> bool:
    """Tell whether every database can keep ``text``: no control characters, no half ones."""
    if text.isprintable():
        return True
    return all(letter in _SPACES or category(letter) not in _UNWRITABLE for letter in text)


def _date(_field: Field, told: Any) -> date:
    """Return a day; of an instant, which some clients send, only its day is told."""
    if isinstance(told, str) and _DAY.match(told):
        try:
            return _day(told)
        except ValueError:
            pass
    raise Unfit("is a day such as 2026-11-23")


def _day(told: str) -> date:
    if len(told) > 10:
        return datetime.fromisoformat(told).date()
    return date.fromisoformat(told)


def _instant(_field: Field, told: Any) -> str:
    """Return an instant in the one form that is kept: UTC, to the millisecond."""
    if isinstance(told, str) and _DAY.match(told):
        try:
            at = datetime.fromisoformat(told)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    raise Unfit("is an instant such as 2026-11-23T08:00:00Z")


def _flag(_field: Field, told: Any) -> bool:
    if isinstance(told, bool):
        return told
    if isinstance(told, str) and told.lower() in {"true", "false"}:
        return told.lower() == "true"
    raise Unfit("is true or false")


def _number(_field: Field, told: Any) -> float:
    if isinstance(told, str) and _NUMERIC.fullmatch(told.strip()):
        told = float(told)
    if isinstance(told, int | float) and not isinstance(told, bool):
        try:
            number = float(told)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise Unfit("is a number")


def _integer(field: Field, told: Any) -> int:
    number = _number(field, told)
    if not number.is_integer() or abs(number) > _WIDEST:
        raise Unfit("is a whole number of at most 31 bits")
    return int(number)


def _words(_field: Field, told: Any) -> list[str]:
    """Return a list of words; grades come as numbers too, and are kept as words."""
    if not isinstance(told, list) or len(told) > _MOST_WORDS:
        raise Unfit(f"is a list of at most {_MOST_WORDS} texts")
    word = Field(name="", longest=_LONGEST)
    return [_text(word, each) for each in told]


def _document(field: Field, told: Any) -> Any:
    """Return a free document: ``metadata`` is an object, any other one a list of objects."""
    if field.name == "metadata":
        if not isinstance(told, dict):
            raise Unfit("is an object")
    elif not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise Unfit("is a list of objects")
    _refuse_unwritable(told)
    return told


def _refuse_unwritable(told: Any) -> None:
    """Walk a document without recursion: who sends it chooses how deep it is."""
    waiting = [(told, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Unfit(f"has at most {_DEEPEST} levels")
        if isinstance(value, dict):
            waiting += [(inner, depth + 1) for inner in (*value, *value.values())]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str) and not _is_writable(value):
            raise Unfit("holds characters that cannot be kept")
        elif isinstance(value, float) and not math.isfinite(value):
            raise Unfit("holds a number that is too large")


def _reference(_field: Field, told: Any) -> str:
    return referred(told)


def _references(_field: Field, told: Any) -> list[str]:
    """Return the sourcedIds of several references, each once."""
    if not isinstance(told, list):
        raise Unfit("is a list of references such as {'sourcedId': '…'}")
    return list(dict.fromkeys(referred(each) for each in told))


_KEPT: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.WORDS: _words,
    Kind.DOCUMENT: _document,
    Kind.REFERENCE: _reference,
    Kind.REFERENCES: _references,
}
