"""Knowledge about a session merges alike in any order; loose events find the right one."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.backend.sessions.attachment import LooseEvent, attach, covering
from timeback_desktop.backend.sessions.span import (
    ATTACH_GRACE_MS,
    INACTIVITY_MS,
    Closing,
    EndReason,
    Origin,
    SessionSpan,
    merged,
)

MINUTE = 60_000
_ms = st.integers(0, 1000)
_closings = st.builds(Closing, _ms, st.sampled_from("abc"), _ms, st.sampled_from(EndReason))


@st.composite
def spans(draw: st.DrawFn) -> SessionSpan:
    """Draw what one event may say; the desktop always names its app."""
    measured = draw(st.booleans())
    first = draw(_ms)
    return SessionSpan(
        id="s",
        application_id=draw(
            st.sampled_from(["x", "y"]) if measured else st.sampled_from(["x", None])
        ),
        origin=draw(st.sampled_from([Origin.EXPLICIT, Origin.BARE])),
        measured=measured,
        first_ms=first,
        last_ms=first + draw(_ms),
        declared_start_ms=draw(st.none() | _ms),
        closing=draw(st.none() | _closings),
    )


@settings(deadline=None)
@given(st.lists(spans(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(parts: list[SessionSpan], random: object) -> None:
    shuffled = [*parts, *parts]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    unique = {(c.event_ms, c.event_id) for p in parts if (c := p.closing)}
    if len(unique) == len([p for p in parts if p.closing]):
        assert reduce(merged, shuffled) == reduce(merged, parts)


def span(
    start: int, last: int, *, closed: bool = True, measured: bool = True, key: str = "s"
) -> SessionSpan:
    closing = Closing(last, "e", last, EndReason.ENDED) if closed else None
    return SessionSpan(key, "x", Origin.EXPLICIT, measured, start, last, None, closing)


def test_the_end_moves_until_it_is_final() -> None:
    still_open = span(0, 10, closed=False)
    later = span(0, 99, closed=False)
    assert merged(still_open, later).ended_ms == 99
    assert merged(span(0, 50), later).ended_ms == 50


def test_of_two_ends_the_earlier_counts() -> None:
    first, second = span(0, 50), span(0, 70)
    assert merged(second, first).closing == first.closing


@pytest.mark.parametrize(
    ("closed", "instant", "covered"),
    [
        (True, 0, True),
        (True, MINUTE, True),
        (True, MINUTE + ATTACH_GRACE_MS, True),
        (True, MINUTE + ATTACH_GRACE_MS + 1, False),
        (True, -ATTACH_GRACE_MS, True),
        (True, -ATTACH_GRACE_MS - 1, False),
        (False, MINUTE + INACTIVITY_MS + ATTACH_GRACE_MS, True),
        (False, MINUTE + INACTIVITY_MS + ATTACH_GRACE_MS + 1, False),
    ],
)
def test_how_far_a_session_reaches(closed: bool, instant: int, covered: bool) -> None:
    found = covering([span(0, MINUTE, closed=closed)], instant)
    assert (found is not None) is covered


def test_the_desktops_session_comes_before_a_nearer_one() -> None:
    near, ours = span(0, 100, measured=False, key="theirs"), span(500, 900, key="ours")
    assert covering([near, ours], 50) is ours
    assert covering([near, replace(ours, measured=False)], 50) is near


def test_loose_events_form_sittings_cut_by_silence() -> None:
    instants = [0, INACTIVITY_MS, 2 * INACTIVITY_MS, 3 * INACTIVITY_MS + 1]
    loose = [LooseEvent(f"e{each}", each, each) for each in instants]
    found = attach(reversed(loose), [], owner="o", application_id="x")
    assert [(made.started_ms, made.ended_ms) for made in found.made] == [
        (0, 2 * INACTIVITY_MS),
        (3 * INACTIVITY_MS + 1, 3 * INACTIVITY_MS + 1),
    ]
    assert set(found.session_of) == {each.id for each in loose}


def test_made_sessions_have_the_same_id_each_time_and_other_ids_elsewhere() -> None:
    loose = [LooseEvent("e", 0, 0)]
    ids = {
        attach(loose, [], owner=owner, application_id=app).made[0].id
        for owner, app in (("o", "x"), ("o", "x"), ("o", "y"), ("p", "x"))
    }
    assert len(ids) == 3
