"""Boards: what a class or a student does comes at once, and only while one may hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, insert, update

from tests.helpers.backends import InProcess
from tests.helpers.boards import (
    CLASS,
    MARKER,
    USER,
    ask,
    closed,
    completed,
    listening,
    minute,
    noticed,
    of,
    opened,
    tell,
)
from tests.helpers.event_door import AVA, START, body
from tests.helpers.lived_days import (
    ELEMENTARY,
    MINUTE,
    NOOR,
    WILLOW,
    People,
    person,
)
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.events.service import ingest
from timeback_desktop.backend.feed import desk
from timeback_desktop.backend.roster.models import enrollments, users
from timeback_desktop.caliper.envelope import open_envelope
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import State, Totals

PRIYA = demo_id("user", "priya.raman")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch, site: InProcess) -> None:
    """Let a desk look often, and the first minutes of the day be over."""
    for name, seconds in (("LOOK_AGAIN_S", 0.1), ("CHECK_EVERY_S", 0.2), ("TOGETHER_S", 0.01)):
        monkeypatch.setattr(desk, name, seconds)
    site.clock.pass_seconds(10 * 60)


@pytest.fixture
def people(site: InProcess) -> People:
    return People(site)


@pytest.fixture
def teacher(people: People) -> str:
    return people.token(PRIYA)


def run(site: InProcess, told: Coroutine[Any, Any, None]) -> None:
    site.loop.run(told)


def test_a_board_begins_with_everybody_and_then_tells_what_changes(
    site: InProcess, teacher: str
) -> None:
    session = ids.mint()

    async def listen() -> None:
        async with listening(site, CLASS, teacher) as board:
            word, told = await board.next()
            assert (board.status, word, len(told["students"])) == (200, "snapshot", 5)
            assert board.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert board.headers["cache-control"] == "no-store"
            assert board.headers["x-accel-buffering"] == "no"
            nobody = of(told)
            assert (nobody["state"], nobody["today"], nobody["sessions"]) == (None, None, [])
            assert told["applications"] == {site.tool.id: "Tool"}
            await tell(site, opened(site, session), minute(site, session, 0))
            _, begun = await board.next("session")
            assert (begun["state"], begun["userId"]) == ("opened", AVA.id)
            _, now = await board.next("activity")
            figures = Totals.fold([(State.ON_TASK, MINUTE)]).as_wire()
            figures.pop("states")
            assert now == {
                "userId": AVA.id, "state": "on_task", "applicationId": site.tool.id,
                "sessionId": f"urn:uuid:{session}", "measured": True,
                "seenAt": iso_utc(START + MINUTE), "today": figures,
            }  # fmt: skip
            await tell(site, closed(site, session, START + MINUTE))
            _, over = await board.next("session")
            assert (over["state"], over["endReason"]) == ("completed", "ended")
            _, gone = await board.next("activity")
            assert (gone["state"], gone["sessionId"], gone["today"]) == (None, None, figures)

    run(site, listen())


def test_what_happens_once_is_told_without_any_text(site: InProcess, people: People) -> None:
    session, teacher = ids.mint(), people.token(PRIYA)
    insight = noticed(site, session)
    about = f"/insights/1.0/insights/{insight['id'].removeprefix('urn:uuid:')}"

    async def listen() -> None:
        async with listening(site, CLASS, teacher) as board:
            await tell(site, insight)
            _, told = await board.next("insight")
            assert (told["state"], told["insightType"], told["userId"]) == (
                "new",
                "rushing",
                AVA.id,
            )
            await ask(site, "POST", f"{about}/contest", people.token(AVA.id), json={})
            _, told = await board.next("insight")
            assert (told["state"], told["reviewResult"]) == ("contested", None)
            said = {"reviewResult": "FalsePositive", "reviewNotes": MARKER}
            await ask(site, "POST", f"{about}/review", teacher, json=said)
            _, told = await board.next("insight")
            assert (told["state"], told["reviewResult"]) == ("reviewed", "FalsePositive")
            await tell(site, completed(site), token=await app_token(site))
            _, told = await board.next("progress")
            assert (told["xp"], told["questions"]) == (12.5, {"total": 10, "correct": 9})
            assert told["applicationId"] == site.tool.id
            assert MARKER.encode() not in board.raw

    async def app_token(site: InProcess) -> str:
        proof = (site.tool.client_id, site.tool.client_secret)
        asked = {"grant_type": "client_credentials"}
        transport = httpx.ASGITransport(site.app)
        base = site.platform.settings.url
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            answer = await client.post("/auth/1.0/token", data=asked, auth=proof)
            return str(answer.json()["access_token"])

    run(site, listen())


def test_others_are_not_heard_of(site: InProcess, teacher: str) -> None:
    maple = person("leo.petrov", "Leo Petrov")

    async def listen() -> None:
        async with listening(site, CLASS, teacher) as board, listening(site, USER, teacher) as hers:
            await board.next(), await hers.next()
            for learner in (maple, NOOR, AVA):
                await tell(site, minute(site, ids.mint(), 0, learner=learner))
                await tell(site, noticed(site, ids.mint(), learner))
            told = [(await board.next("insight"))[1]["userId"] for _ in range(2)]
            assert told == [NOOR.id, AVA.id]
            assert (await hers.next("insight"))[1]["userId"] == AVA.id
            assert maple.id.encode() not in board.raw
            assert NOOR.id.encode() not in hers.raw

    run(site, listen())


@pytest.mark.parametrize("by", ["header", "query"])
def test_what_happened_meanwhile_is_told_after_a_break(
    site: InProcess, teacher: str, by: str
) -> None:
    async def listen() -> None:
        async with listening(site, CLASS, teacher) as board:
            await board.next()
            last = board.last_id
        await tell(site, noticed(site, ids.mint()), minute(site, ids.mint(), 1, State.IDLE))
        path = CLASS if by == "header" else f"{CLASS}?lastEventId={last}"
        shown = last if by == "header" else ""
        async with listening(site, path, teacher, last_event_id=shown) as board:
            word, told = await board.next()
            assert (word, of(told)["state"]) == ("snapshot", "idle")
            assert board.last_id != last
            assert (await board.next())[1]["state"] == "new"
            last = board.last_id
        async with listening(site, CLASS, teacher, last_event_id=last) as board:
            await board.next("snapshot")
            await tell(site, minute(site, ids.mint(), 2))
            assert [(await board.next())[0] for _ in range(2)] == ["session", "activity"]

    run(site, listen())


def test_a_state_is_told_once_a_second_at_most_and_the_last_one_comes(
    site: InProcess, teacher: str
) -> None:
    async def listen() -> None:
        session = ids.mint()
        states = [
            State.ON_TASK,
            State.IDLE,
            State.ON_TASK,
            State.OFF_APP,
            State.ON_TASK,
            State.IDLE,
        ]
        async with listening(site, CLASS, teacher) as board:
            await board.next()
            for number, state in enumerate(states):
                await tell(site, minute(site, session, number, state))
                await asyncio.sleep(0.05)
            told = [(await board.next("activity"))[1] for _ in range(2)]
            assert [each["state"] for each in told] == ["on_task", "idle"]
            assert told[1]["seenAt"] == iso_utc(START + 6 * MINUTE)
            assert board.events.empty()

    run(site, listen())


def test_what_another_process_took_in_is_heard(site: InProcess, teacher: str) -> None:
    other = open_engine(site.platform.settings.database_url)
    desktop = Principal(PrincipalKind.USER, user_id=AVA.id, publisher_id=PUBLISHER_ID)

    def take_in() -> None:
        with writing(other) as connection:
            raw = body(minute(site, ids.mint(), 0))
            ingest(connection, desktop, open_envelope(raw), site.clock())

    async def listen() -> None:
        async with listening(site, USER, teacher) as board:
            await board.next()
            await asyncio.to_thread(take_in)
            assert (await board.next("activity"))[1]["state"] == "on_task"

    run(site, listen())
    other.dispose()


def test_a_state_is_over_when_nothing_more_is_heard(site: InProcess, teacher: str) -> None:
    async def listen() -> None:
        async with listening(site, USER, teacher) as board:
            await board.next()
            await tell(site, minute(site, ids.mint(), 0))
            assert (await board.next("activity"))[1]["state"] == "on_task"
            site.clock.pass_seconds(60)
            _, told = await board.next("activity")
            assert (told["state"], told["today"]["span_s"]) == (None, 60)

    run(site, listen())


def change(site: InProcess, *statements: Any) -> None:
    with writing(site.platform.engine) as connection:
        for statement in statements:
            connection.execute(statement)


_TEACHING = (enrollments.c.publisher_id == PUBLISHER_ID, enrollments.c.user_id == PRIYA)
_PRIYA = (users.c.publisher_id == PUBLISHER_ID, users.c.id == PRIYA)


@pytest.mark.parametrize("why", ["signed out", "expired", "put away", "teaches no more", "stopped"])
def test_a_stream_ends_with_the_right_to_hear_it(site: InProcess, why: str) -> None:
    token = site.sign_in("priya.raman", TEACHER_PIN)
    ways = {
        "expired": lambda: site.clock.pass_seconds(901),
        "put away": lambda: change(site, update(users).where(*_PRIYA).values(enabled=False)),
        "teaches no more": lambda: change(site, delete(enrollments).where(*_TEACHING)),
        "stopped": site.platform.arrivals.close,
    }

    async def listen() -> None:
        async with listening(site, CLASS, token) as board:
            await board.next()
            if why == "signed out":
                answer = await ask(site, "POST", "/desktop/1.0/sign-out", token)
                assert answer.status_code < 300
            else:
                ways[why]()
            assert await board.ended()
            assert len(site.platform.desks) == 0

    run(site, listen())


def test_who_joins_the_class_is_on_its_board(site: InProcess, teacher: str) -> None:
    leo = demo_id("user", "leo.petrov")
    row = {"publisher_id": PUBLISHER_ID, "id": ids.mint(), "class_id": WILLOW, "user_id": leo,
           "school_id": ELEMENTARY, "role": "student", "primary": False, "status": "active",
           "modified_ms": 0, "entered": ids.mint()}  # fmt: skip

    async def listen() -> None:
        async with listening(site, CLASS, teacher) as board:
            await board.next()
            change(site, insert(enrollments).values(**row))
            assert await board.next() == ("reset", {"reason": "members"})
            _, told = await board.next()
            assert leo in [each["userId"] for each in told["students"]]

    run(site, listen())
