"""Bodies that are meant to hurt: refused early, cheaply, and without anybody else noticing."""

from __future__ import annotations

import gzip
import select
import socket
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import func
from sqlalchemy import select as rows

from tests.helpers.crowd import Past
from tests.helpers.killable import ANSWERS_WITHIN_S, Killable, answer_of, killable
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.demo.seed import STUDENT_ID
from timeback_desktop.backend.events.models import event_ids
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper.envelope import wrap
from timeback_desktop.caliper.events import Learner

START_MS = 1_790_000_000_000
MB = 1_000_000
LARGEST = 100 * MB
GROWS_BY_AT_MOST = 50 * MB
TAKES_AT_MOST = 12 * MB
"""What of a body that is refused may be on its way: the limit, and what two kernels hold."""

WAITING = 60
PART = b" " * 65_536
HUNG_UP = 0
"""Whoever goes on sending after the answer may lose it with the connection: TCP is like that."""


@pytest.fixture(scope="module")
def home(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    """A backend that has met an envelope as large as they come."""
    with killable(school, tmp_path_factory.mktemp("flood") / "data") as home:
        home.start()
        learner = Learner(STUDENT_ID, "ava.thompson@demo.example", "Ava Thompson")
        past = Past(learner, home.apps, START_MS)
        for _ in range(3):
            assert said(home, envelope(past, 1000))[0] == 200
        yield home


def envelope(past: Past, events: int) -> bytes:
    return wrap("urn:x:sensor", START_MS, [past.next().raw for _ in range(events)])


def said(home: Killable, body: bytes, **headers: str) -> tuple[int, Any]:
    """Send a body in one go and return the answer."""
    head = home.head(home.address(), Content_Length=str(len(body)), **headers)
    with socket.create_connection(home.address(), ANSWERS_WITHIN_S) as connection:
        connection.sendall(head + body)
        found = answer_of(connection)
    assert found is not None
    return found


def poured(home: Killable, parts: Iterator[bytes], **headers: str) -> tuple[int, int]:
    """Send parts until there is an answer; return its status and how many bytes had gone."""
    went = 0
    with socket.create_connection(home.address(), ANSWERS_WITHIN_S) as connection:
        connection.sendall(home.head(home.address(), **headers))
        for part in parts:
            if select.select([connection], [], [], 0)[0]:
                break
            try:
                connection.sendall(part)
            except OSError:  # it hung up: what it said is still to be read
                break
            went += len(part)
        found = answer_of(connection)
    return (found[0] if found else HUNG_UP), went


def announced() -> Iterator[bytes]:
    yield from (PART for _ in range(LARGEST // len(PART)))


def chunked() -> Iterator[bytes]:
    yield from (b"%x\r\n%b\r\n" % (len(PART), PART) for _ in range(LARGEST // len(PART)))


@dataclass(frozen=True)
class Peak:
    """The most memory that a process has held so far."""

    pid: int

    def read(self) -> int:
        if sys.platform == "win32":
            return int(psutil.Process(self.pid).memory_info().peak_wset)
        told = Path(f"/proc/{self.pid}/status")
        if not told.exists():
            return int(psutil.Process(self.pid).memory_info().rss)
        lines = dict(line.split(":", 1) for line in told.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024


@pytest.fixture
def unmoved(home: Killable) -> Iterator[None]:
    """What happens meanwhile costs the server no memory, and nothing is stored."""
    assert home.pid is not None
    peak, before = Peak(home.pid), stored(home)
    most = peak.read()
    yield
    assert peak.read() - most < GROWS_BY_AT_MOST
    assert stored(home) == before


def stored(home: Killable) -> int:
    engine = home.open_database()
    with reading(engine) as connection:
        found = connection.scalar(rows(func.count()).select_from(event_ids))
    engine.dispose()
    return int(found or 0)


ANNOUNCED = {"Content_Length": str(LARGEST)}
CHUNKED = {"Transfer_Encoding": "chunked"}
PACKED = {**CHUNKED, "Content_Encoding": "gzip"}


@pytest.mark.usefixtures("unmoved")
@pytest.mark.parametrize(
    ("headers", "most"), [(ANNOUNCED, 0), (CHUNKED, 34), (PACKED, 34)], ids=str
)
def test_it_is_told_as_soon_as_a_body_is_too_large(
    home: Killable, headers: dict[str, str], most: int
) -> None:
    status, _ = poured(home, islice(chunked(), most), **headers)
    assert status == 413


@pytest.mark.usefixtures("unmoved")
@pytest.mark.parametrize(
    ("parts", "headers"),
    [(announced, ANNOUNCED), (chunked, CHUNKED), (chunked, PACKED)],
    ids=["announced", "chunked", "packed"],
)
def test_a_hundred_megabytes_end_long_before_their_end(
    home: Killable, parts: Callable[[], Iterator[bytes]], headers: dict[str, str]
) -> None:
    status, went = poured(home, parts(), **headers)
    assert status in {413, HUNG_UP}
    assert went < TAKES_AT_MOST


@lru_cache(maxsize=2)
def bomb(close: Callable[[bytes, int], bytes] = gzip.compress) -> bytes:
    return close(b'{"data":[' + b" " * LARGEST, 1)


def nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    frame = b'{"sensor":"urn:x:s","sendTime":"2026-11-18T11:06:40.000Z","dataVersion":'
    version = b'"http://purl.imsglobal.org/ctx/caliper/v1p2","data":['
    return frame + version + opening * depth + closing * depth + b"]}"


def items(count: int) -> bytes:
    return nested(0, b"", b"")[:-2] + b",".join([b"1"] * count) + b"]}"


HOSTILE = {
    "gzip bomb": (bomb, {"Content_Encoding": "gzip"}, 413),
    "deflate bomb": (lambda: bomb(zlib.compress), {"Content_Encoding": "deflate"}, 413),
    "bomb in a bomb": (
        lambda: gzip.compress(bomb()),
        {"Content_Encoding": "gzip, gzip"},
        415,
    ),
    "half a gzip": (lambda: bomb()[:-9_000], {"Content_Encoding": "gzip"}, 413),
    "a million items": (lambda: items(1_000_000), {}, 413),
    "a thousand and one": (lambda: items(1_001), {}, 413),
    "deep lists": (lambda: nested(500_000, b"[", b"]"), {}, 400),
    "deep objects": (lambda: nested(300_000, b'{"a":', b"}")[:-300_002] + b"1]}", {}, 400),
    "never closed": (lambda: b"[" * 2_000_000, {}, 400),
    "a number without end": (lambda: items(1)[:-3] + b"1" * 1_500_000 + b"]}", {}, 422),
    "one long string": (lambda: b'{"sensor":"' + b"a" * 2_000_000 + b'"}', {}, 400),
}


@pytest.mark.usefixtures("unmoved")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_costs_little(home: Killable, name: str) -> None:
    made, headers, status = HOSTILE[name]
    answer = said(home, made(), **headers)
    assert answer[0] == status, answer
    assert answer[1]["status"] == status
    assert len(str(answer[1])) < 400_000


@pytest.mark.usefixtures("unmoved")
def test_bodies_that_never_end_keep_nobody_waiting(home: Killable) -> None:
    lines = []
    try:
        for number in range(WAITING):
            line = socket.create_connection(home.address(), ANSWERS_WITHIN_S)
            lines.append(line)
            head = home.head(home.address(), Content_Length="2000000")
            line.sendall(head[: len(head) // 2] if number % 3 == 0 else head + PART * 16)
        assert said(home, items(1_001))[0] == 413
        assert said(home, items(2))[0] == 422
    finally:
        for line in lines:
            line.close()
