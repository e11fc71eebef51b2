"""How fast events come in, over HTTP and with all that a school needs, beside a bare insert.

Every run has a fresh copy of the same school and is sent the same requests; right after it the
yardstick writes the rows that were just taken. Ours has a token, judges every event, looks for
its id among all there ever were, keeps the figures of each student, class and school by day,
and answers when the disk has it. The yardstick has none of that.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench_school import CACHE, BenchSchool, bench_school
from full_store import IDS, full_store
from pairs import Comparison, Measured, in_pairs, spread
from raw_insert import raw_insert
from served import Push, backend, most_that_can_be_sent, push
from study_days import Mint, Requests, Write, random_id, time_ordered, time_spent, tool_use, written

BATCH, CONNECTIONS = 100, 8
SINGLE_CONNECTIONS = 32
WARM_UP_S = 1.5  # a process that has just started reads its tables and makes its decoders
MOST_EVENTS_A_S = 30_000  # how many are made ready for each second; faster runs end earlier
MOST_SINGLES_A_S = 6_000
GOALS = {
    "ratio to the bare insert": 0.55,
    "ratio to reach for": 0.8,
    "single events a second": 5_000,
    "single events p99 ms": 10,
    "rate with ten million ids": 0.85,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request."""

    name: str
    mint: Mint = time_ordered
    write: Write = time_spent
    events_each: int = BATCH
    connections: int = CONNECTIONS


BATCHES = {
    "time-ordered": Case("time spent, time-ordered ids"),
    "random": Case("time spent, random ids", mint=random_id),
    "tool-time-ordered": Case("tool use, time-ordered ids", write=tool_use),
    "tool-random": Case("tool use, random ids", mint=random_id, write=tool_use),
}
SINGLES = Case("time spent, one event a request", events_each=1, connections=SINGLE_CONNECTIONS)
FULL = {"full": "time-ordered", "full-random": "random"}
CASES = (*BATCHES, "single", *FULL)


@dataclass(slots=True)
class Intake:
    """What was measured: the runs of each kind of request, paired with what stands beside."""

    questions: dict[str, str] = field(default_factory=dict)
    runs: dict[str, list[Measured]] = field(default_factory=dict)
    beside: dict[str, Comparison] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return all of it, with the goals."""
        beside = {name: each.as_json() for name, each in self.beside.items()}
        return {
            "questions": self.questions,
            "runs": self.runs,
            "beside": beside,
            "goals": GOALS,
        }

    def show(self) -> None:
        """Print a line for each thing measured: the middle, and from where to where."""
        for name, runs in self.runs.items():
            print(self.questions[name])
            for measured in runs[0]:
                _show(measured, [run[measured] for run in runs])
            for pairs in [self.beside[name]] if name in self.beside else []:
                both = zip(pairs.ours, pairs.yardstick, strict=True)
                _show("beside: events_per_s", [run["events_per_s"] for run in pairs.yardstick])
                _show(
                    "ratio to that",
                    [ours["events_per_s"] / other["events_per_s"] for ours, other in both],
                )
        print("goals: " + ", ".join(f"{name} {goal}" for name, goal in GOALS.items()))

    def note(self, name: str, question: str, run: Measured) -> None:
        """Keep one run of ours."""
        self.questions[name] = question
        self.runs.setdefault(name, []).append(run)


def _show(name: str, values: list[float]) -> None:
    found = spread(values)
    print(f"  {name:22} {found['median']:12.2f}  ({found['min']:.2f} - {found['max']:.2f})")


def intake_against_insert(
    pairs: int, seconds: float, complaints: Path, cases: Sequence[str]
) -> Intake:
    """Measure batches beside the bare insert, single events, and a store that is full."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        bench = IngestBench(Path(folder), bench_school(), seconds, complaints)
        for name in cases or CASES:
            if name in BATCHES:
                bench.compare(name, BATCHES[name], pairs)
            elif name in FULL:
                bench.against_empty(name, pairs)
            else:
                bench.alone(pairs)
        return bench.found


@dataclass(slots=True)
class IngestBench:
    """The runs of one session, all about the same school."""

    folder: Path
    school: BenchSchool
    seconds: float
    complaints: Path
    found: Intake = field(default_factory=Intake)
    answered: int = 0
    ready: tuple[Case, Requests] | None = None

    def requests(self, case: Case) -> Requests:
        """Return the requests of a case; those of one are kept at a time."""
        if self.ready is None or self.ready[0] != case:
            most = MOST_SINGLES_A_S if case.events_each == 1 else MOST_EVENTS_A_S
            made = written(
                self.folder / "requests.bin",
                self.school.school,
                requests=int(most * (self.seconds + WARM_UP_S) / case.events_each),
                events_each=case.events_each,
                now_ms=int(time.time() * 1000),
                mint=case.mint,
                write=case.write,
            )
            self.ready = (case, made)
        return self.ready[1]

    def compare(self, name: str, case: Case, pairs: int) -> None:
        """Measure a kind of batch beside the bare insert of the same rows."""
        requests = self.requests(case)
        size = sum(requests.lengths) / len(requests.lengths) / case.events_each
        question = f"batches of {case.events_each}, {case.name} ({size:.0f} B an event)"
        self._prove_generator(name, case)

        def ours() -> Measured:
            run = self.run(case)
            self.found.note(name, question, run)
            return _compared(run)

        def bare() -> Measured:
            return raw_insert(self.folder / "raw.db", requests, self.answered)

        self.found.beside[name] = in_pairs(question, pairs, ours, bare)

    def against_empty(self, name: str, pairs: int) -> None:
        """Measure batches with ten million ids in the store, beside a store with none."""
        case = BATCHES[FULL[name]]
        database = full_store(self.school, in_order=case.mint is time_ordered)
        question = f"batches of {case.events_each}, {case.name}, with {IDS:,} ids in the store"

        def ours() -> Measured:
            run = self.run(case, database)
            self.found.note(name, question, run)
            return _compared(run)

        def empty() -> Measured:
            return _compared(self.run(case))

        self.found.beside[name] = in_pairs(question, pairs, ours, empty)

    def alone(self, pairs: int) -> None:
        """Measure single events, for which there is no yardstick."""
        self._prove_generator("single", SINGLES)
        for number in range(pairs):
            print(f"  run {number + 1} of {pairs}", flush=True)
            question = f"{SINGLES.name}, {SINGLES.connections} connections"
            self.found.note("single", question, self.run(SINGLES))

    def _prove_generator(self, name: str, case: Case) -> None:
        """Show what the load generator can do when the server does nothing."""
        how = Push(case.connections, min(self.seconds, 1), again=True)
        seen = most_that_can_be_sent(self.requests(case), how, self.complaints)
        run = {"requests_per_s": seen.requests_per_s, "p99_ms": seen.p99_ms}
        self.found.note(f"{name}: generator", f"the load generator alone, {case.name}", run)

    def run(self, case: Case, database: Path | None = None) -> Measured:
        """Measure a kind of request on a fresh school, or on a fuller one."""
        data = self.school.copy_to(self.folder / "data", database)
        requests = self.requests(case)
        with backend(data, self.school.client, self.complaints) as served:
            warm = push(served.target, requests, Push(case.connections, WARM_UP_S))
            before = served.read()
            how = Push(case.connections, self.seconds, skip=warm.answered)
            seen = push(served.target, requests, how)
            after = served.read()
        self.answered = warm.answered + seen.answered
        shutil.rmtree(data)
        events = seen.answered * case.events_each
        return {
            "events_per_s": seen.requests_per_s * case.events_each,
            "cpu_us_an_event": 1e6 * (after.cpu_s - before.cpu_s) / events,
            "p50_ms": seen.p50_ms,
            "p99_ms": seen.p99_ms,
            "max_ms": seen.max_ms,
            "server_mb": after.pss_mb,
        }


def _compared(run: Measured) -> Measured:
    return {name: run[name] for name in ("events_per_s", "cpu_us_an_event")}
