"""Events as they came: in batches of one student and one request, compressed.

A batch is a JSON list of the events' own bytes, so that it can be read without this program.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, Row, select

from timeback_desktop.backend.events.models import event_batches, event_ids
from timeback_desktop.ids import uuid_bytes, uuid_text

EVENTS_A_BATCH = 1000
"""No batch holds more, so that a batch and a place make one number."""

_LEVEL = 1  # a third level is 8 % smaller and takes twice as long
_MOST_BYTES = 64 * 1024 * 1024
_RAW = msgspec.json.Decoder(list[msgspec.Raw])
_own = threading.local()  # neither kind of context may be shared by two threads


class Kept(msgspec.Struct, frozen=True):
    """One stored event: its bytes, and what is known of how it came.

    ``number`` rises in the order of arrival within a tenant; ``ahead_ms`` is by how much the
    sender's clock ran ahead, which is taken off wherever its instants are counted.
    """

    number: int
    id: str
    user_id: str
    received_ms: int
    sent_ms: int
    ahead_ms: int
    sensor: str
    client_id: str | None
    application_id: str | None
    measured: bool
    raw: bytes


def pack(raws: Sequence[bytes]) -> bytes:
    """Return the body of a batch."""
    packer: zstandard.ZstdCompressor | None = getattr(_own, "packer", None)
    if packer is None:
        packer = _own.packer = zstandard.ZstdCompressor(level=_LEVEL)
    return packer.compress(b"[" + b",".join(raws) + b"]")


def unpack(body: bytes) -> list[bytes]:
    """Return the events of a batch, each byte for byte."""
    opener: zstandard.ZstdDecompressor | None = getattr(_own, "opener", None)
    if opener is None:
        opener = _own.opener = zstandard.ZstdDecompressor()
    text = opener.decompress(body, max_output_size=_MOST_BYTES)
    return [bytes(raw) for raw in _RAW.decode(text)]


def kept_in(batch: Row[Any]) -> list[Kept]:
    """Return the events of one row of ``event_batches``."""
    return [_kept(batch, place, raw) for place, raw in enumerate(unpack(batch.body))]


def find(connection: Connection, tenant: str, event_id: str) -> Kept | None:
    """Return a tenant's event by the UUID in its id."""
    try:
        key = uuid_bytes(event_id)
    except ValueError:
        return None
    where = connection.execute(
        select(event_ids.c.batch_id, event_ids.c.place).where(
            event_ids.c.publisher_id == tenant, event_ids.c.id == key
        )
    ).one_or_none()
    if where is None:
        return None
    found = batches(connection, tenant, [where.batch_id])
    return kept_in(found[0])[where.place] if found else None


def batches(connection: Connection, tenant: str, batch_ids: Iterable[int]) -> list[Row[Any]]:
    """Return the rows of these batches, in the order in which they were stored."""
    chosen = event_batches.c.id.in_(list(batch_ids))
    return list(
        connection.execute(
            select(event_batches)
            .where(event_batches.c.publisher_id == tenant, chosen)
            .order_by(event_batches.c.id)
        )
    )


class _Id(msgspec.Struct):
    id: str


_ID = msgspec.json.Decoder(_Id)


def _kept(batch: Row[Any], place: int, raw: bytes) -> Kept:
    return Kept(
        number=batch.id * EVENTS_A_BATCH + place,
        id=uuid_text(_ID.decode(raw).id),
        user_id=batch.user_id,
        received_ms=batch.received_ms,
        sent_ms=batch.sent_ms,
        ahead_ms=batch.ahead_ms,
        sensor=batch.sensor,
        client_id=batch.client_id,
        application_id=batch.application_id,
        measured=batch.measured,
        raw=raw,
    )
