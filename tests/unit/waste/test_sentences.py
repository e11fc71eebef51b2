"""What is said of a verdict: facts, kind, and easy to read."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from timeback_desktop.partition import WASTED, Overlay, State
from timeback_desktop.waste.sentences import (
    STILL_WITH_IT,
    Names,
    clock,
    for_coach,
    for_student,
    seconds,
    still_away,
    sure,
)
from timeback_desktop.waste.verdict import Insight, Kind, Verdict

NAMES = Names(app="Number Lab", lesson="Fractions", guide="Ms. Lee", skill="halves")
BARE = Names(app="Number Lab")


def verdict(
    kind: Kind,
    ms: int = 100_000,
    counts: dict[str, float] | None = None,
    thresholds: dict[str, float] | None = None,
    *,
    detail: str | None = None,
    confidence: float = 0.6,
) -> Verdict:
    limits = thresholds or {}
    return Verdict(kind, "rule", 1, 0, ms, 0, confidence, limits, counts or {}, detail)


RUSH = {"answers": 4, "right": 1, "wrong": 3, "slowest_ms": 1_500}
EVERY = {
    "idle": verdict(
        State.IDLE, 90_000, {"quiet_ms": 150_000}, {"patience_ms": 120_000}, detail="idle"
    ),
    "automatic idle": verdict(State.IDLE, 90_000, detail="simulated_input"),
    "locked": verdict(State.AWAY, detail="locked"),
    "away": verdict(State.AWAY, detail="away"),
    "off app": verdict(
        State.OFF_APP, counts={"episodes": 2}, thresholds={"free_ms": 5_000}, detail="off_app:game"
    ),
    "off site": verdict(State.OFF_SITE, detail="off_site", confidence=0.9),
    "row": verdict(Overlay.RUSHING, counts=RUSH, thresholds={"rapid_ms": 2_000}, detail="row"),
    "one": verdict(Overlay.RUSHING, counts={**RUSH, "answers": 1, "wrong": 1}, detail="share"),
    "mean": verdict(
        Overlay.RUSHING,
        counts={**RUSH, "mean_ms": 12_000},
        thresholds={"rapid_ms": 2_000, "mean_ms": 20_000},
        detail="mean",
    ),
    "skipped": verdict(
        Overlay.SKIPPED_EXPLANATION,
        1_900,
        {"skips": 3, "stay_ms": 1_900},
        {"stay_ms": 3_000, "skips": 3, "of": 5},
    ),
    "hopping": verdict(Overlay.TOPIC_HOPPING, counts={"lessons": 4, "answers": 1}),
    "stuck": verdict(Overlay.NOT_ANSWERING, 400_000, {}, {"quiet_ms": 300_000}, confidence=0.3),
    "same": verdict(
        Overlay.ANSWER_PATTERN,
        counts={"answers": 9, "right": 1, "options": 4},
        thresholds={"chance": 0.25},
        detail="same",
    ),
    "up": verdict(Overlay.ANSWER_PATTERN, counts={"answers": 12, "right": 2}, detail="up"),
    "flipping": verdict(Overlay.TAB_FLIPPING, 130_000, {"changes": 54}, {"changes_per_minute": 20}),
    "outside": verdict(
        Overlay.EXTERNAL_HELP,
        counts={"times": 3, "own_right": 2, "own_answers": 6},
        thresholds={"within_ms": 8_000},
        confidence=0.3,
    ),
    "automatic": verdict(Overlay.SIMULATED_INPUT, confidence=0.8),
    "wheel": verdict(
        Insight.NEEDS_HELP, counts={"tries": 10, "right": 4}, thresholds={"right_in_a_row": 3}
    ),
    "struggle": replace(
        verdict(Insight.NEEDS_HELP, counts={"wrong": 3, "took_ms": 150_000, "usual_ms": 60_000}),
        rule="long_struggle",
    ),
}

BANNED = re.compile(
    r"\b(lazy|laz\w+|cheat\w*|bad|badly|fail\w*|stupid|dumb|wrong\w*|waste\w*|never|always|"
    r"careless\w*|disappoint\w*|guilty|caught|lie|liar|lying|fake\w*|punish\w*|worse|worst)\b",
    re.IGNORECASE,
)
BANNED_FOR_COACHES = re.compile(r"\b(lazy|cheat\w*|bad|fail\w*|guilty|lying|fake)\b", re.IGNORECASE)


def syllables(word: str) -> int:
    """Count groups of vowels, without a silent e at the end."""
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and len(groups) > 1
    return max(1, len(groups) - silent)


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text."""
    sentences = [part for part in re.split(r"[.?!:]+(?:\s|$)", text) if part.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    beats = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * beats / len(words) - 15.59


def test_every_kind_of_verdict_has_its_words() -> None:
    kinds = {each.kind for each in EVERY.values()}
    assert kinds == {*Overlay, *Insight, *WASTED}


@pytest.mark.parametrize("case", EVERY)
@pytest.mark.parametrize("names", [NAMES, BARE])
def test_a_student_is_told_kindly_and_simply(case: str, names: Names) -> None:
    said = for_student(EVERY[case], names)
    assert not BANNED.search(said), said
    assert grade(said) <= 4.9, (grade(said), said)
    assert len(said) <= 160
    assert said[-1] in ".?"
    assert "None" not in said


@pytest.mark.parametrize("case", EVERY)
def test_a_coach_is_told_how_sure_it_is(case: str) -> None:
    said = for_coach(EVERY[case], NAMES)
    assert not BANNED_FOR_COACHES.search(said), said
    assert said.endswith(f"Confidence: {sure(EVERY[case].confidence)}.")
    assert "None" not in said


@pytest.mark.parametrize("case", EVERY)
def test_a_verdict_without_counts_still_has_its_words(case: str) -> None:
    bare = replace(EVERY[case], counts={}, thresholds={}, detail=None)
    assert for_student(bare, BARE)
    assert for_coach(bare, BARE)


@pytest.mark.parametrize("case", EVERY)
def test_every_number_is_a_fact_of_the_verdict(case: str) -> None:
    each = EVERY[case]
    facts = [*each.counts.values(), *each.thresholds.values(), each.ms]
    known = {str(int(fact)) for fact in facts} | {clock(fact) for fact in facts} | {"0", "1"}
    known |= {seconds(fact).removesuffix(" s") for fact in facts} | {"25"}
    said = f"{for_student(each, NAMES)} {for_coach(each, NAMES)}"
    assert set(re.findall(r"\d+(?:[:.]\d+)?", said)) <= known


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("off app", "You were in a game for 1:40. Ready to go back to Fractions?"),
        (
            "row",
            (
                "4 answers in a row took under 2 s each, and 3 were not right. "
                "Try to read the question out loud once before you pick."
            ),
        ),
        (
            "wheel",
            "You have worked hard on halves (10 tries). Now is the time to ask Ms. Lee.",
        ),
        ("automatic", "We could not tell if it was you for 1:40. Tell us if it was."),
    ],
)
def test_what_a_student_reads(case: str, sentence: str) -> None:
    assert for_student(EVERY[case], NAMES) == sentence


def test_automatic_input_is_a_private_note_and_no_charge() -> None:
    said = for_coach(EVERY["automatic"], NAMES)
    assert "looked automatic" in said
    assert "automatic" not in for_student(EVERY["automatic"], NAMES)
    assert for_coach(EVERY["automatic idle"], NAMES).startswith("Private note")


@pytest.mark.parametrize("said", [STILL_WITH_IT, still_away(35_000, State.OFF_SITE, NAMES)])
def test_what_is_asked_meanwhile_is_as_simple(said: str) -> None:
    assert not BANNED.search(said)
    assert grade(said) <= 4.9


@pytest.mark.parametrize(
    ("ms", "minutes", "short"),
    [
        (0, "0:00", "0 s"),
        (1_900, "0:02", "1.9 s"),
        (59_500, "1:00", "59.5 s"),
        (100_000, "1:40", "100 s"),
    ],
)
def test_lengths(ms: int, minutes: str, short: str) -> None:
    assert (clock(ms), seconds(ms)) == (minutes, short)
