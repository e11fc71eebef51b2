"""The child's life: greeted, watched, restarted, ended; and what if it will not start."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.host.backend_process import (
    LONGEST_LOG_BYTES,
    BackendProcess,
    BackendSupervisor,
    Ready,
)
from timeback_desktop.host.instance import InstanceLock

GOOD = """
import json, os, sys
secret = json.loads(sys.stdin.readline())["run_secret"]
print(json.dumps({"url": "http://127.0.0.1:1/" + secret[:8], "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""
BAD = {
    "dies at once": "raise SystemExit(9)",
    "says nonsense": "print('hello', flush=True); import sys; sys.stdin.read()",
    "says half": "print('{\"url\": 1}', flush=True); import sys; sys.stdin.read()",
}


class Told:
    """What the supervisor said, and a way to wait for it."""

    def __init__(self) -> None:
        self.ready: list[Ready] = []
        self.faults: list[BackendUnavailable] = []
        self.news = threading.Semaphore(0)

    def on_ready(self, ready: Ready) -> None:
        self.ready.append(ready)
        self.news.release()

    def on_fault(self, fault: BackendUnavailable) -> None:
        self.faults.append(fault)
        self.news.release()


@contextmanager
def supervised(script: str, log: Path) -> Iterator[Told]:
    told = Told()
    supervisor = BackendSupervisor(
        lambda: BackendProcess([sys.executable, "-c", script], log), told.on_ready, told.on_fault
    )
    supervisor.start()
    try:
        yield told
    finally:
        supervisor.stop()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_child_gets_its_secret_by_its_lifeline_and_ends_with_us(tmp_path: Path) -> None:
    with supervised(GOOD, tmp_path / "log") as told:
        assert told.news.acquire(timeout=20)
        (ready,) = told.ready
        assert ready.url.endswith(ready.run_secret[:8])
        assert (
            ready.run_secret not in Path(f"/proc/{ready.pid}/cmdline").read_text()
            if sys.platform == "linux"
            else True
        )
        assert ready.run_secret not in repr(ready)
    assert not is_alive(ready.pid)


def test_a_killed_child_is_started_again_with_another_secret(tmp_path: Path) -> None:
    with supervised(GOOD, tmp_path / "log") as told:
        assert told.news.acquire(timeout=20)
        os.kill(told.ready[0].pid, signal.SIGTERM)
        assert told.news.acquire(timeout=20)
        assert told.news.acquire(timeout=20)
        assert [len(told.ready), len(told.faults)] == [2, 1]
        assert told.ready[0].run_secret != told.ready[1].run_secret


@pytest.mark.parametrize("script", BAD.values(), ids=BAD.keys())
def test_a_child_that_does_not_come_up_is_told_and_tried_again(tmp_path: Path, script: str) -> None:
    with supervised(script, tmp_path / "log") as told:
        assert told.news.acquire(timeout=30)
        assert told.news.acquire(timeout=30)
        assert not told.ready
        assert "did not start" in told.faults[0].cause


def test_a_command_that_does_not_exist_is_told(tmp_path: Path) -> None:
    told = Told()
    supervisor = BackendSupervisor(
        lambda: BackendProcess([str(tmp_path / "nothing")], tmp_path / "log"),
        told.on_ready,
        told.on_fault,
    )
    supervisor.start()
    assert told.news.acquire(timeout=20)
    supervisor.stop()
    assert "could not be started" in told.faults[0].cause


@pytest.mark.parametrize(("size", "renewed"), [(100, False), (LONGEST_LOG_BYTES + 1, True)])
def test_a_long_log_is_put_aside(tmp_path: Path, size: int, *, renewed: bool) -> None:
    log = tmp_path / "backend.log"
    log.write_bytes(b"x" * size)
    process = BackendProcess([sys.executable, "-c", "input()"], log)
    process.stop()
    assert log.with_name("backend.log.1").exists() == renewed


def test_one_program_a_folder(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path / "lock"), InstanceLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
