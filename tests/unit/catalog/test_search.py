"""A child finds an app however it is typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from timeback_desktop.catalog.model import App
from timeback_desktop.catalog.search import find, subjects

_BLANK = App.from_wire(
    {
        "id": "x", "name": "x", "accent": "#000000", "status": "active",
        "launchMethod": "link", "allowedHosts": ["x.example"],
    }
)  # fmt: skip
MATH = replace(_BLANK, name="Math practice", subject="Math", description="Fractions")
READING = replace(_BLANK, name="Élan Lecture", subject="Reading", description="Stories, no math")
OPEN_SANDWICH = replace(_BLANK, name="Smørrebrød & Łódź", subject="Reading")
APPS = (READING, OPEN_SANDWICH, MATH)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", APPS),
        ("   ", APPS),
        ("MATH", (MATH, READING)),
        ("practice math", (MATH,)),
        ("elan", (READING,)),
        ("ÉLAN", (READING,)),
        ("smorrebrod lodz", (OPEN_SANDWICH,)),
        ("lec", (READING,)),
        ("chess", ()),
        ("math chess", ()),
        ("%_[", ()),
    ],
)
def test_finds_by_words(text: str, found: tuple[App, ...]) -> None:
    assert find(APPS, text) == found


def test_finds_by_subject_and_words_together() -> None:
    assert find(APPS, "math", subject="reading") == (READING,)
    assert find(APPS, subject="Reading") == (READING, OPEN_SANDWICH)
    assert find(APPS, subject="Art") == ()


def test_lists_each_subject_once() -> None:
    assert subjects((*APPS, replace(MATH, subject="math"), _BLANK)) == ("Math", "Reading")
