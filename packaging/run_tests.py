"""Run the tests, add up what every process counted, and end with one plain line.

Unit and store tests share a process, plain widgets another, and contract tests have two; two
processes run side by side. Every file with a live web view has a process of its own, because
Chromium is built to start once per process; the end-to-end files get a virtual display as well. A
process that dies counts as a failure, and so does a skip whose reason
``tests/accepted_skips.toml`` doesn't name.

In the full run the backend's tests run a second time, on a PostgreSQL of their own.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import os
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import clients
from virtual_display import is_available, virtual_display

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
RESULTS = ROOT / "build" / "test-results"
ACCEPTED_SKIPS = TESTS / "accepted_skips.toml"
FILE_BY_FILE = ("ui/browser", "e2e")
FROZEN = "frozen"  # builds the bundle, so only in the full run
ON_A_DISPLAY = ("e2e", FROZEN)
OF_THE_BACKEND = ("contract", "unit/backend")
POSTGRESQL = "postgresql"
PROCESS_LIMIT_S = 900
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True, slots=True)
class Run:
    """One process of pytest: what it is called, what it runs, whether it wants a display."""

    name: str
    arguments: tuple[str, ...]
    on_display: bool = False
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Tally:
    """What the runs have counted so far."""

    passed: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    skips: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, what: str) -> None:
        """Count one failure and remember its name."""
        self.failed += 1
        self.failures.append(what)

    def add(self, case: ET.Element) -> None:
        """Count one test case of a JUnit report."""
        name = f"{case.get('classname')}::{case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            self.fail(name)
        elif skip is None or skip.get("type") == "pytest.xfail":
            self.passed += 1
        else:
            self.skips.append((name, skip.get("message") or ""))


def files_of(folder: str) -> list[Path]:
    """List the test files below a folder of tests/."""
    return sorted((TESTS / folder).rglob("test_*.py"))


def ignoring(*folders: str) -> tuple[str, ...]:
    """Return the options that leave folders of tests/ out."""
    return tuple(f"--ignore={TESTS / folder}" for folder in folders)


def planned(*, full: bool) -> list[Run]:
    """Return the processes to start, in order."""
    contract = [str(file) for file in files_of("contract")]
    runs = [
        Run("contract.1", tuple(contract[::2])),
        Run("contract.2", tuple(contract[1::2])),
        Run("shared", (*ignoring("ui", "e2e", "contract", FROZEN), str(TESTS))),
        Run("ui", (*ignoring("ui/browser"), str(TESTS / "ui"))),
    ]
    for folder in (*FILE_BY_FILE, *((FROZEN,) if full else ())):
        for file in files_of(folder):
            name = file.relative_to(TESTS).with_suffix("").as_posix().replace("/", ".")
            runs.append(Run(name, (str(file),), on_display=folder in ON_A_DISPLAY))
    if full:
        return [*runs, *on_postgresql()]
    return [replace(run, arguments=("-m", "not slow", *run.arguments)) for run in runs]


def on_postgresql() -> list[Run]:
    """Return the processes that test the backend on a database server, where there is one."""
    if not any(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        return []
    chosen = (("TIMEBACK_TEST_DATABASE", POSTGRESQL),)
    return [
        Run(f"{POSTGRESQL}.{folder.replace('/', '.')}", (str(TESTS / folder),), variables=chosen)
        for folder in OF_THE_BACKEND
    ]


def missing_here(runs: list[Run], *, full: bool) -> list[str]:
    """Tell what this machine cannot test."""
    wanted = [(each.oldest_python, each.name) for each in clients.ALL]
    notes = [
        f"not tested here: the published clients {name}, no Python {version[0]}.{version[1]}"
        for version, name in wanted
        if clients.interpreter(version) is None
    ]
    if full and not any(run.variables for run in runs):
        notes.append("not tested here: the backend on PostgreSQL, none is installed")
    return notes


def run_pytest(run: Run, report: Path, display: dict[str, str], scratch: Path) -> tuple[int, str]:
    """Run one process of pytest, ended when it hangs; return its exit code and its words.

    ``scratch`` holds its temporary folders: two processes must not tidy up each other's.
    """
    command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *run.arguments]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTEST_DEBUG_TEMPROOT": str(scratch)}
    env |= (display if run.on_display else {}) | dict(run.variables)
    said = report.with_suffix(".txt")
    with said.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        try:
            code = process.wait(PROCESS_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
    return code, said.read_text(encoding="utf-8", errors="replace")


def count(run: Run, report: Path, code: int, tally: Tally) -> None:
    """Add one process to the tally; one that died without a failed test is a failure itself."""
    before = tally.failed
    if report.exists():
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
            tally.add(case)
    if code not in (0, NO_TESTS_COLLECTED) and tally.failed == before:
        tally.fail(f"{run.name}: the process ended with {code}")


def accepted(reason: str, table: dict[str, str]) -> bool:
    """Tell whether the table names this reason."""
    return any(fnmatch.fnmatchcase(reason, pattern) for pattern in table)


def judge_skips(tally: Tally) -> None:
    """Print every skip with its reason; one that nobody has accepted is a failure."""
    table = tomllib.loads(ACCEPTED_SKIPS.read_text(encoding="utf-8"))["reasons"]
    for name, reason in tally.skips:
        print(f"skipped: {name}: {reason}")
        if not accepted(reason, table):
            tally.fail(f"{name}: skipped, and tests/accepted_skips.toml doesn't name why")


@contextlib.contextmanager
def display_for(runs: list[Run]) -> Iterator[dict[str, str]]:
    """Yield a virtual display when a run wants one and the machine has it."""
    if not any(run.on_display for run in runs) or not is_available():
        yield {}
        return
    with virtual_display() as display:
        yield display


def in_turns(runs: list[Run]) -> list[tuple[int, list[Run]]]:
    """Return what runs after what, and how many at a time: two, then one that wants a display.

    The long ones stand first, so that both sides end about together. The end-to-end files watch
    real clocks, so they have the machine to themselves.
    """
    alone = [run for run in runs if run.on_display]
    return [(2, [run for run in runs if not run.on_display]), (1, alone)]


def run_all(runs: list[Run]) -> Tally:
    """Run every process and add up."""
    tally, telling = Tally(), threading.Lock()
    RESULTS.mkdir(parents=True, exist_ok=True)

    def drive(run: Run, display: dict[str, str]) -> None:
        report = RESULTS / f"{run.name}.xml"
        report.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix="timeback-") as scratch:
            code, said = run_pytest(run, report, display, Path(scratch))
        with telling:
            print(f"=== {run.name}\n{said}", end="", flush=True)
            count(run, report, code, tally)

    with display_for(runs) as display:
        for at_a_time, turn in in_turns(runs):
            with ThreadPoolExecutor(max_workers=at_a_time) as lanes:
                for done in [lanes.submit(drive, run, display) for run in turn]:
                    done.result()
    return tally


def main() -> int:
    """Run what the arguments ask for and close with the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="run the slow tests as well")
    started, full = time.monotonic(), parser.parse_args().full
    runs = planned(full=full)
    tally = run_all(runs)
    judge_skips(tally)
    for failure in tally.failures:
        print(f"failed: {failure}")
    for note in missing_here(runs, full=full):
        print(note)
    print(f"{len(tally.skips)} skipped, {time.monotonic() - started:.0f} s")
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 0 if tally.passed and not tally.failed else 1


if __name__ == "__main__":
    sys.exit(main())
