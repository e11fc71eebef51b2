"""Child processes of a test: started, awaited and ended one by one, each by its own id."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Any, Self

READY_WITHIN_S = 30.0


class ChildError(AssertionError):
    """A child did not do what the test waits for; carries what it said on stderr."""


class Child:
    """A process whose lines can be awaited, and which never outlives its ``with`` block."""

    def __init__(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **(env or {})},
        )
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    @classmethod
    def timeback(cls, *arguments: str, env: Mapping[str, str] | None = None) -> Self:
        """Start the program of this checkout."""
        return cls(sys.executable, "-m", "timeback_desktop", *arguments, env=env)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            _close(stream)

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._process.poll() is None

    def tell(self, line: str) -> None:
        """Write one line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def hang_up(self) -> None:
        """Close its standard input, as the death of a parent does."""
        _close(self._process.stdin)

    def await_line(self, within_s: float = READY_WITHIN_S) -> str:
        """Return its next line of output."""
        try:
            line = self._lines.get(timeout=within_s)
        except queue.Empty:
            raise ChildError(f"no line within {within_s} s; {self.complaint()}") from None
        if line is None:
            raise ChildError(f"ended without a line; {self.complaint()}")
        return line.decode().rstrip("\r\n")

    def await_json(self, within_s: float = READY_WITHIN_S) -> Any:
        """Return its next line of output, read as JSON."""
        return json.loads(self.await_line(within_s))

    def await_end(self, within_s: float = READY_WITHIN_S) -> int:
        """Wait until it has ended and return its exit code."""
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise ChildError(f"still running after {within_s} s; {self.complaint()}") from None

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once, as a power cut does, and wait until it is gone."""
        if self.is_running:
            self._process.kill()
        self._process.wait()

    def errors(self) -> str:
        """Return what it has written to standard error so far."""
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def complaint(self) -> str:
        """Return the end of its standard error, for the message of a failed test."""
        return "it said:\n" + self.errors()[-2000:]

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            self._lines.put(line)
        self._lines.put(None)


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        try:
            stream.close()
        except BrokenPipeError:
            return  # it died with our last words unread
