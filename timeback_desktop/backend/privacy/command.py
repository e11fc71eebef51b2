"""Expiry, the check of the audit trail and exports at the command line, without a server.

It works on the database itself, so it may run while the backend does. Exit codes: 0 good,
1 the trail was changed, 2 called wrongly, 3 something is in the way.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, select

from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.trail import PLATFORM, Head
from timeback_desktop.backend.db.engine import open_engine, reading
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.privacy.expiry import expire
from timeback_desktop.backend.privacy.export import Wanted
from timeback_desktop.backend.privacy.handing_out import hand_out
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.settings import Settings
from timeback_desktop.clock import now_ms
from timeback_desktop.errors import ContractFault, EnvironmentFault

_CHANGED, _CALLED_WRONGLY, _IN_THE_WAY = 1, 2, 3


def run(options: argparse.Namespace) -> int:
    """Do what was asked; return the exit code."""
    os.umask(0o077)  # what is written is for its owner only
    try:
        with _school(options) as (engine, tenant):
            return _ACTIONS[options.action](options, engine, tenant)
    except ContractFault as fault:
        return _told(fault, _CALLED_WRONGLY)
    except EnvironmentFault as fault:
        return _told(fault, _IN_THE_WAY)


def _told(fault: Exception, code: int) -> int:
    sys.stderr.write(f"{fault}\n")
    return code


@contextmanager
def _school(options: argparse.Namespace) -> Iterator[tuple[Engine, str]]:
    settings = Settings(options.data.absolute(), database=options.database)
    if not options.database and not (settings.data / "backend.db").exists():
        raise EnvironmentFault(f"There is no school in {options.data}.", "Name its data folder.")
    engine = open_engine(settings.database_url)
    try:
        migrate(engine)
        yield engine, _tenant(engine, options.school)
    finally:
        engine.dispose()


def _tenant(engine: Engine, name: str | None) -> str:
    schools = select(publishers.c.id).where(publishers.c.kind == "school")
    if name:
        schools = schools.where(publishers.c.name == name)
    with reading(engine) as connection:
        found = list(connection.scalars(schools))
    if len(found) != 1:
        there = "There are several schools here." if found else "There is no such school here."
        raise EnvironmentFault(there, "Say which with --school NAME.")
    return str(found[0])


def _expire(_options: argparse.Namespace, engine: Engine, tenant: str) -> int:
    counts = expire(engine, tenant, now_ms())
    for name, number in counts.items():
        sys.stdout.write(f"{name}: {number}\n")
    return 0


def _audit(options: argparse.Namespace, engine: Engine, tenant: str) -> int:
    kept = _head(options.through) if options.through else None
    with reading(engine) as connection:
        verdict = trail.verify(connection, tenant, kept)
    if verdict.is_intact:
        sys.stdout.write(f"{verdict.head.number}:{verdict.head.sha256}\n")
        return 0
    sys.stderr.write(f"The audit trail was changed at entry {verdict.fault}.\n")
    return _CHANGED


def _head(text: str) -> Head:
    if re.fullmatch(r"[0-9]{1,15}:[0-9a-f]{64}", text) is None:
        raise ContractFault("--through is the number of an entry, a colon and its hash.")
    number, _, digest = text.partition(":")
    return Head(int(number), digest)


def _export(options: argparse.Namespace, engine: Engine, tenant: str) -> int:
    now = now_ms()
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    wanted = Wanted(tenant, options.user, now, "", today)
    try:
        with options.package.open("xb") as package:
            _hand_out(engine, wanted, package, options.package)
    except OSError as error:
        raise EnvironmentFault(
            f"{error.strerror}: {error.filename}.", "Name a new file."
        ) from error
    return 0


def _hand_out(engine: Engine, wanted: Wanted, package: IO[bytes], path: Path) -> None:
    try:
        hand_out(engine, wanted, PLATFORM, package)
    except BaseException:
        path.unlink()
        raise


_ACTIONS = {"expire": _expire, "audit": _audit, "export": _export}
