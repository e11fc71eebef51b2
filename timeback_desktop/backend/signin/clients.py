"""Which programs may ask people to sign in, and where the answer may go.

Redirect URIs are compared letter by letter. The one exception is the port of a loopback
literal (RFC 8252, 7.3), for the desktop and for apps that registered such an address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.addresses import checked_url
from timeback_desktop.backend.registry.models import ENDED, api_clients
from timeback_desktop.backend.registry.service import AppStatus, application_of_client
from timeback_desktop.backend.signin.models import sign_in_redirects
from timeback_desktop.errors import ContractFault

DESKTOP = "timeback-desktop"
_DESKTOP_REDIRECT = "http://127.0.0.1/callback"
_LOOPBACK = re.compile(r"http://127\.0\.0\.1(?::([0-9]{1,5}))?(/[!-~]*)?")
_MOST = 10


@dataclass(frozen=True, slots=True)
class SignInClient:
    """A program that people sign in for.

    The desktop is ours: it is asked for no consent and has no row among the API clients, so
    ``registered_id`` is ``None`` for it, and so is ``scopes``, which bounds it by nothing.
    ``public`` says that it can keep no secret, ``reviewed`` that a school let it in.
    """

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    registered_id: str | None = None
    application_id: str | None = None
    scopes: frozenset[str] | None = None
    public: bool = True
    reviewed: bool = True

    @property
    def ours(self) -> bool:
        """Tell whether this is the desktop itself."""
        return self.registered_id is None

    def may_redirect_to(self, uri: str) -> bool:
        """Tell whether an answer may be sent to ``uri``."""
        return any(_same(uri, registered) for registered in self.redirect_uris)


def _same(uri: str, registered: str) -> bool:
    if uri == registered:
        return True
    asked, kept = _LOOPBACK.fullmatch(uri), _LOOPBACK.fullmatch(registered)
    if asked is None or kept is None or asked.group(2) != kept.group(2):
        return False
    return 0 < int(asked.group(1) or 80) <= 65535 and "#" not in uri


def sign_in_client(connection: Connection, client_id: str) -> SignInClient | None:
    """Return the program of a client id, when people may sign in for it."""
    if client_id == DESKTOP:
        return SignInClient(DESKTOP, "TimeBack Desktop", (_DESKTOP_REDIRECT,))
    if not (client_id.isascii() and client_id.isprintable()):
        return None
    app = application_of_client(connection, client_id)
    if app is None or app.status in ENDED:
        return None
    held = connection.scalar(
        select(api_clients.c.scopes).where(
            api_clients.c.client_id == client_id,
            api_clients.c.environment == Environment.PRODUCTION,
            api_clients.c.revoked_ms.is_(None),
        )
    )
    if held is None:
        return None
    redirects = redirects_of(connection, app.id)
    return SignInClient(
        client_id,
        app.name,
        redirects.uris,
        client_id,
        app.id,
        frozenset(held.split()),
        redirects.public,
        app.status is AppStatus.ACTIVE,
    )


@dataclass(frozen=True, slots=True)
class Redirects:
    """Where an app wants people sent who signed in for it, and whether it can keep a secret."""

    uris: tuple[str, ...] = ()
    public: bool = False


def redirects_of(connection: Connection, application_id: str) -> Redirects:
    """Return what an app told of signing in; nothing when people may not sign in for it."""
    kept = connection.execute(
        select(sign_in_redirects.c.redirect_uris, sign_in_redirects.c.public).where(
            sign_in_redirects.c.application_id == application_id
        )
    ).one_or_none()
    return Redirects(tuple(kept.redirect_uris), kept.public) if kept else Redirects()


def set_redirects(
    connection: Connection,
    application_id: str,
    redirect_uris: Sequence[str],
    now_ms: int,
    *,
    public: bool = False,
) -> None:
    """Replace the places where an app wants people sent; none of them ends the matter."""
    if len(redirect_uris) > _MOST:
        message = f"An app has at most {_MOST} places to send people to."
        raise ContractFault(message, status=422, pointer="/redirectUris")
    checked = [checked_url(uri, "/redirectUris") for uri in redirect_uris]
    mine = sign_in_redirects.c.application_id == application_id
    connection.execute(delete(sign_in_redirects).where(mine))
    connection.execute(
        insert(sign_in_redirects).values(
            application_id=application_id,
            redirect_uris=checked,
            public=public,
            modified_ms=now_ms,
        )
    )
