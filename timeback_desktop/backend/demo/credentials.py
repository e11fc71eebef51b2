"""The file that tells a developer how to call the demo school's API.

The client and its secret stay the same for as long as the file and the client both exist;
the token address is written anew at each start, because the port may change.
"""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Connection, select

from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, coach_id, demo_id
from timeback_desktop.backend.endpoints import TOKEN_PATH
from timeback_desktop.backend.private_file import write_private
from timeback_desktop.backend.registry.clients import (
    NewClient,
    proven_client,
    register_client,
    renew_secret,
)
from timeback_desktop.backend.registry.models import api_clients
from timeback_desktop.backend.scopes import ALL_SCOPES

CLIENT_ID = demo_id("client", "api")


def write_credentials(connection: Connection, path: Path, issuer: str, now_ms: int) -> None:
    """Make sure that the demo client exists and that ``path`` tells how to be it."""
    kept = _kept_secret(path)
    if kept is None or proven_client(connection, CLIENT_ID, kept) is None:
        kept = _fresh_secret(connection, now_ms)
    told = {
        "clientId": CLIENT_ID,
        "clientSecret": kept,
        "scopes": list(ALL_SCOPES),
        "tokenUrl": f"{issuer}{TOKEN_PATH}",
        "studentId": STUDENT_ID,
        "coachId": coach_id(),
        "coachPin": TEACHER_PIN,
    }
    write_private(path, json.dumps(told, indent=2).encode() + b"\n")


def _kept_secret(path: Path) -> str | None:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    secret = told.get("clientSecret") if isinstance(told, dict) else None
    return secret if isinstance(secret, str) else None


def _fresh_secret(connection: Connection, now_ms: int) -> str:
    there = select(api_clients.c.client_id).where(api_clients.c.client_id == CLIENT_ID)
    if connection.scalar(there) is not None:
        return renew_secret(connection, CLIENT_ID)
    client = NewClient(
        client_id=CLIENT_ID, publisher_id=PUBLISHER_ID, name="Demo developer", scopes=ALL_SCOPES
    )
    return register_client(connection, client, now_ms)
