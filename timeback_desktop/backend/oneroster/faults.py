"""How OneRoster tells an error: the ``imsx_StatusInfo`` of 1EdTech, and nothing beside it.

The official schema forbids any other member, so there is no ``message`` here; the published
clients read ``imsx_description`` instead.
"""

from __future__ import annotations

from enum import StrEnum

from timeback_desktop.errors import ContractFault

PREFIX = "/ims/oneroster/"


class CodeMinor(StrEnum):
    """The words of the standard for what went wrong."""

    INVALID_FILTER_FIELD = "invalid_filter_field"
    INVALID_SELECTION_FIELD = "invalid_selection_field"
    INVALID_DATA = "invaliddata"
    UNAUTHORISED = "unauthorisedrequest"
    FORBIDDEN = "forbidden"
    UNKNOWN_OBJECT = "unknownobject"
    SERVER_BUSY = "server_busy"
    INTERNAL = "internal_server_error"


_MINOR = {
    401: CodeMinor.UNAUTHORISED,
    403: CodeMinor.FORBIDDEN,
    404: CodeMinor.UNKNOWN_OBJECT,
    405: CodeMinor.FORBIDDEN,
    429: CodeMinor.SERVER_BUSY,
    503: CodeMinor.SERVER_BUSY,
}


class RosterFault(ContractFault):
    """A request that OneRoster refuses, with the words that the standard has for it."""

    def __init__(self, status: int, code_minor: str, message: str) -> None:
        super().__init__(message, status=status)
        self.code_minor = code_minor


def unknown_object(name: str, source_id: str) -> RosterFault:
    """Return the fault that there is no ``name`` with this sourcedId."""
    message = f"There is no {name} with the sourcedId {source_id!r}."
    return RosterFault(404, CodeMinor.UNKNOWN_OBJECT, message)


def invalid_data(message: str, status: int = 400) -> RosterFault:
    """Return the fault that something sent is not as the standard wants it."""
    return RosterFault(status, CodeMinor.INVALID_DATA, message)


def minor_of(status: int) -> CodeMinor:
    """Return the standard's word for an error that somebody else answered with ``status``."""
    return _MINOR.get(status, CodeMinor.INVALID_DATA if status < 500 else CodeMinor.INTERNAL)


def status_info(status: int, message: str, code_minor: str | None = None) -> dict[str, object]:
    """Return the body of an error answer."""
    field = {
        "imsx_codeMinorFieldName": "TargetEndSystem",
        "imsx_codeMinorFieldValue": code_minor or minor_of(status),
    }
    return {
        "imsx_codeMajor": "unsupported" if status in {405, 501} else "failure",
        "imsx_severity": "error",
        "imsx_description": message,
        "imsx_CodeMinor": {"imsx_codeMinorField": [field]},
    }
