"""What the event routes answer, as JSON-ready dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from timeback_desktop.backend.events.service import Result, Status
from timeback_desktop.caliper.envelope import MAX_BYTES, EnvelopeFault
from timeback_desktop.caliper.vocabulary import DATA_VERSIONS

PROBLEM = "application/problem+json"
_TYPE = "urn:timeback:problem:"
_TITLES = {
    400: "The envelope is malformed.",
    413: "The envelope is too large.",
    422: "This version is not supported.",
}


def results_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Write the answer about each item, in order."""
    return [
        {
            "id": result.id,
            "status": str(result.status),
            "faults": [
                {"pointer": fault.pointer, "message": fault.message} for fault in result.faults
            ],
        }
        for result in results
    ]


def all_refused(results: Sequence[Result]) -> bool:
    """Tell whether no item of an envelope was good."""
    return all(result.status is Status.REFUSED for result in results)


def problem(status: int, kind: str, title: str, detail: str) -> dict[str, Any]:
    """Write a problem as RFC 7807 does, with the ``message`` of all our errors beside it."""
    return {
        "type": _TYPE + kind,
        "title": title,
        "status": status,
        "detail": detail,
        "message": detail,
    }


def envelope_problem(fault: EnvelopeFault) -> dict[str, Any]:
    """Write what is wrong with an envelope as a whole."""
    title = _TITLES.get(fault.status, _TITLES[400])
    found = problem(fault.status, "envelope", title, fault.message)
    return {**found, "pointer": fault.pointer} if fault.pointer else found


def refused_problem(results: Sequence[Result]) -> dict[str, Any]:
    """Write that no item of an envelope was good."""
    found = problem(422, "items", "No event was accepted.", f"{len(results)} refused, none stored.")
    return {**found, "results": results_json(results)}


def configuration() -> dict[str, Any]:
    """Write what a sensor may send here, as Caliper's endpoint configuration."""
    return {
        "caliperSupportedVersions": sorted(DATA_VERSIONS),
        "caliperMaximumPayloadSize": MAX_BYTES // 1024,
        "caliperSupportedExtensions": {},
    }
