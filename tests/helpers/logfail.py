"""Any warning that is logged fails the test, unless the test or the list below expects it.

A test expects one either by ``expect_warning("part of the text")``, which also fails when the
warning doesn't come, or by ``caplog.at_level(logging.WARNING)`` around the act, after
qutebrowser's ``tests/helpers/logfail.py``. The level rule needs ``log_level = NOTSET``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

import pytest

# (logger, pattern, why nobody needs to act on it)
ALLOWED = (
    ("asyncio", r"^Executing .* took \d", "slow test machines; asyncio's debug mode times steps"),
)


class WarningRecorder(logging.Handler):
    """Keep what was logged at WARNING or above and nobody has announced."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.unexpected: list[str] = []
        self._wanted: list[str] = []
        self._met: set[str] = set()

    def expect(self, pattern: str) -> None:
        """Announce one warning; the pattern is searched in its text."""
        self._wanted.append(pattern)

    def emit(self, record: logging.LogRecord) -> None:
        """Judge one record."""
        text = record.getMessage()
        met = [pattern for pattern in self._wanted if re.search(pattern, text)]
        self._met.update(met)
        if not met and not _is_announced(record) and not _is_allowed(record.name, text):
            self.unexpected.append(f"{record.name}: {record.levelname}: {text}")

    @property
    def complaints(self) -> list[str]:
        """Return what is wrong: warnings nobody expected, and expected ones that stayed away."""
        missing = [
            f"never logged: {wanted!r}" for wanted in self._wanted if wanted not in self._met
        ]
        return self.unexpected + missing


def _is_announced(record: logging.LogRecord) -> bool:
    """Tell whether caplog was set to exactly this level, which announces it."""
    levels = (logging.getLogger().level, logging.getLogger(record.name).level)
    return record.levelno in levels


def _is_allowed(logger: str, text: str) -> bool:
    return any(name == logger and re.search(pattern, text) for name, pattern, _ in ALLOWED)


def _hear_every_logger() -> None:
    """Undo what a server set up in an earlier test: loggers that pass nothing on."""
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger) and not logger.propagate:
            logger.propagate = True
            logger.handlers.clear()


@pytest.fixture(autouse=True)
def warning_recorder() -> Iterator[WarningRecorder]:
    """Fail the test for every warning that nobody expects."""
    recorder = WarningRecorder()
    root = logging.getLogger()
    _hear_every_logger()
    root.addHandler(recorder)
    yield recorder
    root.removeHandler(recorder)
    if recorder.complaints:
        pytest.fail("logged warnings:\n" + "\n".join(recorder.complaints), pytrace=False)


@pytest.fixture
def expect_warning(warning_recorder: WarningRecorder) -> Callable[[str], None]:
    """Return the function that announces a warning."""
    return warning_recorder.expect
