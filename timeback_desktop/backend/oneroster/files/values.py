"""One cell of a CSV file: what its text means, and how what is kept is written as text.

A cell that does not fit raises :class:`Unfit`, whose text goes to the person who made the
file: it says what is wrong in that person's words.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable
from datetime import date

from timeback_desktop.backend.oneroster.entity import Field, Kind
from timeback_desktop.clock import iso_utc, parse_iso_utc

Reader = Callable[[str], object]
Writer = Callable[[object], str]

_SHOWN = 40
_LONGEST_NAME = 255
_LONGEST_LIST = 500
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_EXTENDED = re.compile(r"ext:[A-Za-z0-9._-]+")
_PAIR = re.compile(r"\{([^{}]*)\}")
_PAIRS = re.compile(r"\s*\{[^{}]*\}(\s*,\s*\{[^{}]*\})*\s*")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_NOT_UTF8 = re.compile(r"[\ud800-\udfff]")
_MIDNIGHT = "T00:00:00.000Z"
_PAIR_NAMES = {
    "userIds": ("type", "identifier"),
    "scoreScaleValue": ("itemValueLHS", "itemValueRHS"),
}


class Unfit(Exception):
    """A cell does not hold what its column is for; the text says why."""


def shown(text: str) -> str:
    """Return ``text`` in quotes, short enough for a sentence."""
    plain = _UNSHOWABLE.sub("?", _NOT_UTF8.sub("?", text))
    return f"“{plain[:_SHOWN]}…”" if len(plain) > _SHOWN else f"“{plain}”"


def check_letters(text: str) -> None:
    """Raise when ``text`` holds what no text should."""
    if _NOT_UTF8.search(text):
        raise Unfit("has letters that are not UTF-8; save the file as “CSV UTF-8”")
    if _UNSHOWABLE.search(text):
        raise Unfit("has a control character; write it again by hand")


def presentable(text: str) -> str:
    """Return ``text`` without what we would refuse to read again."""
    return _UNSHOWABLE.sub("", text)


def read_name(text: str) -> str:
    """Read a sourcedId."""
    if len(text) > _LONGEST_NAME:
        raise Unfit(f"is {len(text)} letters long; a sourcedId has at most {_LONGEST_NAME}")
    if text != text.strip():
        raise Unfit("begins or ends with a space")
    if not text.isprintable():
        raise Unfit("has a line break or another character that cannot be seen")
    return text


def _text(field: Field) -> Reader:
    def read(text: str) -> object:
        if field.longest and len(text) > field.longest:
            raise Unfit(f"is {len(text)} letters long; at most {field.longest} fit")
        if field.vocabulary and text not in field.vocabulary:
            _check_word(text, field)
        return text

    return read


def _check_word(text: str, field: Field) -> None:
    if field.closed or not _EXTENDED.fullmatch(text):
        words = ", ".join(sorted(field.vocabulary))
        also = "" if field.closed else ", or a word of your own that begins with ext:"
        raise Unfit(f"is {shown(text)}; it must be one of {words}{also}")


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text) and text.isascii():
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Unfit(f"is {shown(text)}, which is no day; write days as 2026-11-23")


def read_instant(text: str) -> str:
    """Read a day, or an instant with its time zone, into an instant of UTC."""
    if _DAY.fullmatch(text):
        return _day(text).isoformat() + _MIDNIGHT
    try:
        return iso_utc(parse_iso_utc(text))
    except (ValueError, OverflowError):
        raise Unfit(
            f"is {shown(text)}, which is no time; write 2026-11-23 or 2026-11-23T08:00:00Z"
        ) from None


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise Unfit(f"is {shown(text)}; it must be true or false")
    return text.lower() == "true"


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text) or not text.isascii() or not math.isfinite(float(text)):
        raise Unfit(f"is {shown(text)}, which is no number; write numbers as 12.5")
    return float(text)


def _words(text: str) -> list[str]:
    if '"' in text:
        try:
            (found,) = csv.reader([text], strict=True, skipinitialspace=True)
        except (csv.Error, ValueError):
            raise Unfit("is no list; put a comma between its parts") from None
    else:
        found = text.split(",")
    words = [each.strip() for each in found]
    if len(words) > _LONGEST_LIST:
        raise Unfit(f"is a list of {len(words)}; at most {_LONGEST_LIST} fit")
    return [each for each in words if each]


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(read_name(each) for each in _words(text)))


def _pairs(field: Field) -> Reader:
    left, right = _PAIR_NAMES[field.name]

    def read(text: str) -> object:
        found = [each.partition(":") for each in _PAIR.findall(text)]
        if not _PAIRS.fullmatch(text) or not all(sign and key for key, sign, _ in found):
            raise Unfit(f"is {shown(text)}; write it as {{{left}:{right}}},{{{left}:{right}}}")
        return [{left: key.strip(), right: value.strip()} for key, _, value in found]

    return read


def reader_of(field: Field) -> Reader:
    """Return what reads the filled cells of a field."""
    if field.column == "id":
        return read_name
    match field.kind:
        case Kind.TEXT:
            return _text(field)
        case Kind.DOCUMENT:
            return _pairs(field)
        case _:
            return _READERS[field.kind]


_READERS: dict[Kind, Reader] = {
    Kind.DATE: _day,
    Kind.INSTANT: read_instant,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.WORDS: _words,
    Kind.REFERENCE: read_name,
    Kind.REFERENCES: _names,
}


def _write_words(value: object) -> str:
    words = [str(each) for each in value] if isinstance(value, list) else []
    return ",".join(
        f'"{each.replace(chr(34), chr(34) * 2)}"' if _odd(each) else each for each in words
    )


def _odd(word: str) -> bool:
    return "," in word or '"' in word


def _pair_writer(field: Field) -> Writer:
    names = _PAIR_NAMES[field.name]

    def write(value: object) -> str:
        pairs = (
            [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
        )
        told = [[str(each.get(name, "")) for name in names] for each in pairs]
        return ",".join(f"{{{left}:{right}}}" for left, right in told if left)

    return write


def _write_number(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def writer_of(field: Field) -> Writer:
    """Return what writes the values of a field, ``None`` excepted."""
    return _pair_writer(field) if field.kind is Kind.DOCUMENT else _WRITERS.get(field.kind, str)


_WRITERS: dict[Kind, Writer] = {
    Kind.FLAG: lambda value: "true" if value else "false",
    Kind.INSTANT: lambda value: str(value).removesuffix(_MIDNIGHT),
    Kind.NUMBER: _write_number,
    Kind.WORDS: _write_words,
    Kind.REFERENCES: _write_words,
}
