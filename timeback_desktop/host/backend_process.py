"""The bundled backend as a child process: started, watched, restarted, ended with us.

The child's standard input is its lifeline: it carries the run secret (so that it stands in
no argument list and no environment) and its end tells the child that we are gone, even
if we were killed.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from timeback_desktop.errors import BackendUnavailable

log = logging.getLogger(__name__)

READY_S = 60.0
STOP_S = 10.0
LONGEST_PAUSE_S = 10.0
LONGEST_LOG_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, repr=False)
class Ready:
    """The backend answers at ``url``; ``run_secret`` opens what only the desktop may do."""

    url: str
    run_secret: str
    pid: int


def command_line(data: Path, seed: str | None, port: int = 0) -> list[str]:
    """Return the command that starts the backend, frozen or not."""
    program = [sys.executable] if _is_frozen() else [sys.executable, "-m", "timeback_desktop"]
    options = ["backend", "--data", str(data), "--supervised", "--port", str(port)]
    return [*program, *options, *(["--seed", seed] if seed else [])]


def _is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


class BackendProcess:
    """One run of the backend."""

    def __init__(self, command: Sequence[str], log_file: Path) -> None:
        self._secret = secrets.token_urlsafe(32)
        _keep_short(log_file)
        with log_file.open("ab") as errors:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def await_ready(self) -> Ready:
        """Hand over the secret, wait for the line that says where it listens."""
        self._write_secret()
        line = _read_line(self._pipe(self._child.stdout), READY_S)
        try:
            answer = json.loads(line)
            return Ready(str(answer["url"]), self._secret, int(answer["pid"]))
        except (ValueError, KeyError, TypeError) as error:
            self.stop()
            raise BackendUnavailable(
                f"TimeBack's own service did not start (exit code {self._child.poll()}).",
                "Try again; the log folder tells more.",
            ) from error

    def wait(self) -> int:
        """Wait until the child is gone; return its exit code."""
        code = self._child.wait()
        self._close_pipes()
        return code

    def stop(self) -> None:
        """Let go of the lifeline; insist if that is not enough."""
        self._hang_up()
        for insist in (None, self._child.terminate, self._child.kill):
            if insist is not None:
                insist()
            try:
                self._child.wait(STOP_S)
                break
            except subprocess.TimeoutExpired:
                continue
        self._close_pipes()

    def _hang_up(self) -> None:
        with contextlib.suppress(BrokenPipeError):  # it died with our last words unread
            self._pipe(self._child.stdin).close()

    def _close_pipes(self) -> None:
        self._hang_up()
        self._pipe(self._child.stdout).close()

    def _write_secret(self) -> None:
        lifeline = self._pipe(self._child.stdin)
        try:
            lifeline.write(json.dumps({"run_secret": self._secret}).encode() + b"\n")
            lifeline.flush()
        except OSError:
            log.info("the backend was gone before it could be greeted")

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise AssertionError("the child was started without pipes")
        return pipe


def _keep_short(log_file: Path) -> None:
    """Start a new log when the old one is long; one old one is kept."""
    if log_file.exists() and log_file.stat().st_size > LONGEST_LOG_BYTES:
        log_file.replace(log_file.with_name(f"{log_file.name}.1"))


def _read_line(pipe: IO[bytes], timeout_s: float) -> bytes:
    """Return the first line, or nothing if none came in time."""
    lines: list[bytes] = []
    reader = threading.Thread(target=lambda: lines.append(pipe.readline()), daemon=True)
    reader.start()
    reader.join(timeout_s)
    return lines[0] if lines else b""


class BackendSupervisor:
    """Keep a backend running until told to stop.

    ``on_ready`` and ``on_fault`` are called from the supervisor's thread: with the address
    after each start, with the fault when one did not come up or died.
    """

    def __init__(
        self,
        start: Callable[[], BackendProcess],
        on_ready: Callable[[Ready], None],
        on_fault: Callable[[BackendUnavailable], None],
    ) -> None:
        self._start = start
        self._on_ready = on_ready
        self._on_fault = on_fault
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: BackendProcess | None = None
        self._thread = threading.Thread(target=self._run, name="backend-supervisor", daemon=True)

    def start(self) -> None:
        """Start the backend, and again whenever it dies."""
        self._thread.start()

    def stop(self) -> None:
        """End the backend and do not start it again."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None:
            process.stop()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            started = self._run_once()
            failures = 0 if started else failures + 1
            self._stopping.wait(min(0.25 * 2**failures, LONGEST_PAUSE_S))

    def _run_once(self) -> bool:
        """Run the backend until it is gone; return whether it had come up."""
        try:
            with self._lock:
                if self._stopping.is_set():
                    return False
                process = self._process = self._start()
            self._on_ready(process.await_ready())
        except (BackendUnavailable, OSError) as error:
            self._complain(error)
            return False
        code = process.wait()
        if not self._stopping.is_set():
            log.info("the backend ended with code %s; starting it again", code)
            self._complain(
                BackendUnavailable("TimeBack's own service stopped.", "It is being restarted.")
            )
        return True

    def _complain(self, error: Exception) -> None:
        if self._stopping.is_set():
            return
        if not isinstance(error, BackendUnavailable):
            error = BackendUnavailable(
                f"TimeBack's own service could not be started ({error}).", "Try again."
            )
        self._on_fault(error)
