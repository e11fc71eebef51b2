"""What differs between the package and the tenant: the rows to write, and no others.

Rows are compared with what is there before the write lock is taken; a change that somebody
else makes meanwhile is overwritten, as it would be had it come a moment earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from timeback_desktop.backend.oneroster.files.columns import PROFILES, ROLES, USERS, File
from timeback_desktop.backend.oneroster.files.package import Mode
from timeback_desktop.backend.oneroster.files.references import References
from timeback_desktop.backend.oneroster.files.report import Counts, Report
from timeback_desktop.backend.oneroster.files.settling import People
from timeback_desktop.backend.oneroster.files.staging import ROWS_AT_ONCE, Spool, Spools, Staged
from timeback_desktop.backend.oneroster.files.staging import Row as Told
from timeback_desktop.backend.roster.models import user_credentials, user_profiles

Key = tuple[str, ...]
_OURS = "timeback"


@dataclass(slots=True)
class Plan:
    """What is to be written of one file.

    ``created`` and ``changed`` hold rows as columns and values, ``linked`` the new other
    ends of a row's links, ``gone`` the keys of rows to put away (or to take away, when they
    belong to another row), ``touched`` the rows whose parts changed.
    """

    file: File
    created: Spool
    changed: Spool
    linked: Spool
    gone: list[Key] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """Return how many rows there are to write."""
        return self.created.rows + self.changed.rows + self.linked.rows + len(self.gone)


@dataclass(frozen=True, slots=True)
class Planner:
    """Compares what was staged with what the tenant has."""

    connection: Connection
    tenant: str
    references: References
    people: People
    spools: Spools
    report: Report

    def plan(self, staged: Staged) -> Plan:
        """Return what is to be written of one file, and count it."""
        file, spools = staged.file, self.spools
        plan = Plan(file, spools.new(), spools.new(), spools.new())
        self.report.enter(file.csv)
        _Comparison(self, staged, plan).run()
        counts = self.report.of(file.name)
        plan.gone += self._left_out(staged, plan)
        counts.put_away += len(plan.gone)
        return plan

    def _left_out(self, staged: Staged, plan: Plan) -> list[Key]:
        if staged.mode is not Mode.BULK:
            return []
        if staged.file.owner is None:
            there = self.references.there(staged.file.name).items()
            active = (name for name, status in there if status == "active")
            return [(name,) for name in active if not staged.tells_of(name)]
        return list(self._parts_left_out(staged, plan))

    def _parts_left_out(self, staged: Staged, plan: Plan) -> Iterator[Key]:
        if staged.refused and not staged.file.named:
            much = f"{staged.file.csv} has refused rows, so nothing it leaves out was taken away."
            self.report.notice(much)
            return
        kept = set(_keys_of(staged))
        owners = {key[0] for key in kept}
        ours = self._profiles_of_ours() if staged.file is PROFILES else set()
        columns = [staged.file.table.c[name] for name in staged.file.key]
        asked = select(*columns).where(staged.file.table.c.publisher_id == self.tenant)
        for found in self.connection.execute(asked):
            key = tuple(found)
            spared = staged.file is ROLES and key[0] not in owners
            told = key in kept or key in ours or key[-1] in staged.refused
            if not told and not spared:
                plan.touched.add(key[0])
                yield key

    def _profiles_of_ours(self) -> set[Key]:
        """Return the profiles that a school's file cannot know: an app's, and its log-ins."""
        held, made = user_credentials.c, user_profiles.c
        with_secret = select(held.user_id, held.profile_id).where(held.publisher_id == self.tenant)
        of_apps = select(made.user_id, made.id).where(
            made.publisher_id == self.tenant, made.vendor_id == _OURS
        )
        both = (*self.connection.execute(with_secret), *self.connection.execute(of_apps))
        return {tuple(each) for each in both}

    def change_people(self, plan: Plan, staged: Staged | None) -> None:
        """Let users that ``users.csv`` does not tell of repeat their foremost role."""
        accepted = staged.accepted if staged else {}
        others = sorted(each for each in self.people.foremost if each not in accepted)
        users = USERS.table.c
        for start in range(0, len(others), ROWS_AT_ONCE):
            some = users.id.in_(others[start : start + ROWS_AT_ONCE])
            asked = select(users.id, users.role, users.org_id)
            for found in self.connection.execute(
                asked.where(users.publisher_id == self.tenant, some)
            ):
                _, _, role, org = self.people.foremost[found.id]
                if (role, org) != (found.role, found.org_id):
                    plan.changed.add([{"id": found.id, "role": role, "org_id": org}])


def _keys_of(staged: Staged) -> Iterator[Key]:
    places = [staged.kept.index(name) for name in staged.file.key]
    for batch in staged.batches():
        yield from (tuple(row.values[at] for at in places) for row in batch if not row.away)


class _Comparison:
    """The comparison of one file, a few hundred rows at a time."""

    def __init__(self, planner: Planner, staged: Staged, plan: Plan) -> None:
        self._planner, self._staged, self._plan = planner, staged, plan
        self._file = staged.file
        self._counts: Counts = planner.report.of(staged.file.name)
        self._blanks = staged.file.blanks()
        self._key_places = [staged.kept.index(name) for name in staged.file.key]
        self._has_rows = self._any_there()

    def _any_there(self) -> bool:
        table = self._file.table
        asked = select(table.c.publisher_id).where(table.c.publisher_id == self._planner.tenant)
        return self._planner.connection.execute(asked.limit(1)).first() is not None

    def run(self) -> None:
        """Compare all rows."""
        for batch in self._staged.batches():
            there = self._there(batch) if self._has_rows else {}
            links = self._links_of(batch) if there else []
            for row in batch:
                key = self._key(row)
                found = there.get(key)
                if row.away:
                    self._take_away(key, found)
                elif found is None:
                    self._create(row)
                else:
                    self._compare(row, found, links)
            self._planner.report.advance(len(batch))

    def _key(self, row: Told) -> Key:
        return tuple(row.values[at] for at in self._key_places)

    def _there(self, batch: Iterable[Told]) -> Mapping[Key, Row[Any]]:
        table, first = self._file.table, self._file.key[0]
        asked: Select[Any] = select(table).where(
            table.c.publisher_id == self._planner.tenant,
            table.c[first].in_(sorted({self._key(row)[0] for row in batch})),
        )
        found = self._planner.connection.execute(asked)
        return {tuple(getattr(each, name) for name in self._file.key): each for each in found}

    def _links_of(self, batch: Iterable[Told]) -> list[dict[str, set[str]]]:
        found: list[dict[str, set[str]]] = []
        names = [row.name for row in batch]
        for column in self._staged.links:
            link = column.link
            ends: dict[str, set[str]] = {}
            if link is not None:
                owner, target = link.table.c[link.owner], link.table.c[link.target]
                asked = select(owner, target).where(
                    link.table.c.publisher_id == self._planner.tenant, owner.in_(names)
                )
                for name, end in self._planner.connection.execute(asked):
                    ends.setdefault(name, set()).add(end)
            found.append(ends)
        return found

    def _take_away(self, key: Key, found: Row[Any] | None) -> None:
        if found is None or (self._file.owner is None and found.status != "active"):
            self._counts.unchanged += 1
        elif self._file is ROLES and key[0] not in self._planner.people.foremost:
            self._counts.unchanged += 1  # nobody is left without a role
        else:
            self._plan.gone.append(key)
            self._plan.touched.add(key[0])

    def _told(self, row: Told) -> dict[str, Any]:
        told = dict(zip(self._staged.kept, row.values, strict=True))
        if self._file is USERS:
            told.pop("org_id", None)
            if foremost := self._planner.people.foremost.get(row.name):
                _, _, told["role"], told["org_id"] = foremost
        return told

    def _create(self, row: Told) -> None:
        told = {**self._blanks, **self._told(row)}
        if row.own is not None:
            told["metadata"] = _merged(None, row.own)
        self._plan.created.add([told])
        self._link(row, [])
        self._counts.created += 1
        self._plan.touched.add(self._key(row)[0])

    def _compare(self, row: Told, found: Row[Any], links: list[dict[str, set[str]]]) -> None:
        told = self._told(row)
        if row.own is not None:
            told["metadata"] = _merged(found.metadata, row.own)
        if self._file.owner is None:
            told["status"] = "active"
        differs = any(getattr(found, name) != value for name, value in told.items())
        if self._link(row, links) or differs:
            self._plan.changed.add([told])
            self._plan.touched.add(self._key(row)[0])
            self._counts.changed += 1
        else:
            self._counts.unchanged += 1

    def _link(self, row: Told, there: list[dict[str, set[str]]]) -> bool:
        """Note the links of a row that differ from those that are there."""
        differs = False
        for place, wanted in enumerate(row.links):
            present = there[place].get(row.name, set()) if there else set()
            if set(wanted) != present:
                column = self._staged.links[place].name
                self._plan.linked.add([column, row.name, wanted, bool(present)])
                differs = True
        return differs


def _merged(there: object, own: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the words of our own with those of the file laid over them."""
    merged = {**there} if isinstance(there, dict) else {}
    for name, text in own.items():
        if text.strip():
            merged[name] = text
        else:
            merged.pop(name, None)
    return merged or None
