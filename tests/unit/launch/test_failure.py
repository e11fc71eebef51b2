"""Every load problem has kind words, a way out and a side."""

from __future__ import annotations

import re

import pytest

from timeback_desktop.errors import Side
from timeback_desktop.launch.failure import Problem, ProblemKind, explain
from timeback_desktop.launch.navigation import Place

APP, PLATFORM, NETWORK = Side.APP, Side.PLATFORM, Side.NETWORK


def side(kind: str, code: int, place: Place = Place.LEARNING) -> Side:
    return explain(Problem(ProblemKind(kind), code), app_name="Math", place=place).side


@pytest.mark.parametrize(
    ("kind", "code", "at_app", "at_platform"),
    [
        ("http", 400, APP, PLATFORM),
        ("http", 401, APP, PLATFORM),
        ("http", 403, APP, PLATFORM),
        ("http", 404, APP, PLATFORM),
        ("http", 408, APP, PLATFORM),
        ("http", 418, APP, PLATFORM),
        ("http", 429, APP, PLATFORM),
        ("http", 500, APP, PLATFORM),
        ("http", 503, APP, PLATFORM),
        ("network", -102, APP, PLATFORM),
        ("network", -101, APP, PLATFORM),
        ("network", -324, APP, PLATFORM),
        ("network", -310, APP, PLATFORM),
        ("network", -105, NETWORK, NETWORK),
        ("network", -106, NETWORK, NETWORK),
        ("network", -118, NETWORK, NETWORK),
        ("network", -201, APP, PLATFORM),
        ("network", -999, APP, PLATFORM),
        ("certificate", 0, APP, PLATFORM),
        ("crash", 0, APP, APP),
        ("timeout", 0, APP, PLATFORM),
    ],
)
def test_says_whose_side_it_is(kind: str, code: int, at_app: Side, at_platform: Side) -> None:
    assert side(kind, code) is at_app
    assert side(kind, code, Place.TRANSIT) is at_platform


@pytest.mark.parametrize("kind", list(ProblemKind))
@pytest.mark.parametrize("code", [0, 200, 404, 503, -7, -102, -105, -106, -202, -310])
@pytest.mark.parametrize("place", list(Place))
def test_words_are_kind_and_short(kind: ProblemKind, code: int, place: Place) -> None:
    told = explain(Problem(kind, code), app_name="Math", place=place)
    assert not re.search(r"fail|error|bad|wrong|invalid|\d", str(told), re.IGNORECASE)
    assert all(len(sentence.split()) <= 14 for sentence in (told.cause, told.way_out))


def test_names_the_app() -> None:
    told = explain(Problem(ProblemKind.HTTP, 503), app_name="Math", place=Place.LEARNING)
    assert told.cause == "Math is busy right now."
    assert told.way_out == "Wait a moment, then press Retry."
