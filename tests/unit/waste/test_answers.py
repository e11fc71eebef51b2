"""Answers out of events: one for each, with what is known and no more."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.unit.waste.hours import START, K, answer, event, judged
from timeback_desktop.presence.signal import AppEvent, AppEventKind
from timeback_desktop.waste.answers import AnswerSheet
from timeback_desktop.waste.evidence import Answer, Dating, Heard
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.spans import Spans


def sheet(
    *events: tuple[AppEventKind, int, str | None], dating: Dating = Dating.OWN, **more: object
) -> list[Answer]:
    """Put events with a kind, an offset and an item on a sheet that rests from 100 to 200 s."""
    rest = Spans()
    rest.add(100_000, 200_000)
    paper = AnswerSheet(RuleLimits(), lambda a, b: b - a - rest.overlap_ms(a, b))
    answers: list[Answer] = []
    for n, (kind, ms, item) in enumerate(events):
        told = AppEvent(kind, START.utc_ms + ms, f"e{n}", item, **more)
        answers += paper.wait(ms) + paper.hear(Heard(told, ms, dating))
    return answers + paper.close()


@pytest.mark.parametrize(
    "events",
    [
        [(K.ANSWERED, 20_000, "a"), (K.ANSWERED_WRONG, 20_050, "a")],
        [(K.ANSWERED_WRONG, 20_000, "a"), (K.ANSWERED, 20_000, "a")],
        [(K.ANSWERED, 20_000, "a"), (K.ITEM_STARTED, 20_500, "b"), (K.ANSWERED_WRONG, 21_000, "a")],
        [(K.ANSWERED, 20_000, "a"), (K.ANSWERED_WRONG, 60_000, "a")],
        [(K.ANSWERED, 20_000, "a"), (K.ANSWERED_WRONG, 20_050, None)],
    ],
)
def test_handed_in_and_graded_are_one_answer(
    events: list[tuple[AppEventKind, int, str | None]],
) -> None:
    (one,) = sheet((K.ITEM_STARTED, 5_000, "a"), *events)
    assert (one.right, one.took_ms, one.item) == (False, 15_000, "a")


@pytest.mark.parametrize(
    ("events", "tooks"),
    [
        ([(K.ANSWERED_WRONG, 9_000, "a"), (K.ANSWERED_RIGHT, 9_900, "a")], [8_000, 900]),
        ([(K.ANSWERED, 9_000, "a"), (K.ANSWERED, 20_000, "a")], [8_000, 11_000]),
        ([(K.ANSWERED, 9_000, "b")], [None]),  # nothing tells when b began
        ([(K.ANSWERED, 250_000, "a")], [149_000]),  # without the time at rest
        ([(K.ANSWERED, 1_200, "a")], [None]),  # no hand is that fast
        ([(K.ANSWERED, 500, "a")], [None]),  # answered before it began
        ([(K.ITEM_STARTED, 8_500, "a"), (K.ANSWERED, 9_000, "a")], [8_000]),  # a second look
        ([(K.ANSWERED, 9_000, "b"), (K.ANSWERED, 12_000, "a")], [None, 3_000]),
    ],
)
def test_how_long_an_answer_took(
    events: list[tuple[AppEventKind, int, str | None]], tooks: list[int | None]
) -> None:
    assert [one.took_ms for one in sheet((K.ITEM_STARTED, 1_000, "a"), *events)] == tooks


def test_the_apps_own_time_is_believed() -> None:
    (one,) = sheet((K.ITEM_STARTED, 1_000, "a"), (K.ANSWERED, 9_000, "a"), took_ms=3_000)
    assert (one.took_ms, one.began_ms) == (3_000, 6_000)


def test_only_the_first_answer_to_an_item_is_a_first_try() -> None:
    events = [(K.ANSWERED_WRONG, 20_000 * n, item) for n, item in enumerate("aab", 1)]
    assert [one.first_try for one in sheet(*events)] == [True, False, True]


def test_another_clock_is_believed_where_it_agrees_with_the_arrivals() -> None:
    started, answered = event(K.ITEM_STARTED, 0, "a"), event(K.ANSWERED, 1_500, "a")
    for arrived, passed in ((2_000, 1_500), (30_000, 30_000)):
        paper = AnswerSheet(RuleLimits(), lambda a, b: b - a)
        paper.hear(Heard(started, 1_000, Dating.WRONG_CLOCK))
        paper.hear(Heard(answered, 1_000 + arrived, Dating.WRONG_CLOCK))
        assert [one.passed_ms for one in paper.close()] == [passed]


def test_two_kinds_of_dating_are_never_compared() -> None:
    paper = AnswerSheet(RuleLimits(), lambda a, b: b - a)
    paper.hear(Heard(event(K.ITEM_STARTED, 0, "a"), 0, Dating.OWN))
    paper.hear(Heard(event(K.ANSWERED, 1_000, "a"), 1_000, Dating.ARRIVAL))
    assert [one.took_ms for one in paper.close()] == [None]


# Limits ---------------------------------------------------------------------------------


def test_every_limit_has_its_evidence_written_down() -> None:
    told = RuleLimits.__doc__ or ""
    assert [each.name for each in fields(RuleLimits) if f"``{each.name}``" not in told] == []


def test_any_limit_may_be_replaced() -> None:
    events = [
        e for n in range(2) for e in answer(9_000 * n, 9_000 * n + 1_000, f"{n}", right=False)
    ]
    assert not judged(events).verdicts
    limits = replace(RuleLimits(), rushing_row=2)
    assert judged(events, rushing_row=limits.rushing_row).verdicts
