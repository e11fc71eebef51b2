"""Does memory stay flat while events come in? The server's own, read again and again.

Hours of a school's day pass in minutes: every round sends the events of another stretch of the
day, so that nothing is a duplicate and nothing that is kept for the day can be used again.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench_school import CACHE, bench_school
from served import Push, backend, push
from study_days import WINDOW_MS, written

ROUND_REQUESTS = 1_000
EVENTS_EACH = 20
CONNECTIONS = 8
ROUND_MS = 2 * EVENTS_EACH * WINDOW_MS
"""How much of the day a round takes: more than its events, as there are breaks."""

MOST_ROUNDS = 5_000
MB = 1_000_000


@dataclass(slots=True)
class Held:
    """How much the server held after so many requests, in MB."""

    seconds: list[float] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    resident_mb: list[float] = field(default_factory=list)

    @property
    def grown_mb(self) -> float:
        """Return by how much it grew over the second half."""
        half = len(self.resident_mb) // 2
        return self.resident_mb[-1] - self.resident_mb[half]

    def as_json(self) -> dict[str, object]:
        """Return all readings."""
        return {
            "seconds": self.seconds,
            "requests": self.requests,
            "resident_mb": self.resident_mb,
            "grown_mb_in_the_second_half": self.grown_mb,
        }

    def show(self) -> None:
        """Print some twenty of the readings."""
        print(f"memory of the server, batches of {EVENTS_EACH} at {CONNECTIONS} connections")
        rows = list(zip(self.seconds, self.requests, self.resident_mb, strict=True))
        for seconds, requests, resident_mb in rows[:: max(1, len(rows) // 20)]:
            print(f"  {seconds:8.0f} s {requests:10,} requests {resident_mb:8.1f} MB")
        print(f"  in the second half it grew by {self.grown_mb:.1f} MB")


def memory_while_events_come_in(seconds: float, complaints: Path) -> Held:
    """Send round after round, and read the server's resident memory after each."""
    CACHE.mkdir(parents=True, exist_ok=True)
    school, held = bench_school(), Held()
    first_ms = int(time.time() * 1000) - MOST_ROUNDS * ROUND_MS
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        data = school.copy_to(Path(folder) / "data")
        with backend(data, school.client, complaints) as served:
            began = time.monotonic()
            for number in range(1, MOST_ROUNDS):
                if time.monotonic() - began > seconds and number > 2:
                    break
                requests = written(
                    Path(folder) / "requests.bin",
                    school.school,
                    requests=ROUND_REQUESTS,
                    events_each=EVENTS_EACH,
                    now_ms=first_ms + number * ROUND_MS,
                    seed=number,
                )
                push(served.target, requests, Push(CONNECTIONS, seconds=600))
                held.seconds.append(round(time.monotonic() - began, 1))
                held.requests.append(number * ROUND_REQUESTS)
                held.resident_mb.append(served.tree.resident_bytes() / MB)
    return held
