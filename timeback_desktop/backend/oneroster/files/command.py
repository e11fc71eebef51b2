"""Rosters in and out at the command line: the same imports and exports, without a server.

For whoever sets a school up, or moves one. It works on the database itself, so it may run
while the backend does; no job is kept of it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from timeback_desktop import ids
from timeback_desktop.backend.db.engine import open_engine, reading, writing
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.oneroster.files.exporting import write_package
from timeback_desktop.backend.oneroster.files.importing import Import, Options
from timeback_desktop.backend.oneroster.files.report import (
    Progress,
    Refused,
    Report,
)
from timeback_desktop.backend.oneroster.files.schemas import refused_csv
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.settings import Settings
from timeback_desktop.clock import now_ms
from timeback_desktop.errors import ContractFault, EnvironmentFault

_SHOWN = 20
_FAILED, _IN_THE_WAY = 1, 3


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; return 0 when it is done, 1 when the package was refused."""
    os.umask(0o077)  # rosters are for their owner only
    action = _import if arguments.action == "import" else _export
    try:
        with _school(arguments) as (engine, tenant):
            action(arguments, engine, tenant)
    except ContractFault as fault:
        return _told(fault, _FAILED)
    except EnvironmentFault as fault:
        return _told(fault, _IN_THE_WAY)
    except OSError as error:
        return _told(EnvironmentFault(f"{error.strerror}: {error.filename}.", ""), _IN_THE_WAY)
    return 0


def _told(fault: Exception, code: int) -> int:
    sys.stderr.write(f"{fault}\n")
    return code


@contextmanager
def _school(arguments: argparse.Namespace) -> Iterator[tuple[Engine, str]]:
    arguments.data.mkdir(parents=True, exist_ok=True)
    settings = Settings(arguments.data.absolute(), database=arguments.database)
    engine = open_engine(settings.database_url)
    try:
        migrate(engine)
        with writing(engine) as connection:
            tenant = _tenant(connection, arguments)
        yield engine, tenant
    finally:
        engine.dispose()


def _tenant(connection: Connection, arguments: argparse.Namespace) -> str:
    """Return the school that is meant; an import makes one that was named and is not there."""
    name: str | None = arguments.school
    schools = select(publishers.c.id).where(publishers.c.kind == "school")
    found = list(connection.scalars(schools.where(publishers.c.name == name) if name else schools))
    if len(found) > 1:
        raise EnvironmentFault("There are several schools here.", "Say which with --school NAME.")
    if found:
        return str(found[0])
    if arguments.action == "export" or not name:
        raise EnvironmentFault("There is no such school here.", "Name one with --school NAME.")
    made = ids.mint()
    register_publisher(connection, made, name, now_ms())
    return made


@dataclass(slots=True)
class _Screen:
    """What the terminal shows of an import, and the refused rows that it was told of."""

    refused: list[Refused] = field(default_factory=list)
    _last: int = -1

    def show(self, progress: Progress) -> None:
        """Write how far it is, once for each percent."""
        if progress.percent != self._last:
            self._last = progress.percent
            sys.stderr.write(f"\r{self._last:3d} % {progress.shown_state:8} {progress.file:24}")
            sys.stderr.flush()

    def finish(self, arguments: argparse.Namespace, report: Report) -> None:
        """Write what came of it."""
        sys.stderr.write("\n")
        for text in report.notices:
            sys.stderr.write(f"{text}\n")
        if arguments.report:
            with arguments.report.open("w", encoding="utf-8-sig", newline="") as sheet:
                sheet.writelines(refused_csv(self.refused))
        for each in () if arguments.report else self.refused[:_SHOWN]:
            place = f"{each.file}, line {each.line}, {each.column or 'row'}"
            sys.stderr.write(f"{place}: {each.message}\n")
        for name, counts in report.counts.items():
            told = ", ".join(f"{number} {word}" for word, number in counts.as_json().items())
            sys.stdout.write(f"{name}: {told}\n")


def _import(arguments: argparse.Namespace, engine: Engine, tenant: str) -> None:
    if not arguments.package.exists():
        raise EnvironmentFault(f"There is no {arguments.package}.", "Check the name.")
    screen = _Screen()
    report = Report(screen.refused.append, screen.show)
    options = Options(
        lenient=arguments.lenient, dry_run=arguments.dry_run, confirmed=arguments.confirm
    )
    try:
        with tempfile.TemporaryDirectory(dir=arguments.data) as folder:
            Import(
                engine=engine,
                tenant=tenant,
                content=arguments.package,
                folder=Path(folder),
                options=options,
                report=report,
                now=now_ms,
            ).run()
    finally:
        screen.finish(arguments, report)


def _export(arguments: argparse.Namespace, engine: Engine, tenant: str) -> None:
    with arguments.package.open("wb") as package, reading(engine) as connection:
        write_package(connection, tenant, package, lambda _file: True)
