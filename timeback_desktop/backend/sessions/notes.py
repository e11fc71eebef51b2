"""What apps note beside a session: replaced as a whole, or merged as RFC 7396 says.

It is theirs: nothing here reads it, so it is kept small and plain.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, select

from timeback_desktop.backend.db.bulk import put_rows
from timeback_desktop.backend.sessions.finding import Known
from timeback_desktop.backend.sessions.metadata_models import session_metadata
from timeback_desktop.errors import ContractFault

MOST_BYTES = 16 * 1024
MOST_DEPTH = 8
Json = dict[str, Any]
_COLUMNS = ("publisher_id", "user_id", "session_id", "body", "modified_ms")


def notes_on(connection: Connection, tenant: str, known: Known) -> Json:
    """Return what is noted beside a session; nothing is an empty object."""
    found = connection.scalar(select(session_metadata.c.body).where(_is(tenant, known)))
    return dict(found) if found else {}


def put_notes(connection: Connection, tenant: str, known: Known, body: Json, now_ms: int) -> Json:
    """Note this beside a session, and nothing else."""
    text = _plain(body)
    row = (tenant, known.user_id, known.span.id, text, now_ms)
    put_rows(connection, session_metadata, _COLUMNS, [row])
    return dict(msgspec.json.decode(text))


def merged(target: object, patch: object) -> Any:
    """Return ``target`` with ``patch`` merged into it: ``null`` takes a name away."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def check(value: object, depth: int = 0) -> None:
    """Refuse what is nested too deep, or a number that JSON does not know."""
    if depth > MOST_DEPTH:
        raise ContractFault(f"Metadata is nested {MOST_DEPTH} deep at most.", status=422)
    if isinstance(value, float) and not math.isfinite(value):
        raise ContractFault("Metadata holds a number that JSON does not know.", status=422)
    parts: list[object] = []
    if isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list):
        parts = value
    for part in parts:
        check(part, depth + 1)


def _plain(body: Json) -> str:
    check(body)
    try:
        text = msgspec.json.encode(body)
    except (UnicodeEncodeError, OverflowError) as error:
        raise ContractFault("Metadata holds what is no text.", status=422) from error
    if len(text) > MOST_BYTES:
        raise ContractFault(f"Metadata has {MOST_BYTES} bytes at most.", status=413)
    return text.decode()


def _is(tenant: str, known: Known) -> ColumnElement[bool]:
    return and_(
        session_metadata.c.publisher_id == tenant,
        session_metadata.c.user_id == known.user_id,
        session_metadata.c.session_id == known.span.id,
    )
