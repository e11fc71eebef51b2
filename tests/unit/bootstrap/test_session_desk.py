"""The desk: one open session on the store's thread, and words about verdicts of any session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.clock import FakeClock
from tests.helpers.recording import APP, COACH, KEY, LEARNER, OTHER, Desk, verdict
from timeback_desktop.bootstrap.services import SessionDesk
from timeback_desktop.caliper.events import Learner
from timeback_desktop.ids import SessionId, mint
from timeback_desktop.partition import State
from timeback_desktop.presence.machine import Answer
from timeback_desktop.presence.signal import Context, InputCounts, PageFacts, Surface, Tick
from timeback_desktop.presence.thresholds import Pace, Thresholds
from timeback_desktop.sessions.disputes import DisputeRefused
from timeback_desktop.sessions.recorder import Snapshot
from timeback_desktop.store.worker import StoreThread
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.verdict import ReviewResult

WRONG = ReviewResult.FALSE_POSITIVE


class Room:
    """A desk over a real store, and what it told."""

    def __init__(self, path: Path) -> None:
        self.clock = FakeClock()
        self.thread = StoreThread(path, now_ms=self.clock.stamp().utc_ms)
        self.asked: list[tuple[str, str]] = []
        self.woken = 0
        self.desk = SessionDesk(self.thread, self.limits_for, self.clock, self.wake)

    def limits_for(self, app_id: str, student_id: str) -> tuple[Thresholds, RuleLimits]:
        self.asked.append((app_id, student_id))
        return Thresholds(work=30_000, credit=10_000), RuleLimits()

    def wake(self) -> None:
        self.woken += 1

    def begin(self, learner: Learner = LEARNER) -> Snapshot:
        begun = self.desk.begin(learner, APP, self.clock.stamp(), SessionId(mint()))
        return begun.result()

    def tick(self, seconds: int, surface: Surface = Surface.LEARNING, keys: int = 0) -> Snapshot:
        for second in range(seconds):
            inputs = InputCounts(keys=keys * (second % 3 == 0))
            told = self.desk.tick(Tick(self.clock.advance(1000), inputs, surface)).result()
        return told


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path / "client.db")
    yield room
    room.thread.close()


def off_app(room: Room) -> str:
    """Begin a session, leave the app for 40 s, come back; return the verdict's id."""
    room.begin()
    room.tick(10, keys=1)
    room.tick(40, Surface.OTHER_PROGRAM)
    told = room.tick(30, keys=1)
    (flagged,) = told.verdicts
    assert flagged.verdict.kind is State.OFF_APP
    return flagged.id


def test_limits_are_those_of_the_app_and_the_student(room: Room) -> None:
    room.begin()
    assert room.asked == [(APP.id, LEARNER.id)]
    room.tick(4, keys=1)
    assert room.tick(31).asks


def test_an_answer_is_taken_and_sent(room: Room) -> None:
    room.begin()
    room.tick(4, keys=1)
    room.tick(40)
    woken = room.woken
    told = room.desk.answer(room.clock.advance(500), Answer.PAPER).result()
    assert (told.state, told.detail) == (State.PASSIVE_OK, "attested:paper")
    assert room.woken == woken + 1


@pytest.mark.parametrize("over", [False, True])
def test_the_student_contests_while_at_work_and_on_the_card(room: Room, over: bool) -> None:
    flagged = off_app(room)
    if over:
        room.desk.end(room.clock.advance(300)).result()
    assert room.desk.contest(flagged).result().contested
    assert not room.desk.contest(flagged, withdrawn=True).result().contested
    reviewed = room.desk.review(flagged, by=COACH, result=WRONG, notes="For the lesson.")
    assert reviewed.result().overturned
    assert room.desk.contest(flagged, LEARNER.id).result().contested
    with pytest.raises(DisputeRefused, match="has looked"):
        room.desk.contest(flagged, withdrawn=True).result()


def test_a_verdict_of_yesterday_can_be_contested_and_reviewed(room: Room, tmp_path: Path) -> None:
    flagged = off_app(room)
    room.desk.end(room.clock.advance(300)).result()
    room.clock.advance(86_400_000)
    room.begin()
    assert room.desk.contest(flagged).result().contested
    assert room.desk.review(flagged, by=COACH, result=WRONG).result().review is not None
    assert room.tick(5, keys=1).verdicts == ()


def test_the_next_student_at_this_computer_cannot_speak_for_the_one_before(room: Room) -> None:
    flagged = off_app(room)
    room.desk.end(room.clock.advance(300)).result()
    room.begin(OTHER)
    with pytest.raises(DisputeRefused, match="not your own"):
        room.desk.contest(flagged).result()
    assert room.desk.contest(flagged, LEARNER.id).result().contested


def test_nobody_at_the_desk_is_nobody(room: Room, tmp_path: Path) -> None:
    said = (12_000, verdict(State.OFF_APP, 2_000, 9_000))
    before = Desk(tmp_path / "client.db", said)
    before.work(20, KEY)
    before.end()
    (flagged,) = before.summary().verdicts
    with pytest.raises(DisputeRefused, match="not your own"):
        room.desk.contest(flagged.id).result()


def test_a_pace_that_was_learned_is_known_at_the_next_session(room: Room) -> None:
    room.begin()
    for visit in range(10):
        page = PageFacts(words=20 + visit, context=Context.QUESTION)
        for second in range(20 + visit):
            inputs = InputCounts(keys=1 + visit % 4 if second == 0 else 0)
            tick = Tick(room.clock.advance(1000), inputs, page=page)
            room.desk.tick(tick).result()
    room.desk.end(room.clock.stamp()).result()
    sessions = room.thread.store.sessions
    learned = room.thread.wait(sessions.pace, LEARNER.id, APP.id)
    assert learned.item_ms == 24_000
    assert room.thread.wait(sessions.pace, LEARNER.id, "another app") == Pace()
    room.begin()
    room.desk.end(room.clock.stamp()).result()
    assert room.thread.wait(sessions.pace, LEARNER.id, APP.id) == learned
