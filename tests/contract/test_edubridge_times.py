"""EduBridge's time: what apps send comes back to the second, and never adds to what is measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.event_door import AVA, START, body, send
from tests.helpers.writers import token_with
from timeback_desktop import ids
from timeback_desktop.backend.asking import Range
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID
from timeback_desktop.backend.edubridge.facts import facts_of
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import iso_utc, local_date, midnight_ms
from timeback_desktop.partition import State

MINUTE, DAY = 60_000, 86_400_000
UTC = ZoneInfo("UTC")
EARLIER = START - 2 * DAY
TYPES = ("active", "inactive", "waste", "unknown", "anti-pattern")


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("times") / "data") as site:
        claim(site, "alone", EARLIER, "Reading", active=1201, inactive=33, waste=7.5, unknown=2)
        claim(site, "before", START, "Math", active=300)
        measure(site, "desk", START - 2 * MINUTE, State.ON_TASK, State.OFF_APP, State.IDLE)
        claim(site, "again", START + DAY, "Math", **{"anti-pattern": 40, "active": 90})
        achieve(site, START + DAY, xpEarned=12.25, totalQuestions=10, correctQuestions=9)
        yield site


@pytest.fixture(scope="module")
def token(site: InProcess) -> str:
    return token_with(site, EVENTS_READONLY)


def told(site: InProcess, kind: str, at_ms: int, subject: str, **more: Any) -> dict[str, Any]:
    """Return an app's event about Ava."""
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{ids.seeded(kind, str(at_ms), subject)}",
        "type": kind,
        "profile": "TimebackProfile",
        "actor": {"id": f"urn:uuid:{STUDENT_ID}", "type": "TimebackUser", "email": AVA.email},
        "object": {
            "id": "urn:x:lesson",
            "type": "TimebackActivityContext",
            "subject": subject,
            "app": {"name": "Tool"},
        },
        "edApp": f"urn:uuid:{site.tool.id}",
        "eventTime": iso_utc(at_ms),
        **more,
    }


def sent(site: InProcess, event: dict[str, Any]) -> None:
    site.clock.ms = max(site.clock.ms, START + 2 * DAY)
    answer = send(site, token_with(site, EVENTS_WRITE), body(event))
    assert answer.status_code == 200, answer.text


def claim(site: InProcess, key: str, at_ms: int, subject: str, **seconds: float) -> None:
    """Send the time that an app claims, as windows that end at ``at_ms``."""
    items = [{"type": name, "value": value} for name, value in seconds.items()]
    kind = "TimebackTimeSpentMetricsCollection"
    made = {"id": "urn:x:time", "type": kind, "items": items}
    session = f"urn:uuid:{ids.seeded('session', key, '')}"
    more = {"action": "SpentTime", "generated": made, "session": session}
    sent(site, told(site, "TimeSpentEvent", at_ms, subject, **more))


def achieve(site: InProcess, at_ms: int, **metrics: float) -> None:
    items = [{"type": name, "value": value} for name, value in metrics.items()]
    made = {"id": "urn:x:got", "type": "TimebackActivityMetricsCollection", "items": items}
    more = {"action": "Completed", "generated": made, "session": "urn:tag:auto-attach"}
    sent(site, told(site, "ActivityEvent", at_ms, "Math", **more))


def measure(site: InProcess, key: str, start_ms: int, *states: State) -> None:
    """Send what the desktop measured: a minute of each state."""
    app = caliper.App(site.tool.id, "Tool", "Math")
    span = caliper.SessionSpan(ids.seeded(key, "s", ""), start_ms)
    found = []
    for n, state in enumerate(states):
        at, event_id = start_ms + n * MINUTE, ids.seeded(key, "w", str(n))
        found += [caliper.time_spent(event_id, AVA, app, span.id, state, None, at, MINUTE)]
    answer = send(site, site.sign_in(), body(*(each for each in found if each)))
    assert answer.status_code == 200, answer.text


def asked(site: InProcess, token: str, from_ms: int, to_ms: int, **more: str) -> Any:
    first, last = iso_utc(from_ms)[:10], iso_utc(to_ms)[:10]
    query = {"studentId": STUDENT_ID, "startDate": first, "endDate": last, **more}
    answer = site.get("/edubridge/analytics/activity", token, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_an_app_sends_comes_back_to_the_second(site: InProcess, token: str) -> None:
    (figures,) = asked(site, token, EARLIER, EARLIER)["facts"].values()
    assert figures["Reading"]["timeSpentMetrics"] == {
        "activeSeconds": 1201,
        "inactiveSeconds": 33,
        "wasteSeconds": 8,
        "unknownSeconds": 2,
        "claimedActiveSeconds": 1201,
        "claimedInactiveSeconds": 33,
        "claimedWasteSeconds": 8,
        "claimedUnknownSeconds": 2,
        "claimedAntiPatternSeconds": 0,
    }


def test_a_claim_stands_beside_what_was_measured(site: InProcess, token: str) -> None:
    # Claimed from 5 minutes before START to START; measured from 2 before it to 1 after it.
    (figures,) = asked(site, token, START, START)["facts"].values()
    time = figures["Math"]["timeSpentMetrics"]
    seconds = (time["activeSeconds"], time["wasteSeconds"], time["inactiveSeconds"])
    assert seconds == (180 + 60, 60, 60)
    assert time["claimedActiveSeconds"] == 300


def test_results_come_back_as_they_were_sent(site: InProcess, token: str) -> None:
    (figures,) = asked(site, token, START + DAY, START + DAY)["facts"].values()
    got = {"xpEarned": 12.25, "totalQuestions": 10, "correctQuestions": 9, "masteredUnits": 0}
    assert figures["Math"]["activityMetrics"] == got
    assert figures["Math"]["timeSpentMetrics"]["claimedAntiPatternSeconds"] == 40


@pytest.mark.parametrize(("back", "ahead"), [(0, 0), (2, 0), (2, 1), (30, 1)])
def test_both_ways_tell_the_same(site: InProcess, token: str, back: int, ahead: int) -> None:
    low, high = START - back * DAY, START + ahead * DAY
    read = asked(site, token, low, high)
    folded = asked(site, token, low, high, timezone="Etc/UTC")
    assert read["facts"]
    assert (read["facts"], read["factsByApp"]) == (folded["facts"], folded["factsByApp"])


def test_days_are_read_and_anything_else_is_folded(site: InProcess) -> None:
    low = midnight_ms(local_date(START, UTC), UTC)
    mine = Asked(PUBLISHER_ID, STUDENT_ID)
    with reading(site.platform.engine) as connection:
        day = Range(low, low + DAY, UTC)
        one, other = (facts_of(connection, mine, day, folded=it) for it in (False, True))
        assert one.cells == other.cells
        first = facts_of(connection, mine, Range(START - 2 * MINUTE, START - MINUTE, UTC))
    (figures,) = first.by_day().values()
    assert figures["Math"]["timeSpentMetrics"]["activeSeconds"] == 60
    assert figures["Math"]["timeSpentMetrics"]["claimedActiveSeconds"] == 60


def test_a_day_of_another_zone_is_another_day(site: InProcess, token: str) -> None:
    here = asked(site, token, EARLIER, START + DAY)["facts"]
    there = asked(site, token, EARLIER, START + 2 * DAY, timezone="Pacific/Kiritimati")["facts"]
    assert sorted(here) != sorted(there)
    seconds = [
        sum(of["timeSpentMetrics"]["activeSeconds"] for day in days.values() for of in day.values())
        for days in (here, there)
    ]
    assert seconds[0] == seconds[1]
