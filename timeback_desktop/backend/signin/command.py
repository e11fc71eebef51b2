"""``account create``: the first administrator of a fresh server, made at its own keyboard.

Whoever can write into the data folder may do this; nobody else has to be asked. The one
thing printed is a link that is good once: the password is set in a browser, and seen by
nobody but its owner.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sqlalchemy import Connection

from timeback_desktop import ids
from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.registry.service import home_publisher, register_publisher
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.accounts import MemberRole, account_for, checked_email, join
from timeback_desktop.backend.signin.invitations import LIFETIME_S, invite
from timeback_desktop.backend.signin.password_routes import INVITATION_PATH
from timeback_desktop.clock import now_ms
from timeback_desktop.errors import ContractFault

_EXIT_CALLED_WRONGLY = 2


def create(options: argparse.Namespace) -> int:
    """Make an account, or invite the owner of one anew; print the link for the password."""
    try:
        email = checked_email(options.email)
    except ContractFault as fault:
        sys.stderr.write(f"{fault}\n")
        return _EXIT_CALLED_WRONGLY
    code = _code_for(email, options)
    address = f"{options.issuer.rstrip('/') if options.issuer else ''}{INVITATION_PATH}?code={code}"
    days = LIFETIME_S // (24 * 3600)
    sys.stdout.write(f"{address}\n")
    sys.stderr.write(f"Open this at the server within {days} days to choose the password.\n")
    return 0


def _code_for(email: str, options: argparse.Namespace) -> str:
    """Return the code of an invitation, from the database that a server may be using now."""
    before = os.umask(0o077)  # everything in the data folder is for its owner only
    data: Path = options.data.absolute()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(Settings(data, database=options.database).database_url)
    try:
        migrate(engine)
        with writing(engine) as connection:
            return _invited(connection, email, options)
    finally:
        engine.dispose()
        os.umask(before)


def _invited(connection: Connection, email: str, options: argparse.Namespace) -> str:
    now = now_ms()
    holder = account_for(connection, email, options.name or email.partition("@")[0], now)
    if options.admin:
        _make_owner(connection, holder, options.school, now)
    return invite(connection, holder, now)


def _make_owner(connection: Connection, holder: Holder, school: str, now: int) -> None:
    """Make an account the owner of the home school, which is founded if there is none."""
    publisher_id = home_publisher(connection)
    if publisher_id is None:
        publisher_id = ids.mint()
        register_publisher(connection, publisher_id, school, now)
    join(connection, holder.account_id or "", publisher_id, MemberRole.OWNER, now)
