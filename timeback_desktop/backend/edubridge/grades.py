"""Grades as EduBridge writes them: "-1" is before kindergarten, "0" is it, "13" is AP. Pure."""

from __future__ import annotations

from collections.abc import Iterable

_NAMED = {"PK": "-1", "PREK": "-1", "PRE-K": "-1", "K": "0", "KG": "0", "AP": "13"}
_LOWEST, _HIGHEST = -1, 13


def grade_of(told: object) -> str | None:
    """Return a grade in EduBridge's words; ``None`` for what is none of them."""
    text = str(told).strip().upper()
    text = _NAMED.get(text, text)
    try:
        number = float(text)
    except ValueError:
        return None
    if not number.is_integer() or not _LOWEST <= number <= _HIGHEST:
        return None
    return str(int(number))


def grades_of(told: Iterable[object] | None) -> list[str]:
    """Return those of the grades that have a name here."""
    return [grade for each in told or () if (grade := grade_of(each)) is not None]


def highest(grades: Iterable[str]) -> str | None:
    """Return the highest grade."""
    return max(grades, key=int, default=None)
