"""One measured program: started, timed to its first picture, or watched while it works."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pairs import Measured
from process_tree import ProcessTree, Usage, started

LEAVES_WITHIN_S = 60.0
READ_EVERY_S = 1.0


class BenchError(Exception):
    """A measured program did not do what is being measured."""


@dataclass(frozen=True, slots=True)
class Program:
    """How a program is started, and where its complaints go."""

    arguments: tuple[str, ...]
    env: dict[str, str]
    errors: Path

    def first_paint(self) -> Measured:
        """Time it from the start of the process to its line that it has painted."""
        begin = time.monotonic()
        with self.errors.open("ab") as errors, started(self.command, self.env, errors) as running:
            await_event(running.stdout, "first_paint")
            took = time.monotonic() - begin
            running.wait(LEAVES_WITHIN_S)
        return {"first_paint_s": took}

    def usage(self, seconds: float) -> Measured:
        """Watch its process tree for some seconds from its line that its app is open."""
        with self.errors.open("ab") as errors, started(self.command, self.env, errors) as running:
            await_event(running.stdout, "sampling_ready")
            readings = list(_readings(ProcessTree(running.pid), seconds))
            if running.poll() is not None:
                raise BenchError(f"ended early, with {running.returncode}")
        return _summed_up(readings)

    @property
    def command(self) -> list[str]:
        """Return the whole command line."""
        return [sys.executable, *self.arguments]


def await_event(stream: IO[bytes] | None, event: str) -> None:
    """Read lines until one is the JSON object of this event."""
    for line in stream or ():
        if line.startswith(b"{") and json.loads(line).get("event") == event:
            return
    raise BenchError(f"it ended without the line that says {event}")


def _readings(tree: ProcessTree, seconds: float) -> Iterator[Usage]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield tree.read()
        time.sleep(READ_EVERY_S)


def _summed_up(readings: list[Usage]) -> Measured:
    first, last = readings[0], readings[-1]
    return {
        "cpu_percent_of_a_core": 100 * (last.cpu_s - first.cpu_s) / (last.at - first.at),
        "pss_mb": statistics.median(reading.pss_mb for reading in readings),
        "processes": float(last.processes),
    }
