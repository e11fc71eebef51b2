"""Boards: who hears what and whose names, how much of it at once, and what is no stream."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.boards import (
    CLASS,
    ORG,
    USER,
    Listening,
    ask,
    listening,
    minute,
    noticed,
    of,
    tell,
)
from tests.helpers.developers import lent
from tests.helpers.lived_days import (
    People,
)
from timeback_desktop import ids
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.feed import desk, news, seats
from timeback_desktop.backend.scopes import EVENTS_READONLY, ROSTER_CORE_READONLY
from timeback_desktop.backend.settings import Settings
from timeback_desktop.clock import now_ms

PRIYA = demo_id("user", "priya.raman")


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One school for all: what is asked here does not depend on what happened before."""
    with opened_site(school, tmp_path_factory.mktemp("manners") / "data") as site:
        site.clock.pass_seconds(10 * 60)
        yield site


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a desk look often."""
    for name, seconds in (("LOOK_AGAIN_S", 0.1), ("CHECK_EVERY_S", 0.2), ("TOGETHER_S", 0.01)):
        monkeypatch.setattr(desk, name, seconds)


@pytest.fixture
def people(site: InProcess) -> People:
    return People(site)


@pytest.fixture
def teacher(people: People) -> str:
    return people.token(PRIYA)


def run(site: InProcess, told: Coroutine[Any, Any, None]) -> None:
    site.loop.run(told)


MATRIX = {
    "herself": (403, 403, 200),
    "her teacher": (200, 403, 200),
    "another teacher": (403, 403, 403),
    "a classmate": (403, 403, 403),
    "her mother": (403, 403, 200),
    "the head": (200, 200, 200),
    "the head without the scope": (403, 403, 403),
    "an app in her name": (403, 403, 200),
    "an app that may not": (403, 403, 403),
    "a client": (200, 200, 200),
    "a client that only writes": (403, 403, 403),
    "the window": (403, 403, 403),
    "nobody": (401, 401, 401),
}


def test_who_hears_what(site: InProcess, people: People) -> None:
    tokens, found = people.everybody(), {}

    async def status(path: str, token: str) -> int:
        async with listening(site, path, token) as board:
            return board.status

    async def listen() -> None:
        for who, token in tokens.items():
            found[who] = tuple([await status(path, token) for path in (CLASS, ORG, USER)])
        head = tokens["the head"]
        for path in ("/feed/1.0/classes/none", "/feed/1.0/orgs/none"):
            assert await status(path, head) == 404
            assert await status(path, tokens["another teacher"]) == 403
        assert await status("/feed/1.0/users/none", head) == 403
        other = people.client(tenant=PUBLISHER_ID)
        assert await status(f"/sandbox{CLASS}", other) == 401

    run(site, listen())
    assert found == MATRIX


@pytest.mark.parametrize(
    ("scopes", "named"),
    [((EVENTS_READONLY,), False), ((EVENTS_READONLY, ROSTER_CORE_READONLY), True)],
)
def test_names_are_for_those_who_may_read_them(
    site: InProcess, people: People, scopes: tuple[str, ...], named: bool
) -> None:
    token = lent(site, *scopes, publisher_id=PUBLISHER_ID, user_id=PRIYA)

    async def listen() -> None:
        async with listening(site, CLASS, token) as board:
            _, told = await board.next("snapshot")
            assert ("familyName" in of(told)) is named
        async with listening(site, CLASS, people.token(PRIYA)) as board:
            assert of((await board.next("snapshot"))[1])["familyName"] == "Thompson"

    run(site, listen())


@pytest.mark.parametrize(
    ("accept", "status"),
    [("text/event-stream", 200), ("text/*;q=0.5, application/json", 200), ("*/*", 200),
     ("application/json", 406), ("text/event-stream;q=0", 406), ("text/html, image/*", 406)],
)  # fmt: skip
def test_only_an_event_stream_is_answered(
    site: InProcess, teacher: str, accept: str, status: int
) -> None:
    async def listen() -> None:
        async with listening(site, CLASS, teacher, accept=accept) as board:
            assert board.status == status
        assert (await ask(site, "HEAD", CLASS, teacher)).status_code == 405
        assert (await ask(site, "POST", CLASS, teacher)).status_code == 405

    run(site, listen())


@pytest.mark.parametrize(
    "last", ["b1.1", "b1.now", "nonsense", "b99999999999999999999.0", "b-1.0", "7"]
)
def test_who_missed_too_much_is_told_so(
    site: InProcess, teacher: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_MISSED", 2)

    async def listen() -> None:
        for number in range(3):
            await tell(site, minute(site, ids.mint(), number))
        asked = last.replace("now", str(now_ms()))
        async with listening(site, CLASS, teacher, last_event_id=asked) as board:
            assert await board.next() == ("reset", {"reason": "missed"})
            assert (await board.next())[0] == "snapshot"

    run(site, listen())


def test_a_flood_is_told_as_one_change(
    site: InProcess, teacher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(desk, "TOGETHER_S", 0.3)

    async def listen() -> None:
        async with listening(site, CLASS, teacher) as board:
            await board.next()
            session = ids.mint()
            await tell(site, minute(site, session, 0))
            await tell(site, minute(site, session, 1))
            assert await board.next() == ("reset", {"reason": "missed"})
            assert of((await board.next("snapshot"))[1])["state"] == "on_task"

    run(site, listen())


def test_nobody_holds_more_than_a_few_streams_or_any_connection(
    site: InProcess, teacher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timeback_desktop.backend.feed.board_routes.MOST_OF_PERSON", 2)

    async def listen() -> None:
        async with listening(site, CLASS, teacher) as one, listening(site, USER, teacher):
            await one.next()
            async with listening(site, CLASS, teacher) as third:
                assert (third.status, third.headers["retry-after"]) == (429, "15")
            monkeypatch.setattr(desk, "LOOK_AGAIN_S", 5)
            monkeypatch.setattr(desk, "CHECK_EVERY_S", 5)
            await asyncio.sleep(0.3)
            assert site.platform.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        async with listening(site, CLASS, teacher) as again:
            assert again.status == 200
        await asyncio.sleep(0.05)
        assert (len(site.platform.desks), len(site.platform.arrivals)) == (0, 0)

    run(site, listen())


def test_who_reads_too_slowly_begins_anew(
    site: InProcess, teacher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "MOST_BYTES_WAITING", 2_000)

    async def words(board: Listening) -> list[str]:
        found = [(await board.next())[0]]
        while found[-2:] != ["reset", "snapshot"]:
            found.append((await board.next())[0])
        return found

    async def listen() -> None:
        async with (
            listening(site, CLASS, teacher, reads=False) as slow,
            listening(site, CLASS, teacher) as quick,
        ):
            for _ in range(10):
                await tell(site, noticed(site, ids.mint()))
                await quick.next("insight")
            slow.reads.set()
            assert (await words(slow)).count("insight") < 10

    run(site, listen())
