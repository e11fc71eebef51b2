"""The first steps of a run: the data folder is ours alone, and its backend is on the way.

Kept apart from the rest because it must import next to nothing: the backend loads beside
the window's own libraries, not after them.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.host.backend_process import BackendProcess, command_line
from timeback_desktop.host.instance import InstanceLock
from timeback_desktop.paths import DataFolder


class AlreadyRunning(EnvironmentFault):
    """Another window of this program uses the same data folder."""


class Claim:
    """One program's hold on a data folder, with the first backend already starting.

    Raises ``AlreadyRunning`` when another program holds the folder.
    """

    def __init__(self, data: Path | None, seed: str | None) -> None:
        self.folder = DataFolder.at(data).create()
        self._seed = seed
        self._first: BackendProcess | None = None
        self._lock = InstanceLock(self.folder.lock)
        if not self._lock.acquire():
            raise AlreadyRunning(
                "TimeBack is already open on this computer.", "Use the window that is open."
            )
        with contextlib.suppress(OSError):  # the supervisor tries again, and tells
            self._first = self._start()

    def start_backend(self) -> BackendProcess:
        """Return a backend that is starting: the first one once, then fresh ones."""
        first, self._first = self._first, None
        return first or self._start()

    def release(self) -> None:
        """Let go of the folder; a backend that nobody took over is ended."""
        if self._first is not None:
            self._first.stop()
            self._first = None
        self._lock.release()

    def _start(self) -> BackendProcess:
        command = command_line(self.folder.backend, self._seed)
        return BackendProcess(command, self.folder.logs / "backend.log")
