from __future__ import annotations

import pytest

from timeback_desktop.backend.webhooks.patterns import MOST_TEXT, Pattern
from timeback_desktop.clock import SystemClock


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("Spent", "TimeSpentEvent", True),
        ("^Time.*Event$", "TimeSpentEvent", True),
        ("^Spent", "TimeSpentEvent", False),
        ("(?i)spent", "TimeSpentEvent", True),
        ("(?:Grade|View)Event", "ViewEvent", True),
        (r"^\d{4}-\d{2}-\d{2}T", "2026-11-24T01:00:00Z", True),
        (r"/lessons/[^/]+/\w+$", "https://app.example/lessons/7/step", True),
        (r"a\(?b", "a(b", True),
        ("", "", True),
        ("é", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", True),
        ("z", "\ud800z", False),
    ],
)
def test_a_pattern_is_found_anywhere(pattern: str, text: str, found: bool) -> None:
    assert Pattern.of(pattern).is_in(text) is found


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "[z-a]",
        "*",
        "(?=a)b",
        "(?<!a)b",
        r"(a)\1",
        "(?P<name>a)",
        "(?x)[ # \n]a{1000}",
        "x" * 257,
        "a{301}",
        "a{99999999999999999999}",
        "((a{50}){50}){50}",
        "(a{0,100}){0,100}",
        r"\w{100}",
        r"(?:[\w\s]{20}){20}",
        "(" * 200,
    ],
)
def test_what_cannot_be_read_or_grows_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        Pattern.of(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "(.*a){20}$",
        "((((a*)*)*)*)*b",
        "a{290}b",
        "([^b]{0,8}){0,8}b",
        "(a?){20}a{20}b",
    ],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    compiled, clock = Pattern.of(pattern), SystemClock()
    began = clock.stamp().mono_ms
    compiled.is_in("a" * 100_000 + "!")
    assert clock.stamp().mono_ms - began < 500  # a backtracking matcher needs years


def test_only_the_beginning_of_a_long_text_is_matched() -> None:
    assert Pattern.of("b").is_in("a" * (MOST_TEXT - 1) + "b")
    assert not Pattern.of("b").is_in("a" * MOST_TEXT + "b")
