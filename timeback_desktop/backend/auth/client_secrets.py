"""Exchanging the secret of a client, while its programs are running or because it leaked."""

from __future__ import annotations

from sqlalchemy import Connection, update

from timeback_desktop.backend.auth.models import access_tokens
from timeback_desktop.backend.registry.clients import known_client, renew_secret
from timeback_desktop.errors import ContractFault

OVERLAP_MS = 24 * 3600 * 1000


def rotate_secret(
    connection: Connection, client_id: str, now_ms: int, overlap_ms: int = OVERLAP_MS
) -> str:
    """Return a new secret, told this once; the old one stays good for the overlap.

    A second exchange ends the secret before the last. No overlap is for a secret that
    leaked: whoever has it has tokens too, so those end with it.
    """
    if known_client(connection, client_id) is None:
        raise ContractFault("There is no such client.", status=404)
    if overlap_ms > 0:
        return renew_secret(connection, client_id, old_good_until_ms=now_ms + overlap_ms)
    _end_tokens(connection, client_id, now_ms)
    return renew_secret(connection, client_id)


def _end_tokens(connection: Connection, client_id: str, now_ms: int) -> None:
    living = access_tokens.c.revoked_ms.is_(None)
    of_client = access_tokens.c.client_id == client_id
    connection.execute(update(access_tokens).where(of_client, living).values(revoked_ms=now_ms))
