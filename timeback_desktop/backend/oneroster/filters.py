"""The filter language of OneRoster, read into a small tree; no word of SQL here.

``field<op>'value'``, joined by ``AND`` and ``OR`` with brackets where wanted; ``AND`` binds
closer. The standard knows one joint and no brackets, the published clients send more. Text
stands in single quotes, a quote inside is doubled; numbers and ``true``/``false`` may stand
bare. ``field IN ('a', 'b')`` is short for the comparisons with each. Letter case matters in
no comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from timeback_desktop.errors import ContractFault

LONGEST = 8_000
MOST_COMPARISONS = 200
DEEPEST = 24


class FilterFault(ContractFault):
    """A filter that cannot be followed; ``code_minor`` is what OneRoster calls the reason."""

    def __init__(self, message: str, code_minor: str = "invalid_filter_field") -> None:
        super().__init__(message, status=400)
        self.code_minor = code_minor


class Operator(StrEnum):
    """How a field is compared with a value."""

    EQUAL = "="
    UNEQUAL = "!="
    GREATER = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    CONTAINS = "~"


@dataclass(frozen=True, slots=True)
class Value:
    """What a field is compared with; ``quoted`` tells ``'5'`` from ``5``."""

    text: str
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """``path`` holds the steps of a dotted field."""

    path: tuple[str, ...]
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class All:
    """Every one of ``parts`` holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of ``parts`` holds."""

    parts: tuple[Expression, ...]


Expression = Comparison | All | AnyOf

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<number>[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)(?![\w.])
    | (?P<operator>!=|>=|<=|=|>|<|~)
    | (?P<mark>[(),])
    | (?P<word>[A-Za-z_][\w:-]*(?:\.[\w:-]+)*)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    @property
    def keyword(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


_END = _Token("end", "")


def parse(text: str) -> Expression:
    """Return the tree of a filter; :class:`FilterFault` says what cannot be read in it."""
    if len(text) > LONGEST:
        raise FilterFault(f"A filter has at most {LONGEST} characters.")
    if any(ord(letter) < 32 for letter in text):
        raise FilterFault("A filter holds no control characters.")
    return _Reader(list(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise FilterFault(f"The filter cannot be read from {text[at:].strip()[:40]!r} on.")
        kind = str(found.lastgroup)
        yield _Token(kind, found[kind])
        at = found.end()


class _Reader:
    """Read one filter from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._comparisons = 0

    def whole(self) -> Expression:
        found = self._either(0)
        if self._next is not _END:
            raise FilterFault(f"AND or OR is missing before {self._next.text[:40]!r}.")
        return found

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _either(self, depth: int) -> Expression:
        parts = [self._both(depth)]
        while self._next.keyword == "OR":
            self._take()
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self, depth: int) -> Expression:
        parts = [self._one(depth)]
        while self._next.keyword == "AND":
            self._take()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, depth: int) -> Expression:
        if self._next.text == "(" and self._next.kind == "mark":
            return self._bracket(depth + 1)
        return self._comparison()

    def _bracket(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise FilterFault(f"Brackets may be nested {DEEPEST} deep.")
        self._take()
        found = self._either(depth)
        self._expect(")")
        return found

    def _comparison(self) -> Expression:
        field = self._take()
        if field.kind != "word":
            raise FilterFault(f"The name of a field is missing before {field.text[:40]!r}.")
        path = tuple(field.text.split("."))
        if self._next.keyword == "IN":
            self._take()
            return self._listed(path)
        sign = self._take()
        if sign.kind != "operator":
            raise FilterFault(f"After {field.text!r} one of = != > >= < <= ~ is missing.")
        return self._counted(path, Operator(sign.text))

    def _counted(self, path: tuple[str, ...], operator: Operator) -> Comparison:
        told = Comparison(path, operator, self._value())
        # A list that is asked for 'a,b,c' is asked three times.
        listed = told.value.text.count(",") if operator is Operator.CONTAINS else 0
        self._comparisons += 1 + listed
        if self._comparisons > MOST_COMPARISONS:
            raise FilterFault(f"A filter makes at most {MOST_COMPARISONS} comparisons.")
        return told

    def _listed(self, path: tuple[str, ...]) -> Expression:
        self._expect("(")
        found = [self._counted(path, Operator.EQUAL)]
        while self._next.text == "," and self._next.kind == "mark":
            self._take()
            found.append(self._counted(path, Operator.EQUAL))
        self._expect(")")
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def _value(self) -> Value:
        token = self._take()
        if token.kind == "text":
            return Value(token.text[1:-1].replace("''", "'"))
        if token.kind == "number" or token.keyword in {"TRUE", "FALSE"}:
            return Value(token.text.lower(), quoted=False)
        raise FilterFault(f"A value stands in single quotes, not as {token.text[:40]!r}.")

    def _expect(self, mark: str) -> None:
        token = self._take()
        if token.kind != "mark" or token.text != mark:
            raise FilterFault(f"{mark!r} is missing in the filter.")
