"""One import from the first byte to the commit: all of its parts, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine

from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.oneroster.entity import Service
from timeback_desktop.backend.oneroster.files.checking import RowCheck, check_file
from timeback_desktop.backend.oneroster.files.columns import BY_NAME, File
from timeback_desktop.backend.oneroster.files.legacy import ORGS, ROLE, roles_of_users
from timeback_desktop.backend.oneroster.files.package import Mode, Package, opened, read_package
from timeback_desktop.backend.oneroster.files.planning import Plan, Planner
from timeback_desktop.backend.oneroster.files.references import References
from timeback_desktop.backend.oneroster.files.report import PackageFault, Report
from timeback_desktop.backend.oneroster.files.settling import (
    People,
    settle_parents,
    settle_people,
)
from timeback_desktop.backend.oneroster.files.staging import Spools
from timeback_desktop.backend.oneroster.files.table import (
    Line,
    header_of,
    limited,
    unknown_columns,
)
from timeback_desktop.backend.oneroster.files.writing import Writer

MOST_PUT_AWAY = 0.2
_OWN_COLUMNS_OF_1_1 = {ROLE, ORGS}
_PEOPLE = {"users", "roles"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an import is to be done.

    ``services`` are those that the caller may write to, ``spared`` is a user who is never
    put away: whoever sends a file that lacks their own name would lock themselves out.
    """

    lenient: bool = False
    dry_run: bool = False
    confirmed: bool = False
    services: frozenset[Service] = frozenset(Service)
    spared: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import into one tenant; ``folder`` is where temporary files may lie."""

    engine: Engine
    tenant: str
    content: Path | IO[bytes]
    folder: Path
    options: Options
    report: Report
    now: Callable[[], int]

    def run(self, finish: Callable[[Connection], None] = lambda _connection: None) -> None:
        """Do it, or raise :class:`PackageFault` with the roster as it was.

        ``finish`` is called with the connection that wrote, before it commits.
        """
        self.report.begin("reading")
        with opened(self.content) as source, Spools(self.folder) as spools:
            package = read_package(source)
            self._look_through(package)
            plans = self._prepare(package, spools)
            if not self.options.dry_run:
                self._write(plans, finish)

    def _look_through(self, package: Package) -> None:
        for name in package.unknown:
            self.report.notice(f"{name} is no file of OneRoster and was not read.")
        for file in package.files:
            if file.service not in self.options.services:
                raise PackageFault(
                    f"Your token does not let you write {file.csv} (the {file.service} service)."
                )
        total = sum(
            max(0, package.count_lines(_stands_in(package, file)) - 1) for file in package.files
        )
        self.report.progress.rows_total = total

    def _prepare(self, package: Package, spools: Spools) -> list[Plan]:
        """Check everything and return what is to be written."""
        self.report.begin("checking", self.report.progress.rows_total)
        with reading(self.engine) as connection:
            references = References(connection, self.tenant, package)
            people = _Checks(self.report, package, references, spools).run()
            self._refuse_if_told(references)
            return self._plan(connection, references, people, spools)

    def _refuse_if_told(self, references: References) -> None:
        if self.report.refused and not self.options.lenient:
            raise PackageFault(
                f"{self.report.refused} rows were refused, so nothing was written. "
                "Mend them, or send the package with mode=lenient to leave them out."
            )
        users = references.staged.get("users")
        if users is not None and users.mode is Mode.BULK:
            if self.options.spared:
                users.spared.add(self.options.spared)
            active = [n for n, status in references.there("users").items() if status == "active"]
            missing = sum(not users.tells_of(name) for name in active)
            if missing > MOST_PUT_AWAY * len(active) and not self.options.confirmed:
                raise PackageFault(
                    f"users.csv leaves out {missing} of {len(active)} active users, who would all "
                    "be put away. If that is meant, send it with confirm=true; if not, "
                    "perhaps the file is not whole, or it should be a delta."
                )

    def _plan(
        self, connection: Connection, references: References, people: People, spools: Spools
    ) -> list[Plan]:
        staged = references.staged
        rows = sum(len(each.accepted) + len(each.away) for each in staged.values())
        self.report.begin("planning", rows)
        planner = Planner(connection, self.tenant, references, people, spools, self.report)
        plans = [planner.plan(each) for each in staged.values()]
        if people.foremost:
            others = Plan(BY_NAME["users"], spools.new(), spools.new(), spools.new())
            planner.change_people(others, staged.get("users"))
            plans.append(others)
        return plans

    def _write(self, plans: list[Plan], finish: Callable[[Connection], None]) -> None:
        with writing(self.engine) as connection:
            self.report.begin("writing", sum(each.rows for each in plans))
            own = [each for each in plans if each.file.owner is None]
            written = {each.file.name: each.touched for each in reversed(own)}
            Writer(connection, self.tenant, self.now(), self.report, written).write(plans)
            finish(connection)


def _stands_in(package: Package, file: File) -> str:
    """Return the CSV file that the rows of ``file`` stand in."""
    return "users" if package.version == "1.1" and file.name == "roles" else file.name


@dataclass(frozen=True, slots=True)
class _Checks:
    """The checks of all files of one package, in the order in which they build on each other."""

    report: Report
    package: Package
    references: References
    spools: Spools

    def run(self) -> People:
        """Check all files; return the roles that people have afterwards."""
        people, settled = People(), False
        for file in self.package.files:
            if file.name not in _PEOPLE and not settled and self._has_people():
                people, settled = settle_people(self.references, self.report), True
            self._check(file)
        return people if settled else settle_people(self.references, self.report)

    def _has_people(self) -> bool:
        return not _PEOPLE.isdisjoint(self.references.staged)

    def _check(self, file: File) -> None:
        stands_in = _stands_in(self.package, file)
        self.report.enter(f"{stands_in}.csv")
        mode = self.package.mode(file.name)
        with self._lines(file) as lines:
            header = header_of(lines, file)
            self._notice(file, header)
            check = RowCheck(file, header, mode, self.references, f"{stands_in}.csv")
            staged = check_file(check, limited(lines, file), self.spools.new(), self.report)
        self.references.staged[file.name] = staged
        settle_parents(staged, self.references, self.report)

    @contextmanager
    def _lines(self, file: File) -> Iterator[Iterator[Line]]:
        stands_in = _stands_in(self.package, file)
        with self.package.lines(stands_in) as lines:
            yield lines if stands_in == file.name else roles_of_users(lines)

    def _notice(self, file: File, header: list[str]) -> None:
        known = _OWN_COLUMNS_OF_1_1 if self.package.version == "1.1" else set()
        for name in unknown_columns(header, file):
            if name not in known:
                self.report.notice(f"{file.csv} has a column {name!r}, which was not read.")
        if "password" in header:
            self.report.notice(f"{file.csv} has a column for passwords: it is never read.")
