"""Judgements over HTTP: who reads them, who may say that one is wrong, and what that changes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import event as sql

from tests.helpers.backends import RUN_SECRET, InProcess
from tests.helpers.developers import lent
from tests.helpers.event_door import AVA, START, body, client_token, send
from timeback_desktop import ids
from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, demo_id
from timeback_desktop.backend.scopes import EVENTS_READONLY
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper import insights as wire
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import Mark, Overlay, Piece, State, measure

Json = dict[str, Any]
MINUTE = 60_000
USER = f"/insights/1.0/users/{STUDENT_ID}"
RANGE = {"from": iso_utc(START - 86_400_000), "to": iso_utc(START + 86_400_000)}
COACH = demo_id("user", "priya.raman")
STATES = (State.ON_TASK, State.ON_TASK, State.IDLE, State.OFF_APP, State.ON_TASK, State.ON_TASK)
PIECES = [Piece(s, START + n * MINUTE, START + (n + 1) * MINUTE) for n, s in enumerate(STATES)]
RUSHED = (START + 30_000, 45_000)


@pytest.fixture(autouse=True)
def evening(site: InProcess) -> None:
    """All of the day was lived when it is told."""
    site.clock.pass_seconds(12 * 3600)


def insight(key: str, kind: str, started_at_ms: int, ms: int) -> wire.Insight:
    return wire.Insight(
        id=ids.seeded("verdict", key, ""),
        kind=kind,
        detail=None,
        rule=f"{kind}_rule",
        version=1,
        started_at_ms=started_at_ms,
        ms=ms,
        on_task_ms=0,
        confidence=0.7,
        thresholds={"after_ms": 5_000},
        counts={"answers": 3},
        reasoning="What was seen.",
        student_reasoning="What you did.",
    )


RUSHING = insight("rushing", Overlay.RUSHING, *RUSHED)
IDLE = insight("idle", State.IDLE, START + 2 * MINUTE, MINUTE)


def place(site: InProcess, session: str = "one") -> wire.Place:
    app = caliper.App(site.tool.id, "Tool", "Math")
    return wire.Place(AVA, app, ids.seeded(session, "s", ""))


def session_events(site: InProcess, session: str = "one", at: int = START) -> list[Json]:
    """A session of six minutes, as the desktop tells it."""
    where = place(site, session)
    span = caliper.SessionSpan(where.session_id, at, None, len(STATES) * MINUTE)
    told: list[Json] = [caliper.logged_in(ids.mint(), AVA, where.app, span, at)]
    for number, state in enumerate(STATES):
        event_id, start = ids.seeded(session, "w", str(number)), at + number * MINUTE
        event = caliper.time_spent(event_id, AVA, where.app, span.id, state, None, start, MINUTE)
        told += [event] if event else []
    end = at + len(STATES) * MINUTE
    return [*told, caliper.logged_out(ids.mint(), AVA, where.app, span, end, "ended")]


def judged(site: InProcess) -> list[Json]:
    """One overlay and one wasted stretch, with the insights that explain them."""
    where = place(site)
    lies = wire.overlaid(ids.seeded("lies", "", ""), where, RUSHING.id, Overlay.RUSHING, *RUSHED)
    return [lies, wire.noted(where, RUSHING), wire.noted(where, IDLE)]


def review(site: InProcess, about: wire.Insight, result: str, at: int = 0, by: str = COACH) -> Json:
    key = ids.seeded("review", about.id, f"{result} {at} {by}")
    return wire.reviewed(key, place(site), about.id, START + 3_600_000 + at, by, result, "Seen.")


def contest(site: InProcess, about: wire.Insight, at: int = 0, *, withdrawn: bool = False) -> Json:
    key = ids.seeded("contest", about.id, str(at))
    moment = START + 1_800_000 + at
    return wire.contested(key, place(site), about.id, moment, withdrawn=withdrawn)


def deliver(site: InProcess, *told: Json) -> list[str]:
    """Send as the desktop does, for everybody who learns at it."""
    answer = send(site, RUN_SECRET, body(*told)).json()
    return [result["status"] for result in answer["results"]]


def ask(site: InProcess, what: str, token: str | None = None, **params: object) -> Any:
    headers = {"Authorization": f"Bearer {token or site.sign_in()}"}
    return site.request("GET", f"{USER}/{what}", params=params, headers=headers)


def figures(site: InProcess) -> list[Any]:
    """Every place where the time of that session is told."""
    (row,) = ask(site, "sessions", include="segments").json()["sessions"]
    overview = ask(site, "overview", **RANGE).json()
    strip: dict[str, int] = {}
    for each in row["segments"]:
        if each["state"]:
            strip[each["state"]] = strip.get(each["state"], 0) + each["ms"]
    assert strip == row["time"]["states"] == overview["breakdown"]["byState"]
    (bucket,), (app,) = overview["buckets"], overview["breakdown"]["byApp"]
    return [row["time"], overview["totals"]["time"], bucket["time"], app["time"]]


def teacher(site: InProcess) -> str:
    return site.sign_in("priya.raman", TEACHER_PIN)


def test_a_verdict_comes_back_with_all_it_rests_on(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    told = ask(site, "insights").json()
    assert told["pagination"] == {"limit": 50, "offset": 0, "total": 2, "hasMore": False}
    idle, rushing = told["insights"]
    assert idle["insightType"] == "idle"
    assert rushing == {
        "id": RUSHING.id,
        "applicationId": site.tool.id,
        "userId": STUDENT_ID,
        "sessionId": f"urn:uuid:{place(site).session_id}",
        "insightType": "rushing",
        "detail": None,
        "reason": "What was seen.",
        "studentReason": "What you did.",
        "startedAtTime": iso_utc(RUSHED[0]),
        "endedAtTime": iso_utc(sum(RUSHED)),
        "durationInSeconds": 45,
        "version": "1",
        "rule": "rushing_rule",
        "thresholds": {"after_ms": 5_000},
        "counts": {"answers": 3},
        "confidence": 0.7,
        "measured": True,
        "contested": False,
        "contestedAt": None,
        "review": None,
    }
    assert site.get(USER, site.sign_in()).json() == told
    (row,) = ask(site, "sessions", include="insights").json()["sessions"]
    assert [each["id"] for each in row["insights"]] == [RUSHING.id, IDLE.id]


def test_the_figures_are_the_clients_to_the_millisecond(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    overlays = [Mark(Overlay.RUSHING, RUSHED[0], sum(RUSHED))]
    assert figures(site) == [measure(PIECES, overlays).as_wire()] * 4


def test_a_review_changes_every_figure_at_once(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    overlays = [Mark(Overlay.RUSHING, RUSHED[0], sum(RUSHED))]
    idle = Mark(State.IDLE, START + 2 * MINUTE, START + 3 * MINUTE)
    said = [("FalsePositive", overlays), ("TruePositive", []), ("FalsePositive", overlays)]
    for result, back in said:
        asked = {"reviewResult": result, "reviewNotes": "I saw it."}
        answer = site.post(f"/insights/1.0/insights/{RUSHING.id}/review", teacher(site), json=asked)
        assert answer.json()["review"]["reviewResult"] == result
        assert figures(site) == [measure(PIECES, overlays, back).as_wire()] * 4
    assert deliver(site, review(site, IDLE, "FalsePositive")) == ["accepted"]
    assert figures(site) == [measure(PIECES, overlays, [*overlays, idle]).as_wire()] * 4


def test_a_contest_changes_no_figure_and_is_shown(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    before = figures(site)
    assert deliver(site, contest(site, IDLE)) == ["accepted"]
    assert figures(site) == before
    idle, rushing = ask(site, "insights").json()["insights"]
    assert (idle["contested"], rushing["contested"]) == (True, False)
    assert idle["contestedAt"] == iso_utc(START + 1_800_000)
    assert deliver(site, contest(site, IDLE, 5, withdrawn=True)) == ["accepted"]
    assert not any(each["contested"] for each in ask(site, "insights").json()["insights"])


def test_neither_belongs_to_the_session_that_it_is_about(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    before = ask(site, "sessions").json()
    deliver(site, contest(site, IDLE), review(site, IDLE, "TruePositive"))
    assert ask(site, "sessions").json() == before
    headers = {"Authorization": f"Bearer {teacher(site)}"}
    own = site.request("GET", f"/insights/1.0/users/{COACH}/sessions", headers=headers)
    assert own.json()["sessions"] == []


def test_whatever_order_events_come_in_the_story_is_the_same(site: InProcess) -> None:
    told = [
        *session_events(site),
        *judged(site),
        contest(site, IDLE),
        contest(site, RUSHING),
        contest(site, RUSHING, 9, withdrawn=True),
        review(site, IDLE, "TruePositive"),
        review(site, IDLE, "FalsePositive", at=9),
    ]
    assert set(deliver(site, *reversed(told))) == {"accepted"}
    assert set(deliver(site, *told)) == {"duplicate"}
    reviewed = [measure(PIECES, [Mark(Overlay.RUSHING, RUSHED[0], sum(RUSHED))],
                        [Mark(State.IDLE, START + 2 * MINUTE, START + 3 * MINUTE)]).as_wire()]  # fmt: skip
    assert figures(site) == reviewed * 4
    idle, rushing = ask(site, "insights").json()["insights"]
    assert (idle["contested"], rushing["contested"]) == (True, False)
    assert idle["review"] == {
        "reviewedAt": iso_utc(START + 3_600_009),
        "reviewedBy": COACH,
        "reviewNotes": "Seen.",
        "reviewResult": "FalsePositive",
    }


def test_lists_by_how_far_an_insight_has_come(site: InProcess) -> None:
    others = [insight(str(n), Overlay.TAB_FLIPPING, START + n, 1_000) for n in range(3)]
    deliver(site, *session_events(site), *judged(site))
    deliver(site, *(wire.noted(place(site), each) for each in others))
    deliver(site, contest(site, others[0]), contest(site, others[1]))
    deliver(site, review(site, others[1], "TruePositive"), review(site, others[2], "TruePositive"))
    found = {
        status: {each["id"] for each in ask(site, "insights", status=status).json()["insights"]}
        for status in ("open", "contested", "reviewed")
    }
    assert found == {
        "open": {RUSHING.id, IDLE.id},
        "contested": {others[0].id},
        "reviewed": {others[1].id, others[2].id},
    }
    assert ask(site, "insights", limit=2, offset=4).json()["pagination"]["hasMore"] is False
    late = ask(site, "insights", **{"from": iso_utc(START + 2 * MINUTE)}).json()["insights"]
    assert [each["id"] for each in late] == [IDLE.id]
    assert ask(site, "insights", status="odd").status_code == 422


def test_who_may_review(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    tokens = {
        "himself": site.sign_in(),
        "a classmate": site.sign_in("noor.alsayed"),
        "another teacher": site.sign_in("grace.okafor", TEACHER_PIN),
        "an app": client_token(site),
        "the window": RUN_SECRET,
        "nobody": "nonsense",
        "his teacher": teacher(site),
    }
    path = f"/insights/1.0/insights/{RUSHING.id}/review"
    asked = {"reviewResult": "FalsePositive"}
    found = {who: site.post(path, token, json=asked).status_code for who, token in tokens.items()}
    assert list(found.values()) == [403, 404, 404, 404, 404, 401, 200]


def test_who_may_contest(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    path = f"/insights/1.0/insights/urn:uuid:{RUSHING.id}/contest"
    tokens = (teacher(site), site.sign_in("noor.alsayed"), client_token(site), site.sign_in())
    assert [site.post(path, token).status_code for token in tokens] == [403, 404, 404, 200]
    app = lent(site, EVENTS_READONLY, publisher_id=PUBLISHER_ID, user_id=STUDENT_ID)
    assert site.post(path, app).status_code == 403, "an app has no word in what is said of him"
    token = site.sign_in()
    first, again = site.post(path, token).json(), site.post(path, token).json()
    assert (first["contested"], again) == (True, first)
    back = site.post(path, token, json={"withdrawn": True}).json()
    assert back["contested"] is False
    site.post(path, token)
    deliver(site, review(site, RUSHING, "TruePositive"))
    assert site.post(path, token, json={"withdrawn": True}).status_code == 409


def test_events_of_people_who_may_not_are_refused_or_count_for_nothing(site: InProcess) -> None:
    early = review(site, IDLE, "FalsePositive", by=demo_id("user", "grace.okafor"))
    assert deliver(site, early) == ["accepted"]  # the insight isn't here: nobody knows whose it is
    deliver(site, *session_events(site), *judged(site))
    assert all(each["review"] is None for each in ask(site, "insights").json()["insights"])
    late = [
        review(site, RUSHING, "FalsePositive", by=demo_id("user", "grace.okafor")),
        review(site, RUSHING, "FalsePositive", by=STUDENT_ID),
        review(site, RUSHING, "Nonsense"),
        review(
            site, insight("x", "idle", 0, 1), "TruePositive", by=demo_id("user", "noor.alsayed")
        ),
        contest(site, RUSHING) | {"actor": {"id": f"urn:uuid:{COACH}", "type": "Person"}},
    ]
    assert deliver(site, *late) == ["refused"] * 5
    answer = send(site, client_token(site), body(contest(site, RUSHING)))
    assert (answer.status_code, answer.json()["results"][0]["status"]) == (422, "refused")
    own = send(site, site.sign_in(), body(contest(site, RUSHING)))
    assert own.json()["results"][0]["status"] == "accepted"


def test_an_app_may_tell_what_it_saw_and_charges_nothing_that_was_measured(site: InProcess) -> None:
    deliver(site, *session_events(site))
    before = figures(site)
    claims = [each | {"session": "urn:tag:auto-attach"} for each in judged(site)]
    assert send(site, client_token(site), body(*claims)).status_code == 200
    assert figures(site) == before
    found = ask(site, "insights").json()["insights"]
    assert [each["measured"] for each in found] == [False, False]
    assert {each["sessionId"] for each in found} == {f"urn:uuid:{place(site).session_id}"}
    asked = {"reviewResult": "FalsePositive"}
    for each in found:
        site.post(f"/insights/1.0/insights/{each['id']}/review", teacher(site), json=asked)
    assert figures(site) == before
    (row,) = ask(site, "sessions", include="segments,insights").json()["sessions"]
    assert len(row["insights"]) == 2


def test_an_overlay_that_nobody_knows_is_shown_and_is_no_habit(site: InProcess) -> None:
    lies = judged(site)[0]
    lies["generated"]["items"][0]["subType"] = "eating"
    deliver(site, *session_events(site), lies)
    assert figures(site) == [measure(PIECES).as_wire()] * 4
    (row,) = ask(site, "sessions", include="segments").json()["sessions"]
    assert [each["subType"] for each in row["segments"] if not each["state"]] == ["eating"]


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("nonsense/review", {"reviewResult": "TruePositive"}, 404),
        (f"{ids.mint()}/review", {"reviewResult": "TruePositive"}, 404),
        ("'; drop table insights; --/review", {"reviewResult": "TruePositive"}, 404),
        (f"{RUSHING.id}/review", {"reviewResult": "Maybe"}, 422),
        (f"{RUSHING.id}/review", {"reviewResult": "TruePositive", "reviewNotes": "x" * 3000}, 422),
        (f"{RUSHING.id}/review", {"reviewResult": "TruePositive", "by": "somebody"}, 422),
        (f"{RUSHING.id}/review", {}, 422),
        (f"{RUSHING.id}/review", {"reviewResult": "TruePositive", "reviewNotes": "a\0b"}, 200),
    ],
)
def test_odd_reviews(site: InProcess, path: str, asked: Json, status: int) -> None:
    deliver(site, *session_events(site), *judged(site))
    answer = site.post(f"/insights/1.0/insights/{path}", teacher(site), json=asked)
    assert answer.status_code == status


def test_a_second_window_adds_no_time_to_the_overview(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    before = ask(site, "overview", **RANGE).json()["totals"]
    deliver(site, *session_events(site, "two"))
    after = ask(site, "overview", **RANGE).json()
    assert after["totals"]["time"]["span_s"] == before["time"]["span_s"] == 360
    assert after["totals"]["time"]["states"] == before["time"]["states"]
    assert after["totals"]["sessions"] == 2
    assert len(ask(site, "sessions").json()["sessions"]) == 2


def test_a_longer_list_asks_no_more_questions(site: InProcess) -> None:
    counts = []
    token = site.sign_in()
    for number in range(6):
        deliver(site, *session_events(site, f"s{number}", START + number * 3_600_000))
        if number in {0, 5}:
            asked: list[str] = []
            note = lambda *told, asked=asked: asked.append(told[2])  # noqa: E731
            sql.listen(site.platform.engine, "before_cursor_execute", note)
            page = ask(site, "sessions", token, include="segments,insights").json()
            sql.remove(site.platform.engine, "before_cursor_execute", note)
            assert len(page["sessions"]) == number + 1
            counts.append(len(asked))
    assert counts[0] >= counts[1] - 1  # one more only where something was found to ask about
    assert counts[1] < 20


def test_every_pair_of_words_ends_in_the_last_one(site: InProcess) -> None:
    deliver(site, *session_events(site), *judged(site))
    results = ("TruePositive", "FalsePositive")
    for number, (first, second) in enumerate(itertools.product(results, results)):
        told = [
            review(site, IDLE, first, at=10 * number),
            review(site, IDLE, second, at=10 * number + 5),
        ]
        deliver(site, *reversed(told))
        (idle, _) = ask(site, "insights").json()["insights"]
        assert idle["review"]["reviewResult"] == second
