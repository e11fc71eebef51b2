"""Verdicts on their way into the record: held until final, sent once, measured alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.clock import FakeClock
from tests.helpers.recording import COACH, LEARNER, Desk, insights, told_totals, verdict
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import Overlay, State
from timeback_desktop.presence.machine import Answer
from timeback_desktop.sessions.recovery import recover
from timeback_desktop.store.database import open_database
from timeback_desktop.store.sessions import SessionTable
from timeback_desktop.store.summaries import SummaryReader
from timeback_desktop.waste.verdict import Insight, ReviewResult

RUSHED = verdict(Overlay.RUSHING, 10_000, 25_500, counts={"answers": 4, "took_ms": 9_000})
HOPPED = verdict(Overlay.TOPIC_HOPPING, 20_000, 32_000)
STUCK = verdict(Insight.NEEDS_HELP, 5_000, 40_000)
WRONG = ReviewResult.FALSE_POSITIVE


def test_bar_card_and_wire_say_the_same_with_overlays(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (30_000, RUSHED), (33_000, HOPPED), (40_000, STUCK))
    desk.work(60)
    desk.rest(200)
    bar = desk.end().totals
    assert bar.habit_ms == 22_000
    assert bar.by_state[State.IDLE] > 0
    assert bar == desk.summary().totals == told_totals(desk.events())


def test_a_verdict_becomes_one_insight_and_an_overlay_one_stretch(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (30_000, RUSHED), (40_000, STUCK))
    desk.work(60)
    desk.end()
    events = desk.events()
    assert not [fault for event in events for fault in validate_item(event)]
    (lies,) = [e for e in events if "insightId" in e.get("extensions", {}).get("timeback", {})]
    (item,) = lies["generated"]["items"]
    started = desk.start.utc_ms + 10_000
    assert item == {
        "type": "anti-pattern", "subType": "rushing", "value": 15.5,
        "startDate": iso_utc(started), "endDate": iso_utc(started + 15_500),
    }  # fmt: skip
    first, second = insights(events)
    assert (first["kind"], second["kind"]) == ("rushing", "needs_help")
    assert first["counts"] == {"answers": 4, "took_ms": 9_000}
    assert [e["id"] for e in events if e["type"] == "ToolUseEvent"] == [first["id"], second["id"]]
    assert lies["extensions"]["timeback"]["insightId"] == first["id"]


def test_a_verdict_waits_for_the_time_under_it_and_is_open_meanwhile(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (20_000, verdict(Overlay.RUSHING, 5_000, 19_500)))
    (open_one,) = desk.work(20).verdicts
    assert desk.summary().verdicts[0].id == open_one.id
    assert not insights(desk.events())
    desk.work(20)
    assert insights(desk.events())[0]["id"] == to_urn(open_one.id)


def test_no_verdict_outlives_its_session(tmp_path: Path) -> None:
    late = verdict(Overlay.SIMULATED_INPUT, 20_000, 400_000)
    gone = verdict(Overlay.RUSHING, 300_000, 310_000)
    desk = Desk(tmp_path / "c.db", (300_000, late), (300_000, gone))
    desk.work(10)
    end_ms = desk.rest(700).session.duration_ms
    (kept,) = desk.summary().verdicts
    assert (kept.verdict.from_ms, kept.verdict.to_ms) == (20_000, end_ms)


def test_what_is_open_counts_at_once_and_is_forgotten_when_it_was_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.judge.open_verdicts = (verdict(Overlay.RUSHING, 10_000, 25_000),)
    assert desk.work(30).totals.habit_ms == 15_000
    desk.judge.open_verdicts = ()
    assert desk.work(1).totals.habit_ms == 0
    desk.end()
    assert desk.summary().verdicts == ()


def test_an_open_verdict_grows_under_one_id(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    ids = set()
    for second in range(20, 40):
        desk.judge.open_verdicts = (verdict(Overlay.RUSHING, 10_000, second * 1000),)
        ids |= {each.id for each in desk.work(1).verdicts}
    desk.end()
    assert ids == {desk.summary().verdicts[0].id}


def test_a_crash_closes_open_verdicts_as_they_stood_and_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (30_000, RUSHED))
    desk.judge.open_verdicts = (verdict(Overlay.TAB_FLIPPING, 41_000, 200_000),)
    bar = desk.work(77)
    tabs = bar.verdicts[-1]
    desk.recorder.contest(tabs.id, 1, by=LEARNER.id)
    again = open_database(desk.path, now_ms=0).db
    recover(SessionTable(again))
    (summary,) = SummaryReader(again).between(LEARNER.id, 0, 2**53)
    rushed, flipped = summary.verdicts
    assert (flipped.id, flipped.kept.interrupted, flipped.contested) == (tabs.id, True, True)
    assert (flipped.verdict.from_ms, flipped.verdict.to_ms) == (41_000, 77_000)
    assert not rushed.kept.interrupted
    assert summary.totals == bar.totals == told_totals(desk.events())
    assert [each.get("interrupted") for each in insights(desk.events())] == [None, True]


@pytest.mark.parametrize("full", [range(12, 40), range(25, 27), range(20, 61)])
def test_a_full_disk_loses_no_verdict_and_no_dispute_and_sends_each_once(
    tmp_path: Path, full: range
) -> None:
    desk = Desk(tmp_path / "c.db", (26_000, RUSHED))
    for second in range(1, 61):
        desk.store.full = second in full
        desk.work(1)
        if second == 30:
            (rushed,) = desk.recorder.snapshot.verdicts
            desk.recorder.contest(rushed.id, 5, by=LEARNER.id)
            desk.recorder.review(rushed.id, 6, by=COACH, result=WRONG, notes="He read aloud.")
    desk.end()
    desk.store.full = False
    bar = desk.end()
    (kept,) = desk.summary().verdicts
    assert kept.contested
    assert kept.overturned
    events = desk.events()
    assert len({event["id"] for event in events}) == len(events)
    assert [e["type"] for e in events].count("FeedbackEvent") == 2
    assert bar.totals.habit_ms == 0
    assert bar.totals == desk.summary().totals == told_totals(events)


def test_a_wall_clock_set_under_a_verdict_cuts_it_where_labels_part(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (50_000, verdict(Overlay.RUSHING, 10_000, 45_000)))
    desk.work(30)
    desk.clock.step_wall(3_600_000)
    desk.work(40)
    bar = desk.end()
    before, after = desk.summary().verdicts
    assert [each.verdict.ms for each in (before, after)] == [21_000, 14_000]
    assert after.verdict.started_at_ms - before.verdict.started_at_ms == 3_621_000
    assert bar.totals.habit_ms == 35_000
    assert bar.totals == desk.summary().totals == told_totals(desk.events())


@pytest.mark.parametrize(
    ("answer", "state", "detail"),
    [
        (Answer.READING, State.PASSIVE_OK, "attested:reading"),
        (Answer.PAPER, State.PASSIVE_OK, "attested:paper"),
        (Answer.ASKING, State.PASSIVE_OK, "attested:asking"),
        (Answer.BREAK, State.PAUSED, "break"),
    ],
)
def test_an_answer_is_recorded_as_attested(
    tmp_path: Path, answer: Answer, state: State, detail: str
) -> None:
    desk = Desk(tmp_path / "c.db", work=60_000, credit=10_000)
    desk.work(5)
    assert desk.rest(80).asks
    told = desk.recorder.answer(desk.clock.advance(400), answer)
    assert not told.asks
    assert told.totals.by_state.get(State.IDLE, 0) == 0
    bar = desk.end()
    stretch = next(s for s in desk.summary().stretches if s.detail == detail)
    assert (stretch.state, stretch.ms) == (state, 70_400)
    assert bar.totals == desk.summary().totals == told_totals(desk.events())


def test_an_answer_to_a_closed_session_changes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.work(5)
    before = desk.end()
    assert desk.recorder.answer(desk.clock.advance(5_000), Answer.PAPER) == before


def test_evidence_is_the_last_sign_of_a_hand(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", clock=FakeClock())
    desk.work(7)
    assert desk.rest(20).last_evidence_ms == 7_000
    assert desk.work(1, injected=True).last_evidence_ms == 7_000
