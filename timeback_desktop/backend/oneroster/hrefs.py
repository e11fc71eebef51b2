"""Where a thing of OneRoster is found: absolute addresses under the names the caller uses.

A client that called ``/rostering/1.0`` gets addresses below ``/rostering/1.0``, and one in
the sandbox gets addresses in the sandbox, so that it can follow them as they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from fastapi import Request

from timeback_desktop.backend.environments import ALIASES, door_of
from timeback_desktop.backend.oneroster import grading, rostering
from timeback_desktop.backend.oneroster.entity import Entity, Service
from timeback_desktop.backend.runtime import current_platform

CANONICAL = {service: f"/ims/oneroster/{service}/v1p2" for service in Service}
_CALLED = {canonical: called for called, canonical in ALIASES.items()}
_HOMES: tuple[Entity, ...] = (
    rostering.ACADEMIC_SESSION,
    rostering.CLASS,
    rostering.COURSE,
    rostering.DEMOGRAPHICS,
    rostering.ENROLLMENT,
    rostering.ORG,
    rostering.USER,
    *grading.ENTITIES,
)
_HOME_OF = {entity.type: entity for entity in _HOMES}


@dataclass(frozen=True, slots=True)
class HrefBase:
    """What addresses begin with for one caller, and the day on which they are told.

    ``root`` ends before the path; ``aliased`` says that the caller uses the short names.
    """

    root: str
    aliased: bool
    today: date

    @classmethod
    def of(cls, request: Request) -> HrefBase:
        """Return the base of the addresses that answer this request."""
        platform, door = current_platform(request), door_of(request)
        root = platform.settings.issuer_url + door.environment.prefix
        today = datetime.fromtimestamp(platform.now() / 1000, UTC).date()
        return cls(root, door.called in ALIASES, today)

    def service(self, service: Service) -> str:
        """Return the address of one of the three services."""
        canonical = CANONICAL[service]
        return self.root + (_CALLED[canonical] if self.aliased else canonical)

    def home(self, kind: str) -> str:
        """Return the address of the collection that holds every ``kind`` of thing."""
        entity = _HOME_OF[kind]
        return f"{self.service(entity.service)}/{entity.path}"

    def reference(self, kind: str, source_id: str) -> dict[str, str]:
        """Return a reference to one thing, as it is on the wire."""
        href = f"{self.home(kind)}/{quote(source_id, safe=':@')}"
        return {"href": href, "sourcedId": source_id, "type": kind}
