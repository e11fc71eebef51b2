"""The life of an app: draft, active, suspended, archived.

A draft has the whole sandbox and next to nothing of the schools. Those who run the platform
make it active, its own makers can only ask for that; the credential stays the same and its
scopes are widened. A suspended app can neither be launched nor call, in both environments;
when the platform suspended it, only the platform lets it back. Archived is for good: the
name stays taken, because what students did in the app is still told under it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection, update

from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.addresses import LOOPBACK
from timeback_desktop.backend.registry.clients import set_scopes, tier
from timeback_desktop.backend.registry.history import Author, Step, last, write
from timeback_desktop.backend.registry.models import api_clients, applications
from timeback_desktop.backend.registry.registration import text_of
from timeback_desktop.backend.registry.service import (
    Application,
    ApplicationRegistration,
    AppStatus,
    RegisteredApplication,
    change_application,
    grant,
    home_publisher,
    keys_of,
    known_application,
    register_application,
    set_keys,
    set_status,
)
from timeback_desktop.backend.sandbox.service import SandboxClient, admit
from timeback_desktop.errors import ContractFault

_STAMP = "modified_ms"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that an app lacks before it can become active."""

    pointer: str
    message: str


class NotYet(ContractFault):
    """An app cannot do the next step; ``next_action`` says what would help."""

    def __init__(
        self,
        message: str,
        next_action: str,
        *,
        missing: Sequence[Missing] = (),
        status: int = 409,
    ) -> None:
        super().__init__(message, status=status)
        self.next_action = next_action
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Draft:
    """A fresh registration, with both credentials."""

    app: Application
    registered: RegisteredApplication
    sandbox: SandboxClient


def register(
    connection: Connection, publisher_id: str, told: ApplicationRegistration, author: Author
) -> Draft:
    """Store a new app with its two clients, and open the sandbox of its publisher."""
    registered = register_application(connection, publisher_id, told, author.at_ms)
    app = known_application(connection, registered.id)
    sandbox = admit(connection, app, author.at_ms)
    set_keys(connection, app.id, told.jwks)
    write(connection, app, author.did(Step.REGISTERED))
    return Draft(app, registered, sandbox)


def change(
    connection: Connection,
    app: Application,
    told: ApplicationRegistration,
    author: Author,
    *,
    loopback: bool,
) -> Application:
    """Replace what an app tells about itself; one that is active stays fit to be."""
    _refuse(app, AppStatus.ARCHIVED)
    same_keys = told.jwks == keys_of(connection, app.client_id)
    changed = change_application(connection, app.id, told, author.at_ms)
    if app.status is not AppStatus.DRAFT:
        _check_complete(changed, loopback=loopback)
    different = [*_differences(app, changed), *([] if same_keys else ["jwks"])]
    write(connection, app, author.did(Step.CHANGED, ", ".join(different) or None))
    return changed


def _differences(before: Application, after: Application) -> Iterator[str]:
    """Name what was changed, so that nobody moves an app to another address unseen."""
    old, new = asdict(before), asdict(after)
    return (name for name in old if old[name] != new[name] and name != _STAMP)


def promote(connection: Connection, app: Application, author: Author, *, loopback: bool) -> bool:
    """Make a draft active, or ask for it; tell whether it is done."""
    _only_from(app, AppStatus.DRAFT)
    _check_complete(app, loopback=loopback)
    if not author.by_platform:
        _ask(connection, app, author)
        return False
    home = home_publisher(connection)
    if home is None:
        raise NotYet("There is no school here yet.", "Seed or import a school first.")
    set_status(connection, app.id, AppStatus.ACTIVE, None)
    scopes = tier(AppStatus.ACTIVE, Environment.PRODUCTION)
    set_scopes(connection, app.id, Environment.PRODUCTION, scopes)
    _work_on(connection, app, home)
    grant(connection, home, app.id, author.at_ms)
    _touch(connection, app, author, promotion_asked_ms=None)
    write(connection, app, author.did(Step.PROMOTED))
    return True


def _ask(connection: Connection, app: Application, author: Author) -> None:
    if app.promotion_asked_ms is None:
        _touch(connection, app, author, promotion_asked_ms=author.at_ms)
        write(connection, app, author.did(Step.PROMOTION_ASKED))


def _work_on(connection: Connection, app: Application, school_id: str) -> None:
    """Let the production client of an app work on the data of a school."""
    production = api_clients.c.environment == Environment.PRODUCTION
    mine = (api_clients.c.application_id == app.id, production)
    connection.execute(update(api_clients).where(*mine).values(publisher_id=school_id))


def suspend(connection: Connection, app: Application, author: Author, reason: str) -> None:
    """Stop an app from being launched and from calling; say why."""
    _only_from(app, AppStatus.ACTIVE)
    plain = text_of(reason, 256, "/reason")
    set_status(connection, app.id, AppStatus.SUSPENDED, plain)
    _touch(connection, app, author)
    write(connection, app, author.did(Step.SUSPENDED, plain))


def resume(connection: Connection, app: Application, author: Author) -> None:
    """Let a suspended app go on; what the platform suspended, only the platform lets back."""
    _only_from(app, AppStatus.SUSPENDED)
    suspended = last(connection, app, Step.SUSPENDED)
    if not author.by_platform and (suspended is None or suspended.by_platform):
        raise ContractFault("The platform suspended this app; ask its administrator.", status=403)
    set_status(connection, app.id, AppStatus.ACTIVE, None)
    _touch(connection, app, author)
    write(connection, app, author.did(Step.RESUMED))


def archive(connection: Connection, app: Application, author: Author) -> None:
    """Put an app away for good."""
    _refuse(app, AppStatus.ARCHIVED)
    set_status(connection, app.id, AppStatus.ARCHIVED, "This app was put away.")
    _touch(connection, app, author, promotion_asked_ms=None)
    write(connection, app, author.did(Step.ARCHIVED))


def _touch(connection: Connection, app: Application, author: Author, **changes: object) -> None:
    modified_ms = max(author.at_ms, app.modified_ms + 1)
    mine = applications.c.id == app.id
    connection.execute(update(applications).where(mine).values(modified_ms=modified_ms, **changes))


def _only_from(app: Application, status: AppStatus) -> None:
    if app.status is not status:
        message = f"This app is {app.status.value}; only one that is {status.value} can do this."
        raise ContractFault(message, status=409)


def _refuse(app: Application, status: AppStatus) -> None:
    if app.status is status:
        raise ContractFault(f"This app is {status.value}.", status=409)


def _check_complete(app: Application, *, loopback: bool) -> None:
    """Refuse an app that students could not open; on a laptop its addresses may be local."""
    told = [("/launchUrl", app.launch_url), ("/loginUrl", app.login_url)]
    told += [(f"/redirectUris/{place}", uri) for place, uri in enumerate(app.redirect_uris)]
    missing = [
        Missing(pointer, f"{url} is only reached on the developer's own machine; use https.")
        for pointer, url in told
        if not loopback and (urlsplit(url).hostname or "") in LOOPBACK
    ]
    if missing:
        message = "Something is missing before students can open this app."
        raise NotYet(message, "Change what is named, then ask again.", missing=missing)
