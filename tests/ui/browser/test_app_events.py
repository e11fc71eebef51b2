"""Events of the app on their way to a tick: read with distrust, each counted once."""

from __future__ import annotations

import pytest

from timeback_desktop.presence.signal import AppEvent, AppEventKind
from timeback_desktop.ui.browser.app_events import MOST_WAITING, AppEventInbox, read_events

STARTED = AppEventKind.ITEM_STARTED
ID = "0123456789abcdef"


@pytest.mark.parametrize(
    "said",
    [
        None,
        "events",
        {"0": {"kind": "answered"}},
        [None, 7, "answered", []],
        [{"kind": "cheated"}],
        [{"kind": ["answered"]}],
    ],
)
def test_what_is_no_event_is_left_out(said: object) -> None:
    assert read_events(said) == ()


def test_mad_fields_are_dropped_and_good_ones_kept() -> None:
    mad = {
        "kind": "answered",
        "at": -1,
        "id": "plain text",
        "item": ID,
        "tookMs": 1.5,
        "choice": True,
    }
    assert read_events([mad]) == (AppEvent(AppEventKind.ANSWERED, item=ID),)


def test_no_more_are_read_than_a_tick_can_carry() -> None:
    assert len(read_events([{"kind": "answered"}] * 1000)) == MOST_WAITING


def test_an_event_that_came_by_two_ways_counts_once() -> None:
    inbox = AppEventInbox()
    inbox.put([AppEvent(STARTED, id=ID), AppEvent(STARTED)])
    inbox.put([AppEvent(STARTED, id=ID)])
    assert inbox.take(0) == (AppEvent(STARTED, id=ID), AppEvent(STARTED))
    inbox.put([AppEvent(STARTED, id=ID)])
    assert inbox.take(0) == ()


def test_the_platform_may_add_the_usual_time_once() -> None:
    inbox = AppEventInbox()
    told, more = AppEvent(STARTED, id=ID), AppEvent(STARTED, id=ID, usual_ms=9_000)
    inbox.put([told, more, more, told])
    assert inbox.take(0) == (told, more)
    inbox.put([more, told])
    assert inbox.take(0) == ()


@pytest.mark.parametrize(("claimed", "told"), [(None, None), (900, 900), (10_000, None)])
def test_what_claims_to_come_from_the_future_happens_now(
    claimed: int | None, told: int | None
) -> None:
    inbox = AppEventInbox()
    inbox.put([AppEvent(STARTED, utc_ms=claimed)])
    assert inbox.take(1_000)[0].utc_ms == told


def test_what_waits_is_bounded_and_can_be_forgotten() -> None:
    inbox = AppEventInbox()
    inbox.put(AppEvent(STARTED, id=f"{n:016x}") for n in range(10_000))
    assert len(inbox.take(0)) == MOST_WAITING
    inbox.put([AppEvent(STARTED)])
    inbox.clear()
    assert inbox.take(0) == ()


def test_memory_of_what_was_seen_is_bounded() -> None:
    inbox = AppEventInbox()
    for n in range(10_000):
        inbox.put([AppEvent(STARTED, id=f"{n:016x}")])
        inbox.take(0)
    assert len(inbox._seen) == 4096
