"""Where the client writes its log: in the data folder, redacted, kept short."""

from __future__ import annotations

import faulthandler
import logging
import sys
from logging.handlers import RotatingFileHandler
from types import TracebackType

from timeback_desktop.paths import DataFolder
from timeback_desktop.privacy.redaction import RedactingFormatter

log = logging.getLogger(__name__)

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_CHATTY = ("httpx", "httpcore")


class ClientLog:
    """The client's log file, from opening to closing."""

    def __init__(self, folder: DataFolder) -> None:
        self._handler = RotatingFileHandler(
            folder.logs / "client.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
        self._handler.setFormatter(RedactingFormatter(_FORMAT))
        ours = logging.getLogger("timeback_desktop")
        ours.setLevel(logging.INFO)
        logging.getLogger().addHandler(self._handler)
        for chatty in _CHATTY:
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def close(self) -> None:
        """Write nothing more."""
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()


def catch_crashes(folder: DataFolder) -> None:
    """Write down what ends the program by surprise; for a process of our own only."""
    crashes = (folder.logs / "crash.log").open("a", encoding="utf-8")
    faulthandler.enable(crashes)
    sys.excepthook = _log_bug


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("a bug ended what was going on", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
