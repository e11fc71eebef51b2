"""One stream's place: what waits in it is bounded, and a bell of a tenant wakes its desk."""

from __future__ import annotations

import asyncio

import pytest

from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.feed import seats
from timeback_desktop.backend.feed.arrivals import Arrivals
from timeback_desktop.backend.feed.seats import About, Reader, Seat
from timeback_desktop.backend.feed.words import Cursor, Why, Word, block, marked, reset

READER = Reader("secret", Environment.PRODUCTION, "t", "p", About.CLASS, "c")
HERE = Cursor(7, 8)


def seat() -> Seat:
    return Seat(READER, frozenset({"ava"}))


def test_what_waits_is_taken_once_with_the_place_to_go_on_from() -> None:
    async def listen() -> None:
        place = seat()
        place.tell([b"one"], Cursor(1, 1))
        place.tell([b"two"], HERE)
        assert (await place.take(1), place.cursor) == ([b"one", b"two"], HERE)
        assert await place.take(0.01) == []

    asyncio.run(listen())


def test_too_much_is_dropped_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "MOST_BYTES_WAITING", 10)

    async def listen() -> None:
        place = seat()
        for _ in range(1_000):
            place.tell([b"12345"], HERE)
        assert (place.again, await place.take(1)) == (Why.MISSED, [])

    asyncio.run(listen())


def test_one_who_takes_nothing_is_dropped_the_second_time() -> None:
    dropped: list[bool] = []

    async def listen() -> None:
        place = seat()
        place.abandon = lambda: dropped.append(True)
        place.end()
        assert (place.ended, dropped) == (True, [])
        place.end()

    asyncio.run(listen())
    assert dropped == [True]


def test_a_token_is_not_shown_with_its_reader() -> None:
    assert "secret" not in repr(READER) + str(READER)


@pytest.mark.parametrize(
    ("text", "cursor"),
    [("b7.8", HERE), ("b7", None), ("b7.8.9", None), ("b-7.8", None), ("b\u0667.8", None), ("", None),
     ("b7.8\n", None), (f"b{2**63}.0", None), (f"b{'9' * 40}.0", None), ("c7.8", None)],
)  # fmt: skip
def test_a_place_is_read_back_and_nothing_else(text: str, cursor: Cursor | None) -> None:
    assert Cursor.read(text) == cursor
    assert cursor is None or str(cursor) == text


def test_events_that_go_out_together_carry_one_id() -> None:
    written = marked([reset(Why.DAY), block(Word.ACTIVITY, {"text": "a\nb"})], HERE).decode()
    assert written == (
        'event: reset\ndata: {"reason":"day"}\n\n'
        'id: b7.8\nevent: activity\ndata: {"text":"a\\nb"}\n\n'
    )


def test_a_tenants_bell_is_rung_by_its_own_students_only() -> None:
    arrivals, rung = Arrivals(), []

    async def listen() -> None:
        with arrivals.bell_of_tenant("t") as mine, arrivals.bell("t", "ava") as hers:
            for told in (("other", "ava"), ("t", "ben")):
                arrivals.tell(told[0], [told[1]])
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                rung.append((mine._rung.is_set(), hers._rung.is_set()))
            assert len(arrivals) == 2
            arrivals.close()
            await asyncio.wait_for(hers.wait(), 5)

    asyncio.run(listen())
    assert rung == [(False, False), (True, False)]
    assert len(arrivals) == 0
