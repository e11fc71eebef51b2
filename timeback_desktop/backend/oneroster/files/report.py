"""What is told about an import: faults of a package, refused rows, notices, counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from timeback_desktop.errors import ContractFault


class PackageFault(ContractFault):
    """The package cannot be taken in at all; nothing of it is written."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=422)


class Cancelled(Exception):
    """Somebody stopped the import."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken, and why; ``line`` is where it begins in its file."""

    file: str
    line: int
    sourced_id: str
    column: str
    message: str


@dataclass(slots=True)
class Counts:
    """What became of the rows of one file."""

    created: int = 0
    changed: int = 0
    put_away: int = 0
    unchanged: int = 0
    refused: int = 0

    def as_json(self) -> dict[str, int]:
        """Return the counts as they are told."""
        return {
            "created": self.created,
            "changed": self.changed,
            "putAway": self.put_away,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }


_SHARES = {"checking": (5, 55), "planning": (60, 15), "writing": (75, 25)}


@dataclass(slots=True)
class Progress:
    """How far an import is: in which part of the work, and how far in that one."""

    state: str = "waiting"
    file: str = ""
    rows_read: int = 0
    rows_total: int = 0
    _done: int = 0
    _whole: int = 0

    def begin(self, state: str, whole: int) -> None:
        """Begin a part of the work that goes through ``whole`` rows."""
        self.state, self._done, self._whole = state, 0, whole

    def advance(self, rows: int) -> None:
        """Count rows; those that are read are told."""
        self._done += rows
        if self.state == "checking":
            self.rows_read += rows

    @property
    def shown_state(self) -> str:
        """Return the state as it is told: comparing is part of checking."""
        return "checking" if self.state == "planning" else self.state

    @property
    def percent(self) -> int:
        """Return how much of all the work is done; it never goes back."""
        begins, width = _SHARES.get(self.state, (0, 0))
        return begins + int(width * min(1.0, self._done / max(self._whole, 1)))

    def as_json(self) -> dict[str, object]:
        """Return the progress as it is told."""
        return {
            "file": self.file,
            "rowsRead": self.rows_read,
            "rowsTotal": self.rows_total,
            "percent": self.percent,
        }


@dataclass(slots=True)
class Report:
    """All that one import has to tell; ``refuse_row`` is handed every fault of a row.

    ``checkpoint`` is called every few hundred rows: it may raise :class:`Cancelled`.
    """

    refuse_row: Callable[[Refused], None]
    checkpoint: Callable[[Progress], None] = lambda _progress: None
    progress: Progress = field(default_factory=Progress)
    counts: dict[str, Counts] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def of(self, file: str) -> Counts:
        """Return the counts of one file."""
        return self.counts.setdefault(file, Counts())

    def refuse(self, file: str, faults: Sequence[Refused]) -> None:
        """Note a refused row of a file with all that is wrong with it."""
        self.of(file).refused += 1
        for each in faults:
            self.refuse_row(each)

    @property
    def refused(self) -> int:
        """Return how many rows were refused."""
        return sum(each.refused for each in self.counts.values())

    def notice(self, text: str) -> None:
        """Note something that is odd but does no harm; each is told once."""
        if text not in self.notices and len(self.notices) < 100:
            self.notices.append(text)

    def begin(self, state: str, whole: int = 0) -> None:
        """Begin a part of the work that goes through ``whole`` rows."""
        self.progress.begin(state, whole)
        self.checkpoint(self.progress)

    def enter(self, file: str) -> None:
        """Begin with a file."""
        self.progress.file = file
        self.checkpoint(self.progress)

    def advance(self, rows: int) -> None:
        """Tell that more rows were worked on in this part of the work."""
        self.progress.advance(rows)
        self.checkpoint(self.progress)
