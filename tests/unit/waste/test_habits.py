"""The other habits: hopping, patterns, flipping, and help from outside."""

from __future__ import annotations

import pytest

from tests.unit.waste.hours import HAND, START, SURFACES, Hour, K, answer, event, judged, run_of
from timeback_desktop.partition import Overlay, State
from timeback_desktop.presence.signal import AppEvent, Surface

R, W = True, False


# Topic hopping --------------------------------------------------------------------------


def opened(*minutes: float) -> list[AppEvent]:
    return [
        event(K.LESSON_STARTED, int(m * 60_000), f"L{n}", lesson=f"L{n}")
        for n, m in enumerate(minutes)
    ]


@pytest.mark.parametrize(
    ("events", "flagged"),
    [
        (opened(1, 2, 3), True),
        (opened(1, 2), False),
        (opened(1, 2, 13), False),  # not within ten minutes
        (opened(1, 3.1, 4.5), False),  # two minutes in the first lesson are work in it
        ([*opened(1, 2, 3), event(K.LESSON_FINISHED, 90_000, "L0", lesson="L0")], False),
        (
            [event(K.LESSON_STARTED, 60_000 + n * 9_000, f"{n}", lesson="L") for n in range(9)],
            False,
        ),
        ([event(K.LESSON_STARTED, 60_000 + n * 9_000, f"{n}") for n in range(9)], False),
    ],
)
def test_three_lessons_opened_and_none_worked_in(events: list[AppEvent], flagged: bool) -> None:
    assert bool(judged(events).of(Overlay.TOPIC_HOPPING)) is flagged


def test_mixed_review_is_no_hopping() -> None:
    events: list[AppEvent] = []
    for n in range(20):
        t = 60_000 + n * 30_000
        events.append(event(K.LESSON_STARTED, t, f"L{n}", lesson=f"L{n}"))
        for k in range(3):
            events += answer(t + 100 + 9_000 * k, t + 9_000 * (k + 1), f"i{n}-{k}", right=R)
    assert not judged(events).verdicts


def test_hopping_is_charged_between_the_openings_only() -> None:
    events = [*opened(1, 2, 3, 4), *answer(245_000, 999_000, "i", right=R)]
    (verdict,) = judged(events).of(Overlay.TOPIC_HOPPING)
    assert (verdict.from_ms, verdict.to_ms) == (60_000, 240_000)
    assert verdict.counts == {"lessons": 4, "answers": 0, "finished": 0}


# Answer pattern -------------------------------------------------------------------------


def picks(choices: list[int], rights: list[bool | None]) -> list[AppEvent]:
    events: list[AppEvent] = []
    for n, (choice, right) in enumerate(zip(choices, rights, strict=True)):
        t = 1_000 + 20_000 * n
        events += answer(t, t + 12_000 + 531 * n, f"i{n}", right=right, choice=choice)
    return events


@pytest.mark.parametrize(
    ("choices", "right", "flagged"),
    [
        ([2] * 8, 2, True),
        ([2] * 7, 1, False),
        ([2] * 8, 3, False),  # over chance: the key may be like that
        ([0, 1, 2, 3] * 2, 2, True),
        ([3, 2, 1, 0] * 2, 2, True),
        ([0, 1, 2, 3, 3, 2, 1, 0], 2, False),
        ([0, 2, 1, 3] * 2, 0, False),
        ([0, 1, 2] * 3, 2, False),  # three options: nine are too few
        ([0, 1, 2] * 4, 3, True),
        ([0, 1] * 12, 6, False),  # to and fro is no round
        ([1, *[0] * 14], 5, False),  # two options: it takes 15
        ([1, *[0] * 15], 6, True),
        ([3, 0, 2, 1, 1, 2, 0, 3], 0, False),
    ],
)
def test_positions_instead_of_questions(choices: list[int], right: int, flagged: bool) -> None:
    rights: list[bool | None] = [n >= len(choices) - right for n in range(len(choices))]
    assert bool(judged(picks(choices, rights)).of(Overlay.ANSWER_PATTERN)) is flagged


def test_a_pattern_without_grades_is_not_judged() -> None:
    assert not judged(picks([1] * 30, [None] * 30)).verdicts


def test_going_through_the_options_of_one_item_is_looking_not_a_pattern() -> None:
    events: list[AppEvent] = []
    for n in range(12):
        t = 1_000 + 15_000 * n
        kind = K.ANSWERED_RIGHT if n % 4 == 3 else K.ANSWERED_WRONG
        events.append(
            AppEvent(kind, START.utc_ms + t, f"e{n}", f"i{n // 4}", choice=n % 4, took_ms=9_000)
        )
    assert not judged(events).verdicts


def test_a_pattern_ends_with_the_first_other_pick() -> None:
    events = picks([2] * 10 + [0, 1, 3], [W] * 10 + [R] * 3)
    (verdict,) = judged(events).of(Overlay.ANSWER_PATTERN)
    assert verdict.counts == {"answers": 10, "right": 0, "options": 4}
    assert (verdict.detail, verdict.from_ms) == ("same", 1_000)


# Tab flipping ---------------------------------------------------------------------------


def flips(hour: Hour, seconds: int, every: int) -> None:
    for n in range(seconds):
        hour.tick(surface=SURFACES[n // every % 2])


@pytest.mark.parametrize(
    ("seconds", "every", "flagged"), [(125, 2, True), (110, 2, False), (400, 3, False)]
)
def test_over_twenty_changes_a_minute_for_two_minutes(
    seconds: int, every: int, flagged: bool
) -> None:
    hour = Hour()
    hour.seconds(30)
    flips(hour, seconds, every)
    hour.seconds(90)
    hour.close()
    assert bool(hour.of(Overlay.TAB_FLIPPING)) is flagged


def test_our_own_dialogs_pauses_and_places_outside_are_no_flipping() -> None:
    hour = Hour()
    for n in range(300):
        hour.tick(surface=(Surface.OTHER_SITE, Surface.OTHER_PROGRAM)[n % 2])
    for n in range(300):
        hour.tick(surface=(Surface.LEARNING, Surface.OWN_DIALOG)[n % 2])
    for n in range(300):
        hour.tick(surface=SURFACES[n % 2], state=State.PAUSED)
    assert not hour.close()


def test_flipping_is_charged_from_its_first_change_to_its_last() -> None:
    hour = Hour()
    hour.seconds(60)
    flips(hour, 180, 1)
    hour.seconds(120)
    hour.close()
    (verdict,) = hour.of(Overlay.TAB_FLIPPING)
    assert (verdict.from_ms, verdict.to_ms, verdict.counts) == (61_000, 240_000, {"changes": 180})


# External help --------------------------------------------------------------------------


def helped(times: int, *, own_right: int, after_ms: int = 3_000) -> Hour:
    """Six own answers, then items each with ten seconds outside, right soon after."""
    hour = Hour()
    hour.hear(run_of([15_000] * 6, [n < own_right for n in range(6)]))
    for n in range(times):
        base = hour.now
        hour.tick(inputs=HAND, app_events=(event(K.ITEM_STARTED, base + 500, f"x{n}"),))
        hour.seconds(5, inputs=HAND)
        hour.seconds(10, state=State.OFF_APP, surface=Surface.OTHER_PROGRAM)
        ended = hour.now + after_ms
        hour.hear([event(K.ANSWERED_RIGHT, ended, f"x{n}")], until=ended + 5_000)
    hour.close()
    return hour


@pytest.mark.parametrize(
    ("times", "own_right", "after_ms", "flagged"),
    [(3, 2, 3_000, True), (2, 2, 3_000, False), (3, 4, 3_000, False), (5, 2, 9_000, False)],
)
def test_right_at_once_after_coming_back(
    times: int, own_right: int, after_ms: int, flagged: bool
) -> None:
    verdicts = helped(times, own_right=own_right, after_ms=after_ms).of(Overlay.EXTERNAL_HELP)
    assert bool(verdicts) is flagged
    assert all(verdict.confidence < 0.4 and verdict.ms == after_ms for verdict in verdicts)
