"""What the probes of the operating system cost at 1 Hz, beside what ActivityWatch costs.

ActivityWatch's figures are those of its three processes with no screen signal at all, as
published with this project's reference measurements.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pairs import Measured
from process_tree import started
from virtual_display import is_available, virtual_display

HERE = Path(__file__).resolve().parent
SIZES = ("1920x1080x24", "3840x2160x24")
ACTIVITYWATCH = {"idle_percent": 0.57, "busy_percent": 1.08, "mib": 126.0}
GOAL = {"cpu_percent_of_a_core": 0.5, "cpu_ms_a_sample": 5.0}
MIB = 2**20 / 1e6


@dataclass(frozen=True, slots=True)
class Costs:
    """The figures of each display, at rest and busy, with what they are of ActivityWatch's."""

    runs: dict[str, Measured] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return all of them, and what they are compared with."""
        return {"runs": self.runs, "activitywatch": ACTIVITYWATCH, "goal": GOAL}

    def show(self) -> None:
        """Print a line for each."""
        print("the probes alone, asked once a second (the loop without them taken off)")
        for name, run in self.runs.items():
            print(
                f"  {name:20} {run['cpu_ms_a_sample']:6.2f} ms a sample"
                f"  {run['cpu_percent_of_a_core']:6.3f} % of a core"
                f"  {run['of_activitywatch_cpu']:5.2f} x ActivityWatch"
                f"  +{run['beyond_mb'] / MIB:5.1f} MiB, {run['of_activitywatch_memory']:5.3f} x"
                f"  screen change {run['screen_change']:.2f}"
            )
        if not self.runs:
            print("  not measured: it needs Xvfb")


def cost_of_probes(complaints: Path, seconds: int) -> Costs:
    """Measure on a virtual display of each size."""
    costs = Costs()
    for size in SIZES if is_available() else ():
        with virtual_display(size) as display, complaints.open("ab") as errors:
            plain = _looked(display, seconds, errors, "--off")
            for busy in (False, True):
                with _painter(display, errors) if busy else contextlib.nullcontext():
                    looked = _looked(display, seconds, errors)
                costs.runs[f"{size} {'busy' if busy else 'at rest'}"] = _beyond(looked, plain, busy)
    return costs


def _beyond(looked: Measured, plain: Measured, busy: bool) -> Measured:  # noqa: FBT001
    cpu = looked["cpu_percent_of_a_core"] - plain["cpu_percent_of_a_core"]
    memory = looked["pss_mb"] - plain["pss_mb"]
    theirs = ACTIVITYWATCH["busy_percent" if busy else "idle_percent"]
    return {
        **looked,
        "cpu_percent_of_a_core": cpu,
        "beyond_mb": memory,
        "of_activitywatch_cpu": cpu / theirs,
        "of_activitywatch_memory": memory / MIB / ACTIVITYWATCH["mib"],
    }


def _looked(display: dict[str, str], seconds: int, errors: IO[bytes], *more: str) -> Measured:
    command = [sys.executable, str(HERE / "probes_loop.py"), "--seconds", str(seconds), *more]
    with started(command, display, errors) as running:
        for line in running.stdout or ():
            told: Measured = json.loads(line)
            return told
    raise RuntimeError("the loop ended without its figures")


@contextlib.contextmanager
def _painter(display: dict[str, str], errors: IO[bytes]) -> Iterator[None]:
    """Let another process repaint the whole screen four times a second."""
    with started([sys.executable, str(HERE / "painter.py")], display, errors):
        yield
