"""Makers of apps in a test: their accounts, publishers, clients and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update

from tests.helpers.backends import RUN_SECRET, TOOL, InProcess
from timeback_desktop import ids
from timeback_desktop.backend.auth.models import accounts
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.auth.service import TokenOwner, issue
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.roster.models import user_roles, users
from timeback_desktop.backend.scopes import ALL_SCOPES

DRAFTS = "/applications/1.0/drafts"
PRIYA = demo_id("user", "priya.raman")


@dataclass(frozen=True)
class Developer:
    """Somebody with an account, and the token of a sign-in."""

    account_id: str
    email: str
    token: str


def sign_up(site: InProcess, name: str) -> Developer:
    """Make an account and sign it in."""
    account_id, email = ids.mint(), f"{name}@makers.example"
    row = {"id": account_id, "email": email, "name": name.title(), "created_ms": site.clock()}
    with writing(site.platform.engine) as connection:
        connection.execute(insert(accounts).values(row))
        owner = TokenOwner(kind=PrincipalKind.ACCOUNT, account_id=account_id)
        issued = issue(connection, owner, (), site.clock(), 3600)
    return Developer(account_id, email, issued.token)


def administrator(site: InProcess) -> str:
    """Make a teacher of the demo school its administrator and return the token of a sign-in."""
    with writing(site.platform.engine) as connection:
        for table, column in ((users, users.c.id), (user_roles, user_roles.c.user_id)):
            mine = (table.c.publisher_id == PUBLISHER_ID, column == PRIYA)
            connection.execute(update(table).where(*mine).values(role="administrator"))
        owner = TokenOwner(kind=PrincipalKind.USER, publisher_id=PUBLISHER_ID, user_id=PRIYA)
        return issue(connection, owner, ALL_SCOPES, site.clock(), 3600).token


def lent(
    site: InProcess,
    *scopes: str,
    publisher_id: str | None = None,
    user_id: str | None = None,
    account_id: str | None = None,
) -> str:
    """Return the token that an app holds of somebody who signed in to it."""
    owner = TokenOwner(
        kind=PrincipalKind.ACCOUNT if account_id else PrincipalKind.USER,
        publisher_id=publisher_id,
        user_id=user_id,
        account_id=account_id,
        client_id=site.tool.client_id,
    )
    with writing(site.platform.engine) as connection:
        return issue(connection, owner, ("openid", *scopes), site.clock(), 3600).token


def publisher(site: InProcess, name: str, token: str = RUN_SECRET) -> str:
    """Make a publisher and return its id."""
    answer = site.post("/publishers/1.0", token, json={"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["publisherId"])


def app(name: str = "Forest", **changes: Any) -> dict[str, Any]:
    """Return what a developer tells about an app."""
    told = {"name": name, "description": "Sums among trees.", "launchUrl": f"{TOOL}/start"}
    return {**told, **changes}


def register(site: InProcess, token: str = RUN_SECRET, **told: Any) -> dict[str, Any]:
    """Register a draft and return the answer."""
    answer = site.post(DRAFTS, token, json=app(**told))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def asked_token(site: InProcess, client: dict[str, Any], door: str = "", **form: Any) -> Any:
    """Ask for a token with the credentials of an answer."""
    proof = (client["clientId"], client["clientSecret"])
    data = {"grant_type": "client_credentials", **form}
    return site.post(f"{door}/auth/1.0/token", data=data, auth=proof)


def token_of(site: InProcess, client: dict[str, Any], door: str = "", **form: Any) -> str:
    """Return a token for the credentials of an answer."""
    answer = asked_token(site, client, door, **form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
