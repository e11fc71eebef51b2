"""What a program and all its children have used: processor time, and memory counted once."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

_PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)


def _pss_bytes(process: psutil.Process) -> int:
    """Return the proportional share; where the system has none, what is the process's own."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if not rollup.exists():
        return int(process.memory_full_info().uss)
    found = _PSS.search(rollup.read_bytes())
    return int(found[1]) * 1024 if found else 0


def _gone() -> contextlib.suppress:
    return contextlib.suppress(psutil.Error, OSError)


@dataclass(frozen=True, slots=True)
class Usage:
    """One reading of a whole process tree."""

    at: float
    cpu_s: float
    pss_mb: float
    processes: int


class ProcessTree:
    """A program under measurement and everything that it starts."""

    def __init__(self, root_pid: int) -> None:
        self._root = psutil.Process(root_pid)
        self._cpu_s: dict[tuple[int, float], float] = {}

    def read(self) -> Usage:
        """Read every living process; what the dead ones used stays counted."""
        pss = processes = 0
        for process in self._living():
            with _gone():
                times = process.cpu_times()
                self._cpu_s[process.pid, process.create_time()] = times.user + times.system
                pss += _pss_bytes(process)
                processes += 1
        return Usage(time.monotonic(), sum(self._cpu_s.values()), pss / 1e6, processes)

    def resident_bytes(self) -> int:
        """Return what of the program itself lies in memory now."""
        return int(self._root.memory_info().rss)

    def _living(self) -> list[psutil.Process]:
        with _gone():
            return [self._root, *self._root.children(recursive=True)]
        return []


@contextlib.contextmanager
def started(
    command: list[str], env: dict[str, str], errors: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program and see it gone at the end, by its process id."""
    program = subprocess.Popen(
        command,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
    )
    try:
        yield program
    finally:
        if program.poll() is None:
            program.kill()
        program.wait()
        if program.stdout is not None:
            program.stdout.close()
