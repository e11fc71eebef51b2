"""Who may say what to a verdict, and until when."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.recording import COACH, LEARNER, OTHER, Desk, told_totals, verdict
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.errors import DatabaseUnusable
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import Overlay, State
from timeback_desktop.sessions.disputes import MAX_NOTES, DisputeRefused
from timeback_desktop.waste.verdict import ReviewResult

RIGHT, WRONG = ReviewResult.TRUE_POSITIVE, ReviewResult.FALSE_POSITIVE


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A session that is over, with 50 s of idle and 12 s of rushing in it."""
    rushed = (31_000, verdict(Overlay.RUSHING, 10_000, 22_000))
    idle = (91_000, verdict(State.IDLE, 40_000, 90_000))
    desk = Desk(tmp_path / "c.db", rushed, idle, work=20_000, credit=10_000)
    desk.work(30)
    desk.rest(60)
    desk.work(5)
    desk.end()
    return desk


def feedback(desk: Desk) -> list[dict[str, object]]:
    return [event for event in desk.events() if event["type"] == "FeedbackEvent"]


def test_a_contest_changes_no_number_and_can_be_taken_back(desk: Desk) -> None:
    rushed, before = desk.summary().verdicts[0], desk.summary().totals
    assert desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=1).contested
    assert desk.summary().verdicts[0].contested
    assert not desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=2, withdrawn=True).contested
    assert desk.summary().verdicts[0] == rushed
    assert desk.summary().totals == before
    assert [e["extensions"]["timeback"]["contest"] for e in feedback(desk)] == [True, False]


def test_saying_it_again_says_nothing_new(desk: Desk) -> None:
    rushed = desk.summary().verdicts[0]
    for at_ms in (1, 2, 3):
        desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=at_ms)
        desk.disputes.review(rushed.id, by=COACH, at_ms=at_ms, result=RIGHT)
    assert len(feedback(desk)) == 2


def test_an_overturned_verdict_gives_its_time_back_everywhere(desk: Desk) -> None:
    rushed, idle = desk.summary().verdicts
    before = desk.summary()
    for each in (rushed, idle):
        desk.disputes.review(each.id, by=COACH, at_ms=9, result=WRONG, notes="On paper.")
    after = desk.summary()
    assert (before.totals.habit_ms, after.totals.habit_ms) == (12_000, 0)
    assert before.totals.by_state[State.IDLE] == 50_000
    assert after.totals.by_state[State.PASSIVE_OK] == 50_000
    assert State.IDLE not in after.totals.by_state
    assert after.longest_focus_ms == after.totals.span_ms == before.totals.span_ms
    assert after.stretches[1].detail == "reviewed"
    assert after.totals == told_totals(desk.events())


def test_the_newest_review_counts(desk: Desk) -> None:
    rushed = desk.summary().verdicts[0]
    desk.disputes.review(rushed.id, by=COACH, at_ms=1, result=WRONG)
    desk.disputes.review(rushed.id, by=COACH, at_ms=2, result=RIGHT, notes="I asked her.")
    review = desk.summary().verdicts[0].review
    assert review is not None
    assert (review.by, review.result, review.notes) == (COACH, RIGHT, "I asked her.")
    assert desk.summary().totals.habit_ms == 12_000


def test_every_word_about_a_verdict_is_a_valid_event_of_who_said_it(desk: Desk) -> None:
    rushed = desk.summary().verdicts[0]
    desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=1)
    desk.disputes.review(rushed.id, by=COACH, at_ms=2, result=WRONG, notes="Aloud.")
    said, answered = feedback(desk)
    assert not [*validate_item(said), *validate_item(answered)]
    assert [said["actor"]["id"], answered["actor"]["id"]] == [to_urn(LEARNER.id), to_urn(COACH)]
    assert said["object"]["id"] == answered["object"]["id"] == to_urn(rushed.id)
    assert answered["generated"]["value"] == "Aloud."
    assert answered["extensions"]["timeback"]["review"] == {
        "insightId": to_urn(rushed.id), "reviewResult": "FalsePositive", "reviewNotes": "Aloud.",
    }  # fmt: skip


@pytest.mark.parametrize("by", [OTHER.id, COACH, "", "' OR 1=1 --"])
def test_only_the_student_of_the_session_contests(desk: Desk, by: str) -> None:
    with pytest.raises(DisputeRefused, match="not your own"):
        desk.disputes.contest(desk.summary().verdicts[0].id, by=by, at_ms=1)
    assert not feedback(desk)


@pytest.mark.parametrize("by", [LEARNER.id, ""])
def test_a_student_reviews_nothing_of_his_own(desk: Desk, by: str) -> None:
    with pytest.raises(DisputeRefused, match="A coach decides"):
        desk.disputes.review(desk.summary().verdicts[0].id, by=by, at_ms=1, result=WRONG)
    assert not feedback(desk)


@pytest.mark.parametrize("result", list(ReviewResult))
def test_a_contest_stays_once_a_coach_has_looked(desk: Desk, result: ReviewResult) -> None:
    rushed = desk.summary().verdicts[0]
    desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=1)
    desk.disputes.review(rushed.id, by=COACH, at_ms=2, result=result)
    with pytest.raises(DisputeRefused, match="has looked"):
        desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=3, withdrawn=True)
    assert desk.summary().verdicts[0].contested


@pytest.mark.parametrize("verdict_id", ["", "nobody", "0192f0c1-2345-7abc-8def-0123456789ff"])
def test_a_verdict_that_is_not_here_is_said_to_be_so(desk: Desk, verdict_id: str) -> None:
    with pytest.raises(DisputeRefused, match="not in the record"):
        desk.disputes.contest(verdict_id, by=LEARNER.id, at_ms=1)
    with pytest.raises(DisputeRefused, match="not in the record"):
        desk.recorder.review(verdict_id, 1, by=COACH, result=WRONG)


@pytest.mark.parametrize("notes", ["\0\ud800", "x" * 100_000, "  ", "<b>'; DROP TABLE reviews;--"])
def test_notes_are_taken_as_they_come(desk: Desk, notes: str) -> None:
    rushed = desk.summary().verdicts[0]
    desk.disputes.review(rushed.id, by=COACH, at_ms=1, result=RIGHT, notes=notes)
    review = desk.summary().verdicts[0].review
    assert review is not None
    assert len(review.notes) <= MAX_NOTES
    assert not validate_item(feedback(desk)[0])


def test_a_word_that_cannot_be_kept_is_told_and_not_half_kept(desk: Desk) -> None:
    rushed = desk.summary().verdicts[0]
    pages = desk.db.execute("PRAGMA page_count").fetchone()[0]
    desk.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseUnusable, match="full"):
        fill_with_reviews(desk, rushed.id)
    assert len(feedback(desk)) == desk.db.table("reviews").count
    desk.db.execute("PRAGMA max_page_count = 1000000")
    assert desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=1).contested


def fill_with_reviews(desk: Desk, verdict_id: str) -> None:
    for at_ms in range(1_000):
        desk.disputes.review(
            verdict_id, by=COACH, at_ms=at_ms, result=RIGHT, notes=f"{at_ms} " * 400
        )


def test_an_open_session_is_contested_and_reviewed_as_well(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (30_000, verdict(Overlay.RUSHING, 10_000, 22_000)))
    (rushed,) = desk.work(60).verdicts
    assert desk.recorder.contest(rushed.id, 1, by=LEARNER.id).contested
    assert desk.summary().verdicts[0].contested
    assert desk.recorder.snapshot.contested == {Overlay.RUSHING}
    desk.recorder.review(rushed.id, 2, by=COACH, result=WRONG)
    assert desk.recorder.snapshot.totals.habit_ms == 0
    with pytest.raises(DisputeRefused, match="has looked"):
        desk.recorder.contest(rushed.id, 3, by=LEARNER.id, withdrawn=True)
    assert desk.end().totals == desk.summary().totals == told_totals(desk.events())
