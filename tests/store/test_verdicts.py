"""Verdicts in the client's database: older records, damaged ones, many sessions."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.helpers.recording import COACH, LEARNER, Desk, told_totals, verdict
from timeback_desktop.partition import HABITS, Overlay, State
from timeback_desktop.sessions.verdicts import KeptVerdict
from timeback_desktop.store.database import open_database, open_for_reading
from timeback_desktop.store.schema import migrations
from timeback_desktop.store.summaries import SummaryReader
from timeback_desktop.store.verdicts import read_open, verdict_of, verdict_row, write_open
from timeback_desktop.waste.verdict import Insight, ReviewResult, Verdict

KINDS = [*Overlay, State.IDLE, State.OFF_APP, Insight.NEEDS_HELP]
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 2**53)
FIGURES = st.dictionaries(st.text(max_size=9), NUMBERS, max_size=3)
OPEN = '[{"state":"idle","detail":"idle","from_ms":15000,"to_ms":40000,"started_at_ms":3600015000}]'
VERDICTS = st.builds(
    Verdict,
    kind=st.sampled_from(KINDS),
    rule=st.sampled_from(["rushing", "idle"]),
    version=st.integers(1, 99),
    from_ms=st.integers(0, 10**6),
    to_ms=st.integers(0, 10**6),
    started_at_ms=st.integers(0, 2**42),
    confidence=st.floats(0, 1),
    thresholds=FIGURES,
    counts=FIGURES,
    detail=st.none() | st.text(max_size=9),
)


def released_v1(path: Path) -> None:
    """Write a record as the first release did, with one closed and one open session."""
    db = Database(sqlite3.connect(path))
    migrations.apply(db, stop_before="m002_verdicts_contests_reviews")
    db.execute("PRAGMA user_version = 1")
    for number, (name, open_segments) in enumerate([("closed", "[]"), ("open", OPEN)]):
        session = {
            "id": name, "student_id": LEARNER.id, "student_name": "Ada",
            "student_email": LEARNER.email, "app_id": "a", "app_name": "Math", "subject": "Math",
            "started_at": number * 3_600_000_000, "open_segments": open_segments,
            "duration_ms": None if number else 15_000, "end_reason": None if number else "ended",
        }  # fmt: skip
        db.table("sessions").insert(session)
        db.table("segments").insert(
            {"id": f"s{number}", "session_id": name, "state": "on_task", "detail": None,
             "from_ms": 0, "to_ms": 15_000, "started_at": number * 3_600_000_000}
        )  # fmt: skip
    db.close()


@pytest.mark.parametrize("opened", ["for reading", "for writing"])
def test_the_record_of_the_first_release_is_read_whole(tmp_path: Path, opened: str) -> None:
    path = tmp_path / "client.db"
    released_v1(path)
    before = path.read_bytes()
    reading = opened == "for reading"
    db = open_for_reading(path) if reading else open_database(path, now_ms=1).db
    closed, still_open = SummaryReader(db).between(LEARNER.id, 0, 2**53)
    assert closed.totals.by_state == {State.ON_TASK: 15_000}
    assert still_open.totals.by_state == {State.ON_TASK: 15_000, State.IDLE: 25_000}
    assert closed.verdicts == still_open.verdicts == ()
    assert (path.read_bytes() == before) is reading
    assert {row["limit_ms"] for row in db.query("SELECT limit_ms FROM segments")} == {0}


def test_the_limit_that_decided_is_kept_with_the_segment(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", work=30_000, credit=10_000)
    desk.work(5)
    desk.rest(60)
    desk.end()
    rows = desk.db.query("SELECT DISTINCT limit_ms FROM segments WHERE state = 'idle'")
    assert [row["limit_ms"] for row in rows] == [30_000]


@settings(deadline=None)
@given(st.lists(VERDICTS, max_size=3), st.booleans())
def test_a_verdict_reads_back_as_it_was_written(verdicts: list[Verdict], interrupted: bool) -> None:
    kept = tuple(KeptVerdict(str(n), each, interrupted) for n, each in enumerate(verdicts))
    assert read_open(write_open(kept)) == kept
    assert tuple(verdict_of(verdict_row("s", each)) for each in kept) == kept


def test_an_endless_figure_is_left_out_rather_than_kept_unreadable() -> None:
    told = verdict(
        Overlay.RUSHING, 0, 9, counts={"a": float("inf"), "b": 2}, thresholds={"c": float("nan")}
    )
    (kept,) = read_open(write_open([KeptVerdict("x", told)]))
    assert (kept.verdict.counts, kept.verdict.thresholds) == ({"b": 2}, {})


def test_everything_said_survives_a_damaged_file(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (30_000, verdict(Overlay.RUSHING, 10_000, 22_000)))
    desk.work(40)
    desk.end()
    (rushed,) = desk.summary().verdicts
    desk.disputes.contest(rushed.id, by=LEARNER.id, at_ms=1)
    desk.disputes.review(rushed.id, by=COACH, at_ms=2, result=ReviewResult.FALSE_POSITIVE)
    before = desk.summary()
    desk.db.close()
    damage_free_space(desk.path)
    opened = open_database(desk.path, now_ms=3)
    assert opened.repair is not None
    assert SummaryReader(opened.db).session(desk.session.id) == before


def damage_free_space(path: Path) -> None:
    """Break an index, which no row needs, so that the check fails and every row is there."""
    db = sqlite3.connect(path)
    query = "SELECT rootpage FROM sqlite_master WHERE name LIKE 'idx_segments%'"
    page = db.execute(query).fetchone()[0]
    size = db.execute("PRAGMA page_size").fetchone()[0]
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_a_student_sees_only_what_is_his(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (30_000, verdict(Overlay.RUSHING, 10_000, 22_000)))
    desk.work(40)
    desk.end()
    nobody = desk.reader.between(COACH, 0, 2**53)
    assert not nobody
    (mine,) = desk.reader.between(LEARNER.id, 0, 2**53)
    assert len(mine.verdicts) == 1


SPANS = st.tuples(st.integers(0, 50), st.integers(1, 30)).map(lambda s: (s[0], s[0] + s[1]))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(HABITS)), SPANS, st.booleans()), max_size=6),
    st.lists(st.sampled_from("wwril"), min_size=6, max_size=6),
)
def test_bar_card_wire_and_days_agree_whatever_is_judged(
    tmp_path_factory: pytest.TempPathFactory,
    judged: list[tuple[Overlay, tuple[int, int], bool]],
    doing: list[str],
) -> None:
    said = [
        (to * 1000, verdict(kind, at * 1000, to * 1000, rule=str(number)))
        for number, (kind, (at, to), _) in enumerate(judged)
    ]
    desk = Desk(tmp_path_factory.mktemp("c") / "c.db", *said, work=20_000, credit=4_000)
    for each in doing:
        {"w": desk.work, "r": desk.rest, "i": desk.rest, "l": desk.lock}[each](10)
    assert desk.end().totals == desk.summary().totals
    for each in desk.summary().verdicts:
        if judged[int(each.verdict.rule)][2]:
            desk.disputes.review(each.id, by=COACH, at_ms=1, result=ReviewResult.FALSE_POSITIVE)
    agree(desk)


def agree(desk: Desk) -> None:
    card = desk.summary()
    day = desk.reader.day(LEARNER.id, date(2026, 9, 21), "UTC")
    assert card.totals == told_totals(desk.events()) == day.totals
    assert card.totals.productive_ms + card.totals.waste_ms == card.totals.counted_ms
    assert sum(stretch.ms for stretch in card.stretches) == card.totals.span_ms
