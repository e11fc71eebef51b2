"""Find an app by what a child types: any case, any accents, the words in any order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from timeback_desktop.catalog.model import App

# Letters that Unicode does not split into a base letter and a mark.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe"}
)


def plain(text: str) -> str:
    """Return text without case and without diacritics, for comparing."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c)).translate(_PLAIN)


def matches(app: App, text: str) -> bool:
    """Tell whether every typed word begins or lies in the app's name, subject or description."""
    haystack = plain(f"{app.name} {app.subject} {app.description}")
    return all(word in haystack for word in plain(text).split())


def find(apps: Iterable[App], text: str = "", *, subject: str | None = None) -> tuple[App, ...]:
    """Return the apps that fit the text and the subject, those named so first."""
    wanted = None if subject is None else plain(subject)
    fitting = [a for a in apps if wanted in (None, plain(a.subject)) and matches(a, text)]
    words = plain(text).split()
    return tuple(sorted(fitting, key=lambda a: not all(w in plain(a.name) for w in words)))


def subjects(apps: Iterable[App]) -> tuple[str, ...]:
    """Return the subjects of the apps, each once, in alphabetical order."""
    by_key = {plain(app.subject): app.subject for app in reversed(list(apps)) if app.subject}
    return tuple(by_key[key] for key in sorted(by_key))
