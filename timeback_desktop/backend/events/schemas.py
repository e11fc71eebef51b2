"""What the event routes answer, as JSON-ready dicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from timeback_desktop.backend.events.service import Result, Status, Taken
from timeback_desktop.caliper.envelope import MAX_BYTES, EnvelopeFault
from timeback_desktop.caliper.vocabulary import DATA_VERSIONS

PROBLEM = "application/problem+json"
_TYPE = "urn:timeback:problem:"
_TITLES = {
    400: "The request is malformed.",
    401: "This needs a good token.",
    403: "This token may not send events.",
    409: "This contradicts what is stored.",
    413: "The envelope is too large.",
    415: "This form is not taken.",
    422: "This is not supported.",
    500: "Something went wrong.",
    503: "The platform cannot answer now.",
}


def answer(taken: Taken) -> dict[str, Any]:
    """Write what became of an envelope of which something was good.

    ``status``, ``message`` and ``errors`` are what older clients read; ``results`` tell of each
    item, in order.
    """
    refused = sum(each.status is Status.REFUSED for each in taken.results)
    stored = len(taken.results) - refused
    message = f"{stored} taken." if not refused else f"{stored} taken, {refused} refused."
    return {
        "jobId": _job_id(taken),
        "status": "partial" if refused else "success",
        "message": message,
        "errors": errors(taken.results),
        "results": taken.results,
    }


def _job_id(taken: Taken) -> str:
    """Name a job by what it stored: so that nothing else need be kept to tell of it."""
    counts = [sum(each.status is status for each in taken.results) for status in Status]
    first = taken.batches[0] if taken.batches else 0
    return "-".join(f"{number:x}" for number in (first, len(taken.batches), *counts))


def errors(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Write every fault of every refused item."""
    return [
        {"id": result.id, "pointer": fault.pointer, "message": fault.message}
        for result in results
        for fault in result.faults
    ]


def all_refused(results: Sequence[Result]) -> bool:
    """Tell whether no item of an envelope was good."""
    return all(result.status is Status.REFUSED for result in results)


def problem(status: int, kind: str, detail: str) -> dict[str, Any]:
    """Write a problem as RFC 7807 does, with the ``message`` of all our errors beside it."""
    return {
        "type": _TYPE + kind,
        "title": _TITLES.get(status, _TITLES[400]),
        "status": status,
        "detail": detail,
        "message": detail,
        "errors": [],
    }


def envelope_problem(fault: EnvelopeFault) -> dict[str, Any]:
    """Write what is wrong with an envelope as a whole."""
    found = problem(fault.status, "envelope", fault.message)
    told = {"pointer": fault.pointer or "", "message": fault.message}
    return {**found, **({"pointer": fault.pointer} if fault.pointer else {}), "errors": [told]}


def refused_problem(results: Sequence[Result]) -> dict[str, Any]:
    """Write that no item of an envelope was good."""
    found = problem(422, "items", f"{len(results)} refused, none stored.")
    title = "No event was accepted."
    return {**found, "title": title, "errors": errors(results), "results": results}


def configuration() -> dict[str, Any]:
    """Write what a sensor may send here, as Caliper's endpoint configuration."""
    return {
        "caliperSupportedVersions": sorted(DATA_VERSIONS),
        "caliperMaximumPayloadSize": MAX_BYTES // 1024,
        "caliperSupportedExtensions": {},
    }
