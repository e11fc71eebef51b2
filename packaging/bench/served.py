"""A backend under load: a real process over a data folder, and what it used meanwhile."""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from process_tree import ProcessTree, Usage, started
from program import BenchError
from study_days import Requests

HERE = Path(__file__).resolve().parent
EVENTS = "/events/1.0/"
TOKEN = "/auth/1.0/token"  # noqa: S105 an address
REFUSED = '"refused"'


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, and with which headers."""

    url: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Push:
    """How hard a server is pushed: with all requests but the first ``skip``, or up to ``most``."""

    connections: int
    seconds: float
    warm_up: float = 0.1
    skip: int = 0
    most: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the load generator saw."""

    answered: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    statuses: dict[str, int]
    odd: str
    own_cpu_s: float


@dataclass(slots=True)
class Served:
    """A server that is running."""

    url: str
    tree: ProcessTree
    target: Target = field(init=False)

    def read(self) -> Usage:
        """Return what it has used so far."""
        return self.tree.read()


@contextlib.contextmanager
def backend(data: Path, client: tuple[str, str], complaints: Path) -> Iterator[Served]:
    """Serve the school in a data folder, with a token for the events of its client."""
    command = [sys.executable, "-m", "timeback_desktop", "backend", "--data", str(data)]
    with complaints.open("ab") as errors, started(command, {}, errors) as running:
        told = json.loads(first_line(running.stdout, "the backend"))
        served = Served(told["url"], ProcessTree(running.pid))
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {_token(told['url'], client)}",
        }
        served.target = Target(told["url"], EVENTS, headers)
        yield served
        if running.poll() is not None:
            raise BenchError(f"the backend ended with {running.returncode}")


def first_line(stream: Any, who: str) -> bytes:
    """Return the line by which a server says that it answers."""
    line = bytes(stream.readline())
    if not line.startswith(b"{"):
        raise BenchError(f"{who} didn't start: {line[:200]!r}")
    return line


def _token(url: str, client: tuple[str, str]) -> str:
    proof = base64.b64encode(":".join(client).encode()).decode()
    request = urllib.request.Request(  # noqa: S310 our own address
        url + TOKEN,
        data=b"grant_type=client_credentials",
        headers={"Authorization": f"Basic {proof}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return str(json.load(answer)["access_token"])


def push(target: Target, requests: Requests, how: Push, refusal: str = REFUSED) -> Pushed:
    """Send the requests from another process; :class:`BenchError` if any was not taken."""
    address = urlsplit(target.url)
    order = {
        **asdict(how),
        "host": address.hostname,
        "port": address.port,
        "path": target.path,
        "headers": target.headers,
        "bodies": str(requests.bodies),
        "lengths": str(requests.lengths_file),
        "refusal": refusal,
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "load.py")],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"the load generator: {done.stderr.strip().splitlines()[-1]}")
    seen = Pushed(**json.loads(done.stdout))
    if seen.odd:
        raise BenchError(f"not every event was taken: {seen.odd}")
    return seen


def most_that_can_be_sent(requests: Requests, how: Push, complaints: Path) -> Pushed:
    """Return what the generator reaches against a server that does nothing."""
    command = [sys.executable, str(HERE / "null_server.py")]
    with complaints.open("ab") as errors, started(command, {}, errors) as running:
        port = json.loads(first_line(running.stdout, "the server that says yes"))["port"]
        headers = {"Content-Type": "application/json", "Authorization": "Bearer " + "t" * 600}
        return push(Target(f"http://127.0.0.1:{port}", EVENTS, headers), requests, how)
