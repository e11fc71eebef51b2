"""The programs of others that ``make bench`` runs beside ours, each in an environment of its own.

They live below ``build/bench-peers``, made from their locks when they are measured the first
time. Nothing of them is part of the program, and no test needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clients import Clients
from prepare import ROOT

FOLDER = ROOT / "build" / "bench-peers"


@dataclass(frozen=True, slots=True)
class Peer(Clients):
    """One program of others, and the oldest Python that it accepts."""

    @property
    def lock(self) -> Path:
        """Return the file with every version and hash."""
        return ROOT / "packaging" / f"lock-bench-{self.name}.txt"

    @property
    def folder(self) -> Path:
        """Return where the environment lives."""
        return FOLDER / self.name


# With peewee 4 it cannot read the times that it has written itself.
ACTIVITYWATCH = Peer("activitywatch", ("aw-server==0.12.0", "peewee<4"), (3, 11))
# It imports requests and does not say so.
RALPH = Peer("ralph", ("ralph-malph[backend-fs,lrs]==5.1.0", "requests"), (3, 11))
ALL = (ACTIVITYWATCH, RALPH)
