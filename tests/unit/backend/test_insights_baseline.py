"""A student's days beside the days before them: medians, and nothing where too little is known."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert

from tests.helpers.small_school import AVA, MATH, TENANT, open_school
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.insights.baseline import trend
from timeback_desktop.backend.insights.written import Granularity, figures_on_wire
from timeback_desktop.backend.registry.models import application_grants, applications, publishers
from timeback_desktop.backend.rollups.figures import Figures, Results, Spent
from timeback_desktop.backend.timeline.record import Asked, app_names

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 28)
MINUTE = 60_000


def day(minutes: float, idle: float = 0, **results: int) -> Figures:
    figures = Figures(Spent({"on_task": round(minutes * MINUTE), "idle": round(idle * MINUTE)}))
    if results:
        figures.achieve(Results(**results))
    return figures


def days(*minutes: float) -> dict[int, Figures]:
    return {number: day(each) for number, each in enumerate(minutes)}


def test_a_median_and_its_deviation() -> None:
    told = trend(days(40, 44, 48), days(10, 20, 30, 40, 500), FIRST, LAST)
    assert told is not None
    assert told["baseline"] == {"from": "2026-10-01", "to": "2026-10-28", "fewestDays": 5}
    assert told["metrics"]["engaged_s"] == {
        "current": 2640,
        "days": 3,
        "median": 1800,
        "mad": 600,
        "baselineDays": 5,
        "deviations": 0.94,
        "slopePerWeek": None,
    }
    assert told["metrics"]["xp"] is None


@pytest.mark.parametrize(
    ("now", "before"), [((), (10,) * 5), ((10,), (10,) * 4), ((10,), ()), ((), ())]
)
def test_too_few_days_are_no_trend(now: tuple[float, ...], before: tuple[float, ...]) -> None:
    assert trend(days(*now), days(*before), FIRST, LAST) is None


def test_days_that_are_all_alike_have_no_deviation() -> None:
    told = trend(days(20, 30, 40, 50, 60), days(30, 30, 30, 30, 30), FIRST, LAST)
    assert told is not None
    engaged = told["metrics"]["engaged_s"]
    assert (engaged["mad"], engaged["deviations"], engaged["slopePerWeek"]) == (0, None, 4200)


def test_what_was_not_measured_is_no_day() -> None:
    before = {number: day(20, 2, answered=4, correct=3) for number in range(5)}
    now = {1: day(30, 3, answered=4, correct=4), 2: Figures(), 3: day(1)}  # a minute has no share
    told = trend(now, before, FIRST, LAST)
    assert told is not None
    assert {name: each and each["days"] for name, each in told["metrics"].items()} == {
        "engaged_s": 2,
        "waste_share": 1,
        "accuracy": 1,
        "xp": None,
    }


@pytest.mark.parametrize(("granularity", "begin"), [
    ("day", date(2026, 11, 1)),
    ("week", date(2026, 10, 26)),
    ("month", date(2026, 11, 1)),
])  # fmt: skip
def test_where_a_bucket_begins(granularity: str, begin: date) -> None:
    assert Granularity(granularity).begin(date(2026, 11, 1)) == begin


def test_nothing_is_null_and_zero_is_zero() -> None:
    assert set(figures_on_wire(Figures()).values()) == {None}
    told = figures_on_wire(day(1, activities=1))
    assert (told["xp"], told["masteredUnits"], told["questions"]) == (0, 0, None)
    assert told["claimed"] is None


def test_claims_are_told_by_type_and_never_added() -> None:
    figures = Figures(Spent({"on_task": MINUTE}, {"off_app": 90_000, "anti-pattern": 500}))
    told = figures_on_wire(figures)
    assert told["time"]["span_s"] == 60
    assert told["claimed"] == {
        "active": None, "inactive": None, "waste": 90, "unknown": None, "anti-pattern": 1
    }  # fmt: skip


@pytest.mark.parametrize(("each", "number", "counted"), [
    ((3, 2), (0, 0), (3, 2)),
    ((3, 2), (5, 1), (5, 1)),
    ((5, 1), (5, 4), (5, 4)),
])  # fmt: skip
def test_of_questions_the_larger_number_counts(
    each: tuple[int, int], number: tuple[int, int], counted: tuple[int, int]
) -> None:
    figures, (answered, correct) = Figures(), each
    figures.achieve(Results(answered, correct, told=number[0], told_correct=number[1]))
    assert (figures.answered, figures.correct) == counted


def test_apps_that_a_school_lets_in_have_names_too(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    school = open_school(tmp_path_factory.mktemp("names"))
    with writing(school.engine) as connection:
        connection.execute(insert(publishers).values(id="maker", name="Maker", created_ms=0))
        mine = connection.execute(applications.select()).mappings().first()
        assert mine is not None
        for key in ("let in", "left out"):
            named = {"id": key, "name": key, "client_id": key, "deployment_id": key}
            connection.execute(
                insert(applications).values({**mine, **named, "publisher_id": "maker"})
            )
        let_in = {"publisher_id": TENANT, "application_id": "let in", "granted_ms": 0}
        connection.execute(insert(application_grants).values(**let_in))
        names = app_names(connection, Asked(TENANT, AVA.id))
    assert names.items() >= {MATH.id: MATH.name, "let in": "let in"}.items()
    assert "left out" not in names
