"""The events of a session, as they came.

Nothing keeps a list of them: those that name the session are found in the batches of the
student from its time, and those that asked to be attached by where they were settled.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, select

from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.archive import Kept
from timeback_desktop.backend.events.directory import session_id_of
from timeback_desktop.backend.events.facts import AUTO_ATTACH
from timeback_desktop.backend.events.listing import Sought, happened_ms
from timeback_desktop.backend.events.models import event_batches, loose_events
from timeback_desktop.backend.events.reading import iri_of
from timeback_desktop.backend.sessions.finding import Known
from timeback_desktop.backend.sessions.span import ATTACH_GRACE_MS
from timeback_desktop.backend.sessions.timeouts import LONGEST_MIN

_AT_ONCE = 200
_REACH_MS = LONGEST_MIN * 60_000 + ATTACH_GRACE_MS


class _Session(msgspec.Struct):
    session: object = None


_SESSION = msgspec.json.Decoder(_Session)


def events_of(connection: Connection, tenant: str, known: Known) -> list[Kept]:
    """Return the events of a session in the order in which they happened."""
    span, attached = known.span, _attached(connection, tenant, known)
    instants = [span.first_ms, span.last_ms, *attached.values()]
    sought = Sought(tenant, [known.user_id], from_ms=min(instants), to_ms=max(instants) + 1)
    found: list[Kept] = []
    batches = connection.execute(select(event_batches).where(sought.condition))
    for rows in batches.partitions(_AT_ONCE):
        for row in rows:
            found += [
                kept for kept in archive.kept_in(row) if _is_of(tenant, kept, known, attached)
            ]
    return sorted(found, key=lambda kept: (happened_ms(kept), kept.number))


def _is_of(tenant: str, kept: Kept, known: Known, attached: Mapping[str, int]) -> bool:
    """Tell whether an event belongs to a session."""
    iri = iri_of(_SESSION.decode(kept.raw).session)
    if iri is None:
        return False
    return (
        kept.id in attached if iri == AUTO_ATTACH else session_id_of(tenant, iri) == known.span.id
    )


def _attached(connection: Connection, tenant: str, known: Known) -> dict[str, int]:
    """Return the loose events that were settled in a session, and when they happened."""
    loose, span = loose_events.c, known.span
    wanted = [
        loose.publisher_id == tenant,
        loose.user_id == known.user_id,
        loose.event_ms.between(span.first_ms - _REACH_MS, span.ended_ms + _REACH_MS),
        loose.session_id == span.id,
    ]
    if span.application_id is not None:
        wanted.append(loose.application_id == span.application_id)
    rows = connection.execute(select(loose.id, loose.event_ms).where(*wanted))
    return {row.id: row.event_ms for row in rows}
