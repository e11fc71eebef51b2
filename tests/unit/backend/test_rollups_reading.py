"""Figures by day as they are read: the same, to the millisecond, as a fold of all that came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from tests.helpers import small_school
from tests.helpers.small_school import (
    AS_AVA,
    AS_MATH,
    AVA,
    BEN,
    MATH,
    ORG,
    TENANT,
    SmallSchool,
    event_id,
    open_school,
)
from timeback_desktop import ids
from timeback_desktop.backend.asking import Range
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.events.models import reviews
from timeback_desktop.backend.insights import exact
from timeback_desktop.backend.insights.overview import is_kept, overview
from timeback_desktop.backend.insights.written import Granularity, together
from timeback_desktop.backend.registry.models import applications, publishers
from timeback_desktop.backend.rollups import groups, reading, service
from timeback_desktop.backend.rollups.days import number_of
from timeback_desktop.backend.rollups.figures import Cell, Figures
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper import insights as wire
from timeback_desktop.clock import iso_utc, midnight_ms
from timeback_desktop.partition import Overlay, State

Json = dict[str, Any]
READING = replace(small_school.READING, subject="Reading")
NEW_YORK = ZoneInfo("America/New_York")
MINUTE = 60_000
HOUR = 60 * MINUTE
CHANGES = {"spring": date(2026, 3, 8), "autumn": date(2026, 11, 1)}  # of the clocks
DAYS = 16
STATES = [*State]
STATES.remove(State.SUSPENDED)


class Month:
    """What Ava's desktop and her apps tell of the days around a clock change."""

    def __init__(self, change: date) -> None:
        self.first = change - timedelta(days=DAYS // 2)
        self.random = Random(change.month)
        self.measured: list[Json] = []
        self.claimed: list[Json] = []
        self.judged: list[wire.Insight] = []
        for number in range(DAYS):
            if self.random.random() < 0.75:
                self._day(self.first + timedelta(days=number), number)

    def _key(self, *parts: object) -> str:
        return ids.seeded("month", "x", " ".join(map(str, (self.first, *parts))))

    def _day(self, day: date, number: int) -> None:
        start = midnight_ms(day, NEW_YORK)
        for sitting in range(self.random.choice((1, 1, 2, 3))):
            at = start + self.random.choice((30, 90, 600, 610, 1400)) * MINUTE
            app = self.random.choice((MATH, READING))
            self._sitting(f"{number}/{sitting}", app, at + self.random.randrange(60_000))

    def _sitting(self, key: str, app: caliper.App, at: int) -> None:
        session, start = self._key("session", key), at
        for piece in range(self.random.randrange(1, 8)):
            state, ms = self.random.choice(STATES), self.random.randrange(1_000, 25 * MINUTE)
            event = caliper.time_spent(
                self._key(key, piece), AVA, app, session, state, None, at, ms
            )
            self.measured += [event] if event else []
            if state in {State.IDLE, State.OFF_APP} and self.random.random() < 0.5:
                self._judge(self._key("judged", key, piece), app, session, state, at, ms)
            at += ms
        slept = self.random.choice((0, 0, 90_000))
        span = caliper.SessionSpan(session, start, at + slept, at - start, slept)
        self.measured.append(
            caliper.logged_out(self._key("out", key), AVA, app, span, at + slept, "ended")
        )
        self._over(key, app, session, start)
        self._tell(key, start, at)

    def _judge(  # noqa: PLR0917 - what an insight is about
        self, key: str, app: caliper.App, session: str, state: State, at: int, ms: int
    ) -> None:
        found = wire.Insight(
            id=key,
            kind=state,
            detail=None,
            rule="rule",
            version=1,
            started_at_ms=at,
            ms=ms,
            on_task_ms=0,
            confidence=0.5,
            thresholds={},
            counts={},
            reasoning="Seen.",
            student_reasoning="Seen.",
        )
        self.judged.append(found)
        self.measured.append(wire.noted(wire.Place(AVA, app, session), found))

    def _over(self, key: str, app: caliper.App, session: str, start: int) -> None:
        if self.random.random() < 0.4:
            place = wire.Place(AVA, app, session)
            over = self.random.choice([*Overlay])
            at, ms = start + self.random.randrange(5 * MINUTE), self.random.randrange(1, HOUR)
            self.measured.append(wire.overlaid(self._key("over", key), place, "x", over, at, ms))

    def _tell(self, key: str, start: int, end: int) -> None:
        """Let the app claim some time of its own, and tell of questions and of a lesson."""
        state, ms = self.random.choice(STATES), self.random.randrange(1_000, 20 * MINUTE)
        at = self.random.choice((start - 40 * MINUTE, start, end + 30 * MINUTE))
        session = self._key("claimed", key)
        event = caliper.time_spent(self._key("claim", key), AVA, MATH, session, state, None, at, ms)
        self.claimed += [event] if event else []
        self.claimed += [self._question(f"{key}/{n}", start + n * MINUTE) for n in range(3)]
        self.claimed.append(self._lesson(key, end))

    def _told(self, key: str, at: int) -> Json:
        return {
            "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
            "id": f"urn:uuid:{self._key(key)}",
            "actor": {"id": f"urn:uuid:{AVA.id}", "type": "Person"},
            "edApp": f"urn:uuid:{MATH.id}",
            "eventTime": iso_utc(at),
            "session": "urn:tag:auto-attach",
        }

    def _question(self, key: str, at: int) -> Json:
        attempt = {"id": f"urn:x:attempt:{key}", "type": "Attempt"}
        score = {"id": "urn:x:score", "type": "Score", "scoreType": "QUESTION_RESULT"}
        return self._told(f"graded {key}", at) | {
            "type": "GradeEvent",
            "action": "Graded",
            "object": attempt,
            "generated": score | {"maxScore": 1, "scoreGiven": self.random.randrange(2)},
        }

    def _lesson(self, key: str, at: int) -> Json:
        items = [{"type": "xpEarned", "value": self.random.choice((-0.5, 0, 2.25))}]
        right = self.random.randrange(5)
        items += [{"type": "totalQuestions", "value": right + self.random.randrange(2)}]
        items += [{"type": "correctQuestions", "value": right}]
        collection = "TimebackActivityMetricsCollection"
        return self._told(f"lesson {key}", at) | {
            "type": "ActivityEvent",
            "action": "Completed",
            "profile": "TimebackProfile",
            "actor": {"id": f"urn:uuid:{AVA.id}", "type": "TimebackUser", "email": AVA.email},
            "object": caliper_context(MATH),
            "generated": {"id": "urn:x:metrics", "type": collection, "items": items},
        }


def caliper_context(app: caliper.App) -> Json:
    return {
        "id": f"urn:uuid:{app.id}",
        "type": "TimebackActivityContext",
        "subject": app.subject,
        "app": {"name": app.name},
    }


@dataclass(frozen=True, slots=True)
class Lived:
    """A school in which a month was lived."""

    school: SmallSchool
    first: date

    @property
    def days(self) -> tuple[int, int]:
        """Return the numbers of the first and the last day."""
        return number_of(self.first), number_of(self.first) + DAYS - 1

    def over(self, first: int = 0, days: int = DAYS) -> Range:
        """Return some days of the month."""
        return range_of(self.first + timedelta(days=first), days)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Lived]:
    found = {}
    for season, change in CHANGES.items():
        school, month = open_school(tmp_path_factory.mktemp(season)), Month(change)
        with writing(school.engine) as connection:
            mine, its = publishers.c.id == TENANT, applications.c.id == READING.id
            connection.execute(update(publishers).where(mine).values(time_zone=NEW_YORK.key))
            connection.execute(update(applications).where(its).values(subject="Reading"))
        live(school, month)
        found[season] = Lived(school, month.first)
    return found


@pytest.fixture
def lived(months: dict[str, Lived]) -> Lived:
    return months["autumn"]


def live(school: SmallSchool, month: Month) -> None:
    """Send a month in an order that no day has, and take some of the judgements back."""
    months = [(AS_AVA, month.measured), (AS_MATH, month.claimed)]
    for sender, told in months:
        month.random.shuffle(told)
        for start in range(0, len(told), 40):
            statuses = school.statuses(sender, *told[start : start + 40])
            assert set(statuses) == {"accepted"}, statuses
    for number, each in enumerate(month.judged[::2]):
        result = "FalsePositive" if number % 3 else "TruePositive"
        with writing(school.engine) as connection:
            connection.execute(
                insert(reviews).values(
                    publisher_id=TENANT,
                    id=event_id(each.id),
                    insight_id=each.id,
                    user_id=BEN.id,
                    result=result,
                    at_ms=1,
                    verified=True,
                )
            )
            ends = each.started_at_ms + each.ms
            service.refold(connection, TENANT, AVA.id, each.started_at_ms, ends)


def range_of(first: date, days: int) -> Range:
    ends = midnight_ms(first + timedelta(days=days), NEW_YORK)
    return Range(midnight_ms(first, NEW_YORK), ends, NEW_YORK)


@pytest.mark.parametrize("season", CHANGES)
def test_rows_and_fold_tell_the_same(months: dict[str, Lived], season: str) -> None:
    lived, asked = months[season], Asked(TENANT, AVA.id)
    with lived.school.reading() as connection:
        for first, days in ((0, DAYS), (0, 1), (6, 5), (8, 1), (9, 7)):
            over = lived.over(first, days)
            assert is_kept(connection, TENANT, over)
            read = overview(connection, asked, over)
            assert read == overview(connection, asked, over, folded=True)
        whole = overview(connection, asked, lived.over())
    assert whole["totals"]["time"]["span_s"] > 0
    assert whole["totals"]["claimed"] is not None
    assert whole["totals"]["waste"]["habits_s"] > 0
    assert whole["totals"]["xp"] is not None
    assert [each["subject"] for each in whole["breakdown"]["bySubject"]] == ["Math", "Reading"]


def test_buckets_by_day_week_and_month_add_up_to_the_totals(lived: Lived) -> None:
    asked = Asked(TENANT, AVA.id)
    with lived.school.reading() as connection:
        told = [overview(connection, asked, lived.over(), each) for each in Granularity]
    for each in told:
        states: dict[str, int] = {}
        for bucket in each["buckets"]:
            for state, ms in ((bucket["time"] or {}).get("states") or {}).items():
                states[state] = states.get(state, 0) + ms
        assert states == each["totals"]["time"]["states"] == each["breakdown"]["byState"]
        xp = sum(bucket["xp"] or 0 for bucket in each["buckets"])
        assert xp == pytest.approx(each["totals"]["xp"])
    assert len({len(each["buckets"]) for each in told}) == 3


def test_the_trend_is_against_the_days_before(lived: Lived) -> None:
    with lived.school.reading() as connection:
        told = [
            overview(connection, Asked(TENANT, AVA.id), lived.over(first, 3))["trend"]
            for first in (0, DAYS - 3)
        ]
    assert told[0] is None  # before the first day there was none
    engaged = told[1]["metrics"]["engaged_s"]
    assert engaged["baselineDays"] >= 5
    assert engaged["median"] > 0
    assert engaged["slopePerWeek"] is None  # three days make no slope


def test_a_school_has_what_its_students_have(lived: Lived) -> None:
    with writing(lived.school.engine) as connection:
        groups.refresh(connection, TENANT, groups.GroupKind.ORG, ORG)
        group = reading.of_group(TENANT, groups.GroupKind.ORG, ORG)
        student = reading.of_student(TENANT, AVA.id)
        for read in (reading.cells, reading.by_day):
            assert read(connection, group, *lived.days) == read(connection, student, *lived.days)


def test_each_way_to_read_tells_the_same(lived: Lived) -> None:
    over, both = lived.over(), [AVA.id, BEN.id]
    with lived.school.reading() as connection:
        folded = exact.cells(connection, Asked(TENANT, AVA.id), over.from_ms, over.to_ms, NEW_YORK)
        read = reading.cells(connection, reading.of_student(TENANT, AVA.id), *lived.days)
        mine = reading.by_student(connection, TENANT, both, *lived.days)
        rows = list(reading.days_of_students(connection, TENANT, both, *lived.days))
    assert known(read) == known(folded)
    totals = [each.spent.totals for each in read.values() if each.spent.totals]
    assert mine[AVA.id].spent.totals == sum(totals[1:], totals[0])
    assert mine[AVA.id].spent.claimed == together(read.values()).spent.claimed
    assert mine[BEN.id].is_empty
    assert {row.user_id for row in rows} == {AVA.id}
    counted = {cell.day for cell, each in read.items() if each.spent.counted}
    assert [row.day for row in rows] == sorted(counted)


def known(cells: dict[Cell, Figures]) -> dict[Cell, Figures]:
    return {cell: each for cell, each in cells.items() if not each.is_empty}


def test_another_zone_or_half_a_day_is_folded(lived: Lived) -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    low, high = (midnight_ms(date(2026, 11, day), kolkata) for day in (1, 3))
    with lived.school.reading() as connection:
        assert not is_kept(connection, TENANT, Range(low, high, kolkata))
        day = range_of(date(2026, 11, 1), 1)
        assert day.to_ms - day.from_ms == 25 * HOUR
        assert is_kept(connection, TENANT, day)
        assert not is_kept(connection, TENANT, Range(day.from_ms, day.to_ms - 1, NEW_YORK))
