"""The tree of errors that people or peers are told about.

::

    TimeBackError
    ├── EnvironmentFault      the machine or the network: told to the person, with the way out
    │   ├── DatabaseTooNew    written by a newer version of the program
    │   ├── DatabaseUnusable  cannot be opened or repaired (folder read-only, disk full)
    │   ├── BackendUnavailable  the platform does not answer
    │   └── LaunchFailed      an app could not be entered; says whose side it is on
    └── ContractFault         a peer sent something wrong: told to the peer

Anything else that is raised is a bug and ends in a crash report.
"""

from __future__ import annotations

from enum import StrEnum


class TimeBackError(Exception):
    """Root of every error this program raises on purpose."""


class EnvironmentFault(TimeBackError):
    """Something outside the program is wrong; a person can do something about it.

    ``cause`` is one sentence about what happened, ``way_out`` one about what to do.
    """

    def __init__(self, cause: str, way_out: str) -> None:
        super().__init__(f"{cause} {way_out}")
        self.cause = cause
        self.way_out = way_out


class DatabaseTooNew(EnvironmentFault):
    """The database was written by a newer version of the program."""


class DatabaseUnusable(EnvironmentFault):
    """The database cannot be opened, and not repaired either."""


class BackendUnavailable(EnvironmentFault):
    """The platform does not answer, or not in time."""


class Side(StrEnum):
    """Whose side a failed launch is on."""

    APP = "app"
    PLATFORM = "platform"
    NETWORK = "network"


class LaunchFailed(EnvironmentFault):
    """An app could not be entered."""

    def __init__(self, cause: str, way_out: str, *, side: Side) -> None:
        super().__init__(cause, way_out)
        self.side = side


class ContractFault(TimeBackError):
    """A peer broke the contract; ``status`` is the HTTP status that says so."""

    def __init__(self, message: str, *, status: int = 400, pointer: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.pointer = pointer
