from __future__ import annotations

import pytest

from timeback_desktop.backend.outbound import Answered
from timeback_desktop.backend.webhooks.outcomes import Outcome, judged, pause_ms

NOW_MS = 1_795_000_000_000  # 2026-11-18T11:06:40Z


@pytest.mark.parametrize(
    ("status", "delivered", "again"),
    [
        (200, True, False),
        (204, True, False),
        (301, False, False),
        (304, False, False),
        (400, False, False),
        (401, False, False),
        (404, False, False),
        (408, False, True),
        (410, False, False),
        (425, False, True),
        (429, False, True),
        (500, False, True),
        (503, False, True),
        (999, False, True),
    ],
)
def test_what_a_status_means(status: int, delivered: bool, again: bool) -> None:
    outcome = judged(Answered(status, None), NOW_MS)
    assert (outcome.error is None, outcome.again) == (delivered, again)


@pytest.mark.parametrize(
    ("header", "asked_ms"),
    [
        (None, 0),
        ("", 0),
        ("7", 7_000),
        (" 120 ", 120_000),
        ("99999999999999", 3_600_000),
        ("-5", 0),
        ("soon", 0),
        ("²", 0),
        ("Wed, 18 Nov 2026 11:07:10 GMT", 30_000),
        ("Wed, 18 Nov 2026 11:00:00 GMT", 0),
        ("Wed, 18 Nov 2099 11:00:00 GMT", 3_600_000),
        ("Wed, 99 Nov 9999 99:99:99 GMT", 0),
    ],
)
def test_a_target_may_ask_for_time(header: str | None, asked_ms: int) -> None:
    assert judged(Answered(503, header), NOW_MS).asked_ms == asked_ms


def test_time_is_asked_for_only_where_there_is_another_try() -> None:
    assert judged(Answered(404, "7"), NOW_MS).asked_ms == 0


def test_pauses_double_and_do_not_fall_on_the_same_instant() -> None:
    failed = Outcome(500, "no", again=True)
    names = [f"delivery {number}" for number in range(50)]
    for attempts, least in ((1, 2_000), (2, 4_000)):
        pauses = [pause_ms(name, attempts, failed) for name in names]
        assert min(pauses) >= least
        assert max(pauses) < least * 1.5
        assert len(set(pauses)) > 40
    assert pause_ms("any", 1, Outcome(503, "no", again=True, asked_ms=60_000)) >= 60_000
