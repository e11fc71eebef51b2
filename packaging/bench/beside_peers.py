"""Ours beside other people's servers: ActivityWatch's and Ralph LRS, as their makers release them.

Each is sent what it takes: ActivityWatch heartbeats, and its own small events by the hundred;
Ralph xAPI statements by the hundred. Neither looks for duplicates as ours does, except that
Ralph reads its whole file for them; neither keeps figures by day.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import socket
import tempfile
import time
import urllib.request
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench_school import CACHE, BenchSchool, bench_school
from clients import ready
from ingest import BATCH, BATCHES, CONNECTIONS, SINGLES, Case, IngestBench
from pairs import Comparison, Measured, in_pairs
from peers import ACTIVITYWATCH, RALPH, Peer
from prepare import NotPreparedError
from process_tree import ProcessTree, started
from program import BenchError
from served import Push, Served, Target, push
from study_days import Requests

HERE = Path(__file__).resolve().parent
GOALS = {"activitywatch heartbeats": 20, "activitywatch bulk": 4, "ralph": 25}
STARTS_WITHIN_S = 30.0
BUCKET = "bench"
KEPT = ("events_per_s", "cpu_us_an_event", "p50_ms", "p99_ms")


@dataclass(slots=True)
class Beside:
    """The comparisons that could be made, and why others could not."""

    comparisons: dict[str, Comparison] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return them all."""
        found = {name: each.as_json() for name, each in self.comparisons.items()}
        return {"comparisons": found, "missing": self.missing, "goals": GOALS}

    def show(self) -> None:
        """Print them, with what is wanted."""
        for name, each in self.comparisons.items():
            each.show()
            print(f"  wanted: {GOALS[name]} times theirs")
        for reason in self.missing:
            print(f"  not measured: {reason}")


def intake_beside_peers(pairs: int, seconds: float, complaints: Path) -> Beside:
    """Measure ours and theirs in turn."""
    CACHE.mkdir(parents=True, exist_ok=True)
    found = Beside()
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        bench = _Bench(Path(name), bench_school(), seconds, complaints)
        for asked, theirs in THEIRS.items():
            try:
                python = ready(theirs.peer)
                if python is None:
                    found.missing.append(f"{asked}: no Python for it here")
                else:
                    found.comparisons[asked] = bench.compare(asked, theirs, python, pairs)
            except (NotPreparedError, BenchError, OSError) as reason:
                found.missing.append(f"{asked}: {reason}")
    return found


def _heartbeats(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield json.dumps(_window(number)).encode()


def _window(number: int) -> dict[str, Any]:
    """Return what ActivityWatch's watchers tell: where the student is, for how long."""
    at = datetime.fromtimestamp(1_790_000_000 + 30 * number, UTC).isoformat()
    state = ("on task", "reading", "idle", "elsewhere")[number // 5 % 4]
    return {"timestamp": at, "duration": 30.0, "data": {"app": "Math Garden", "title": state}}


def _bulk(count: int) -> Iterator[bytes]:
    for number in range(count):
        first = number * BATCH
        yield json.dumps([_window(first + place) for place in range(BATCH)]).encode()


def _statements(count: int) -> Iterator[bytes]:
    for number in range(count):
        first = number * BATCH
        yield json.dumps([_statement(first + place) for place in range(BATCH)]).encode()


def _statement(number: int) -> dict[str, Any]:
    """Return an xAPI statement of some 900 bytes."""
    at = datetime.fromtimestamp(1_790_000_000 + 30 * number, UTC).isoformat()
    session = f"https://school.example/sessions/{number // 70}"
    return {
        "id": str(uuid4()),
        "actor": {
            "objectType": "Agent",
            "name": f"Ava Nº {number % 1000}",
            "account": {"homePage": "https://school.example", "name": f"s{number % 1000}"},
        },
        "verb": {
            "id": "http://adlnet.gov/expapi/verbs/experienced",
            "display": {"en-US": "experienced"},
        },
        "object": {
            "objectType": "Activity",
            "id": "https://math.example/activities/garden",
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/lesson",
                "name": {"en-US": "Math Garden"},
                "description": {"en-US": "Growing numbers, one bed at a time."},
            },
        },
        "result": {"duration": "PT30S", "completion": False},
        "context": {
            "registration": str(uuid4()),
            "platform": "TimeBack Desktop",
            "language": "en-US",
            "contextActivities": {"grouping": [{"objectType": "Activity", "id": session}]},
            "extensions": {"https://school.example/xapi/state": "on_task"},
        },
        "timestamp": at,
    }


@dataclass(frozen=True, slots=True)
class Theirs:
    """What one of theirs is sent, and which of our kinds of request it stands beside."""

    peer: Peer
    ours: Case
    bodies: Callable[[int], Iterator[bytes]]
    requests_a_s: int
    events_each: int
    connections: int
    path: str


_BUCKET = f"/api/0/buckets/{BUCKET}"
THEIRS = {
    "activitywatch heartbeats": Theirs(
        ACTIVITYWATCH, SINGLES, _heartbeats, 1_500, 1, 4, f"{_BUCKET}/heartbeat?pulsetime=60"
    ),
    "activitywatch bulk": Theirs(
        ACTIVITYWATCH, BATCHES["time-ordered"], _bulk, 300, BATCH, 4, f"{_BUCKET}/events"
    ),
    "ralph": Theirs(
        RALPH, BATCHES["time-ordered"], _statements, 60, BATCH, CONNECTIONS, "/xAPI/statements"
    ),
}


@dataclass(slots=True)
class _Bench:
    folder: Path
    school: BenchSchool
    seconds: float
    complaints: Path

    def compare(self, asked: str, theirs: Theirs, python: Path, pairs: int) -> Comparison:
        """Measure ours and one of theirs in turn."""
        ours = IngestBench(self.folder, self.school, self.seconds, self.complaints)
        requests = self._written(theirs)
        return in_pairs(
            f"{theirs.ours.name}, beside {asked}",
            pairs,
            lambda: {name: value for name, value in ours.run(theirs.ours).items() if name in KEPT},
            lambda: self.run(theirs, python, requests),
        )

    def _written(self, theirs: Theirs) -> Requests:
        made = Requests(self.folder / "theirs.bin", array("I"), theirs.events_each)
        with made.bodies.open("wb") as out:
            for body in theirs.bodies(int(theirs.requests_a_s * (self.seconds + 1))):
                made.lengths.append(out.write(body))
        made.lengths_file.write_bytes(made.lengths.tobytes())
        return made

    def run(self, theirs: Theirs, python: Path, requests: Requests) -> Measured:
        """Send to one of theirs, which starts with nothing stored."""
        serve = _ralph if theirs.peer is RALPH else _activitywatch
        with (
            tempfile.TemporaryDirectory(dir=self.folder) as home,
            serve(python, Path(home), self.complaints, theirs.path) as served,
        ):
            before = served.read()
            how = Push(theirs.connections, self.seconds, warm_up=0.5)
            seen = push(served.target, requests, how, refusal="")
            after = served.read()
        events = seen.answered * theirs.events_each
        return {
            "events_per_s": seen.requests_per_s * theirs.events_each,
            "cpu_us_an_event": 1e6 * (after.cpu_s - before.cpu_s) / events,
            "p50_ms": seen.p50_ms,
            "p99_ms": seen.p99_ms,
        }


@contextlib.contextmanager
def _activitywatch(python: Path, home: Path, complaints: Path, path: str) -> Iterator[Served]:
    port = _free_port()
    command = [str(python.with_name("aw-server")), "--host", "127.0.0.1", "--port", str(port)]
    with complaints.open("ab") as errors, started(command, _apart(home), errors) as running:
        served = _served(running.pid, port, path, {"Content-Type": "application/json"})
        bucket = {"type": "currentwindow", "client": "bench", "hostname": "bench"}
        _await(port)
        _post(f"{served.url}{_BUCKET}", bucket)
        yield served


@contextlib.contextmanager
def _ralph(python: Path, home: Path, complaints: Path, path: str) -> Iterator[Served]:
    port, password = _free_port(), secrets.token_urlsafe(12)
    proof = base64.b64encode(f"bench:{password}".encode()).decode()
    (home / "account.json").write_text(json.dumps({"username": "bench", "password": password}))
    command = [str(python), str(HERE / "ralph_runner.py"), str(home), str(port)]
    with complaints.open("ab") as errors, started(command, _apart(home), errors) as running:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Basic {proof}",
            "X-Experience-API-Version": "1.0.3",
        }
        served = _served(running.pid, port, path, headers)
        _await(port)
        yield served


def _served(pid: int, port: int, path: str, headers: dict[str, str]) -> Served:
    served = Served(f"http://127.0.0.1:{port}", ProcessTree(pid))
    served.target = Target(served.url, path, headers)
    return served


def _apart(home: Path) -> dict[str, str]:
    """Return variables that keep a program out of the folders of whoever runs this."""
    kinds = ("CONFIG", "DATA", "CACHE", "STATE")
    return {"HOME": str(home), **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in kinds}}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _await(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise BenchError(f"nobody answers at port {port}")


def _post(url: str, document: dict[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310 our own address
        url, json.dumps(document).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=STARTS_WITHIN_S):  # noqa: S310
        return
