"""The file that tells a developer how to call this platform.

It names two clients: one reads and writes events of the demo school, the other looks after
the apps of a publisher, which is where a developer begins; and two people who sign in with a
password, an administrator and a guardian. Secrets and passwords are drawn at random on each
computer and stay the same for as long as this file and their owner both exist. The token
address is written anew at each start, because the port may change.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.demo.school import ADMINISTRATOR, GUARDIAN, TEACHER_PIN
from timeback_desktop.backend.demo.seed import (
    PUBLISHER_ID,
    STUDENT_ID,
    account,
    administrator_id,
    coach_id,
    demo_id,
    guardian_id,
)
from timeback_desktop.backend.endpoints import TOKEN_PATH
from timeback_desktop.backend.private_file import write_private
from timeback_desktop.backend.registry.clients import (
    NewClient,
    has_secret,
    known_client,
    register_client,
    renew_secret,
)
from timeback_desktop.backend.registry.models import api_clients
from timeback_desktop.backend.registry.service import PublisherKind, register_publisher
from timeback_desktop.backend.scopes import PUBLISHER, SANDBOX
from timeback_desktop.backend.signin.passwords import has_password, set_password
from timeback_desktop.backend.signin.people import Person, person

CLIENT_ID = demo_id("client", "api")
DEVELOPER_ID, DEVELOPER = demo_id("publisher", "apps"), "Demo Apps"
_SCHOOL_CLIENT = NewClient(
    client_id=CLIENT_ID, publisher_id=PUBLISHER_ID, name="Demo developer", scopes=SANDBOX
)
_APPS_CLIENT = NewClient(
    client_id=demo_id("client", "apps"),
    publisher_id=DEVELOPER_ID,
    name="Demo developer's apps",
    scopes=PUBLISHER,
)
_PEOPLE = {
    "administrator": (ADMINISTRATOR, administrator_id()),
    "guardian": (GUARDIAN, guardian_id()),
}


def write_credentials(connection: Connection, path: Path, issuer: str, now_ms: int) -> None:
    """Make sure that the demo clients exist and that ``path`` tells how to be them."""
    register_publisher(connection, DEVELOPER_ID, DEVELOPER, now_ms, PublisherKind.PUBLISHER)
    kept = _kept(path)
    apps = kept.get("publisher")
    told = {
        **_credentials(connection, _SCHOOL_CLIENT, kept, issuer, now_ms),
        "studentId": STUDENT_ID,
        "coachId": coach_id(),
        "coachPin": TEACHER_PIN,
        **_logins(connection, kept, now_ms),
        "publisher": {
            "publisherId": DEVELOPER_ID,
            "name": DEVELOPER,
            **_credentials(
                connection, _APPS_CLIENT, apps if isinstance(apps, dict) else {}, issuer, now_ms
            ),
        },
    }
    write_private(path, json.dumps(told, indent=2).encode() + b"\n")


def _logins(connection: Connection, kept: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """Return how people sign in who have a password, unless they were taken out of the school."""
    told = {}
    for who, (name, user_id) in _PEOPLE.items():
        somebody = person(connection, Holder(PUBLISHER_ID, user_id))
        if somebody is not None:
            password = _password(connection, somebody, kept.get(who), now_ms)
            told[who] = {"username": account(*name), "password": password}
    return told


def _password(connection: Connection, somebody: Person, kept: object, now_ms: int) -> str:
    """Return the password that was told before, or a new one when nobody knows it any more."""
    known = kept.get("password") if isinstance(kept, dict) else None
    if isinstance(known, str) and has_password(connection, somebody.holder):
        return known  # trying it out would cost every start a slow hash
    fresh = secrets.token_urlsafe(12)
    set_password(connection, somebody, fresh, now_ms)
    return fresh


def _kept(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _credentials(
    connection: Connection, client: NewClient, kept: dict[str, Any], issuer: str, now_ms: int
) -> dict[str, Any]:
    """Return how to be a client: with the secret that was told before, if it is still good."""
    secret = kept.get("clientSecret")
    known = known_client(connection, client.client_id)
    if not isinstance(secret, str) or not has_secret(known, secret, now_ms):
        secret = _fresh_secret(connection, client, now_ms)
    mine = api_clients.c.client_id == client.client_id  # one of an older version may hold less
    connection.execute(update(api_clients).where(mine).values(scopes=" ".join(client.scopes)))
    return {
        "clientId": client.client_id,
        "clientSecret": secret,
        "scopes": list(client.scopes),
        "tokenUrl": f"{issuer}{TOKEN_PATH}",
    }


def _fresh_secret(connection: Connection, client: NewClient, now_ms: int) -> str:
    there = select(api_clients.c.client_id).where(api_clients.c.client_id == client.client_id)
    if connection.scalar(there) is not None:
        return renew_secret(connection, client.client_id)
    return register_client(connection, client, now_ms)
