"""Measure the program against two yardsticks, print the spreads, write build/bench.json.

How much later is Home painted than the page of a bare PySide6 + WebEngine window? What does
sampling cost while an app is open, against the same window with sampling off? And what do the
probes of the operating system alone cost, beside what ActivityWatch is known to cost? And a
roster of 10,000 students from CSV, beside a bare insert of the same rows?

And of the backend: how fast do events come in, with everything on, beside a bare insert of the
same events, and beside other people's servers? Do answers take longer as events pile up? Does
memory stay flat meanwhile?
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build"
RESULT = BUILD / "bench.json"
COMPLAINTS = BUILD / "bench-stderr.txt"
sys.path.insert(0, str(HERE.parent))

from answers import answers_as_data_grows  # noqa: E402
from beside_peers import intake_beside_peers  # noqa: E402
from ingest import CASES, intake_against_insert  # noqa: E402
from memory import memory_while_events_come_in  # noqa: E402
from pairs import Comparison, in_pairs  # noqa: E402
from probes import Costs, cost_of_probes  # noqa: E402
from program import BenchError, Program  # noqa: E402
from roster import import_against_insert  # noqa: E402
from virtual_display import has_display, is_available, virtual_display  # noqa: E402

MARGIN_S = 20  # what a watched program stays open longer than it is watched
INTAKE_S = 10
ANSWERS_S = 3
WITH_WINDOWS = {"start", "sampling", "probes"}
CHOICES = ("start", "sampling", "probes", "csv", "events", "peers", "insights", "memory")


class Answer(Protocol):
    """What was measured about one question."""

    def show(self) -> None:
        """Print it."""

    def as_json(self) -> dict[str, object]:
        """Return it to be kept."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The measurements of one session, all on the same display and data folder."""

    env: dict[str, str]
    pairs: int
    seconds: int

    def ours(self, *arguments: str) -> Program:
        """Return the program with the arguments of one measurement."""
        run = ("-m", "timeback_desktop", "run", "--data", str(BUILD / "bench-data"), "--bench")
        return Program((*run, *arguments), self.env, COMPLAINTS)

    def start(self) -> Comparison:
        """Compare the first paint of Home with that of a bare window's page."""
        home = self.ours("first-paint")
        bare = Program((str(HERE / "bare_window.py"),), self.env, COMPLAINTS)
        home.first_paint(), bare.first_paint()  # makes the demo school and warms the disk cache
        question = "start to first paint, Home against a bare web window"
        return in_pairs(question, self.pairs, home.first_paint, bare.first_paint)

    def sampling(self) -> Comparison:
        """Compare the window with sampling on with the same window with sampling off."""
        stay = ("--seconds", str(self.seconds + MARGIN_S))
        sampled, plain = self.ours("sampling=on", *stay), self.ours("sampling=off", *stay)
        question = "an app open, sampling on against sampling off"
        return in_pairs(
            question,
            self.pairs,
            lambda: sampled.usage(self.seconds),
            lambda: plain.usage(self.seconds),
        )

    def probes(self) -> Costs:
        """Measure the probes on displays of two sizes, at rest and while everything moves."""
        return cost_of_probes(COMPLAINTS, min(self.seconds, 30))


def environment(display: dict[str, str]) -> dict[str, str]:
    """Return the variables of the measured programs; the superuser has no sandbox."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {**display, **({"QTWEBENGINE_DISABLE_SANDBOX": "1"} if is_root else {})}


def machine() -> dict[str, object]:
    """Return what a reader has to know to compare these numbers with others."""
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
    }


def questions(bench: Bench, options: argparse.Namespace) -> dict[str, Callable[[], Answer]]:
    """Return how each question is answered, in the order in which all are asked."""
    pairs, intake_s = bench.pairs, min(bench.seconds, INTAKE_S)
    answers_s, sizes = min(bench.seconds, ANSWERS_S), options.size or ()
    return {
        "start": bench.start,
        "sampling": bench.sampling,
        "probes": bench.probes,
        "csv": lambda: import_against_insert(pairs),
        "events": lambda: intake_against_insert(pairs, intake_s, COMPLAINTS, options.case),
        "peers": lambda: intake_beside_peers(pairs, intake_s, COMPLAINTS),
        "insights": lambda: answers_as_data_grows(answers_s, COMPLAINTS, sizes),
        "memory": lambda: memory_while_events_come_in(bench.seconds, COMPLAINTS),
    }


def measure(display: dict[str, str], options: argparse.Namespace) -> None:
    """Answer the questions and keep the answers."""
    bench = Bench(environment(display), options.pairs, options.seconds)
    BUILD.mkdir(exist_ok=True)
    COMPLAINTS.unlink(missing_ok=True)
    asked = questions(bench, options)
    answers: dict[str, object] = {"machine": machine()}
    for name in options.only or asked:
        print(f"measuring: {name}", flush=True)
        answer = asked[name]()
        answer.show()
        answers[name] = answer.as_json()
    RESULT.write_text(json.dumps(answers, indent=2) + "\n", encoding="utf-8")
    print(f"all runs are in {RESULT}")


def main() -> int:
    """Measure on the display that is there, or on a virtual one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="pairs of runs for each question")
    parser.add_argument("--seconds", type=int, default=60, help="how long each window is watched")
    parser.add_argument("--only", action="append", choices=CHOICES)
    parser.add_argument("--case", action="append", choices=CASES, help="of events, all if none")
    parser.add_argument("--size", action="append", type=int, help="of a past, in events")
    options = parser.parse_args()
    try:
        if not WITH_WINDOWS.intersection(options.only or WITH_WINDOWS):
            measure({}, options)
        elif has_display() or not is_available():
            measure({} if has_display() else {"QT_QPA_PLATFORM": "offscreen"}, options)
        else:
            with virtual_display() as display:
                measure(display, options)
    except BenchError as error:
        print(f"bench: {error}; see {COMPLAINTS}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
