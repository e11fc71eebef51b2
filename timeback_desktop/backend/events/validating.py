"""Judge an envelope without storing anything: for a sensor that is being built.

The very code that takes envelopes judges this one, in a transaction that is then undone: so
nobody is told that an event is good which is refused when it comes in earnest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Engine

from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.events import schemas
from timeback_desktop.backend.events.service import Result, Status, ingest
from timeback_desktop.caliper.envelope import Envelope, EnvelopeFault, open_envelope

Json = dict[str, Any]


class _UndoneError(Exception):
    """Ends a transaction of which nothing is to be kept, but what it found out."""

    def __init__(self, results: tuple[Result, ...]) -> None:
        super().__init__()
        self.results = results


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of an envelope: refused as a whole, or each of its items answered."""

    fault: EnvelopeFault | None = None
    results: tuple[Result, ...] = ()

    @property
    def is_good(self) -> bool:
        """Tell whether all of it would be taken."""
        refused = any(each.status is Status.REFUSED for each in self.results)
        return self.fault is None and not refused

    def as_wire(self) -> Json:
        """Write it in the form that the published client reads."""
        if self.fault is not None:
            told = schemas.envelope_problem(self.fault)
            return {"status": "error", "message": told["message"], "errors": told["errors"]}
        refused = sum(each.status is Status.REFUSED for each in self.results)
        good = len(self.results) - refused
        return {
            "status": "success" if self.is_good else "error",
            "message": f"{good} good, {refused} to be refused; nothing was stored.",
            "errors": schemas.errors(self.results),
            "results": [
                {"id": each.id, "status": "refused" if each.faults else "good"}
                for each in self.results
            ],
        }

    def as_problem(self) -> Json:
        """Write what is wrong with it as RFC 7807 does."""
        if self.fault is not None:
            return schemas.envelope_problem(self.fault)
        told = self.as_wire()
        return {**schemas.problem(422, "items", told["message"]), "errors": told["errors"]}


def validate(engine: Engine, sender: Principal, body: bytes, now_ms: int) -> Verdict:
    """Return what would become of an envelope if it were sent now."""
    try:
        envelope = open_envelope(body)
    except EnvelopeFault as fault:
        return Verdict(fault)
    try:
        _try(engine, sender, envelope, now_ms)
    except _UndoneError as undone:
        return Verdict(results=undone.results)


def _try(engine: Engine, sender: Principal, envelope: Envelope, now_ms: int) -> NoReturn:
    with writing(engine) as connection:
        raise _UndoneError(ingest(connection, sender, envelope, now_ms).results)
