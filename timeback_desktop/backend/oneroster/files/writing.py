"""Writing the plans of an import: plain statements over many rows, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, Connection, Date, Table, and_, bindparam, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from timeback_desktop import ids
from timeback_desktop.backend.auth.families import end_all_who_left
from timeback_desktop.backend.oneroster.entity import Link
from timeback_desktop.backend.oneroster.files.columns import BY_NAME, File
from timeback_desktop.backend.oneroster.files.planning import Plan
from timeback_desktop.backend.oneroster.files.report import Report
from timeback_desktop.backend.oneroster.files.staging import ROWS_AT_ONCE, Spool

_OWNERS = {"user_id": "users", "class_id": "classes", "course_id": "courses"}
_OLD, _NEW = "old_", "new_"
_MANY = 500
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes plans into one tenant, all of them marked with one instant.

    ``written`` are the rows that the plans write anyway, by file: their parts need not mark them.
    """

    connection: Connection
    tenant: str
    now_ms: int
    report: Report
    written: Mapping[str, AbstractSet[str]]

    def write(self, plans: Sequence[Plan]) -> None:
        """Write all plans: first every new row, then what may point to one."""
        for plan in plans:
            self._create(plan)
        for plan in plans:
            self._change(plan)
            self._relink(plan)
            self._put_away(plan)
            self._touch(plan)
        end_all_who_left(self.connection, self.tenant, self.now_ms)

    def _create(self, plan: Plan) -> None:
        self.report.enter(plan.file.csv)
        parent = plan.file.own_parent
        for rows in _rows(plan.created, plan.file.table):
            placed = [{**each, parent: None} for each in rows] if parent else rows
            whole = self._whole(plan, placed)
            self.connection.execute(self._upsert(plan.file, whole[0]), _filled(whole, _NEW))
            self.report.advance(len(rows))
        if parent:
            self._place(plan, parent)
        self._learn(plan)

    def _learn(self, plan: Plan) -> None:
        """Let PostgreSQL see how many rows there are now.

        It looks up by whichever index as long as it thinks that a table is empty, and every
        row to come would pay for that when its foreign keys are checked.
        """
        if self.connection.dialect.name == "postgresql" and plan.created.rows >= _MANY:
            self.connection.exec_driver_sql(f"ANALYZE {plan.file.table.name}")

    def _place(self, plan: Plan, parent: str) -> None:
        """Give new rows their parents, once all of them are there."""
        for rows in _rows(plan.created, plan.file.table):
            told = [{"id": each["id"], parent: each[parent]} for each in rows if each.get(parent)]
            if told:
                self._update(plan.file, told)

    def _whole(self, plan: Plan, rows: Sequence[Values]) -> list[Values]:
        same: Values = {"publisher_id": self.tenant}
        if plan.file.owner is not None:
            return [{**each, **same} for each in rows]
        same |= {"status": "active", "modified_ms": self.now_ms}
        return [{**each, **same, "entered": ids.mint()} for each in rows]

    def _upsert(self, file: File, row: Mapping[str, Any]) -> Any:
        """Return the statement that adds a row, or changes one that somebody added just now."""
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(file.table).values(_bound(file.table, row))
        told = [each for each in row if each not in {*file.key, "publisher_id", "entered"}]
        if not told:
            return statement.on_conflict_do_nothing()
        return statement.on_conflict_do_update(
            index_elements=["publisher_id", *file.key],
            set_={name: statement.excluded[name] for name in told},
        )

    def _change(self, plan: Plan) -> None:
        for rows in _rows(plan.changed, plan.file.table):
            for alike in _alike(rows):
                self._update(plan.file, alike)
            self.report.advance(len(rows))

    def _update(self, file: File, rows: Sequence[Values]) -> None:
        """Update rows that tell of the same columns."""
        told = [name for name in rows[0] if name not in file.key]
        if not told:
            return
        marks = {} if file.owner else {"modified_ms": self.now_ms}
        changed = update(file.table).where(self._is_row(file))
        statement = changed.values({**_bound(file.table, told), **marks})
        keys = _filled([{name: each[name] for name in file.key} for each in rows], _OLD)
        pairs = zip(_filled(rows, _NEW), keys, strict=True)
        wanted = {_NEW + name for name in told} | {_OLD + name for name in file.key}
        self.connection.execute(
            statement,
            [{n: v for n, v in {**new, **old}.items() if n in wanted} for new, old in pairs],
        )

    def _is_row(self, file: File) -> Any:
        named = [file.table.c[name] == bindparam(_OLD + name) for name in file.key]
        return and_(file.table.c.publisher_id == self.tenant, *named)

    def _relink(self, plan: Plan) -> None:
        links = [(each.name, each.link) for each in plan.file.columns if each.link]
        for frame in plan.linked.frames():
            for column, link in links:
                told = [(name, ends, was) for at, name, ends, was in frame if at == column]
                if told and link is not None:
                    self._write_links(link, told)
            self.report.advance(len(frame))

    def _write_links(self, link: Link, told: Sequence[tuple[str, list[str], bool]]) -> None:
        table, mine = link.table, link.table.c.publisher_id == self.tenant
        if linked := [{_OLD + "owner": name} for name, _, was in told if was]:
            gone = delete(table).where(mine, table.c[link.owner] == bindparam(_OLD + "owner"))
            self.connection.execute(gone, linked)
        rows = [
            {"publisher_id": self.tenant, link.owner: name, link.target: end}
            for name, ends, _ in told
            for end in ends
        ]
        if rows:
            self.connection.execute(insert(table), rows)

    def _put_away(self, plan: Plan) -> None:
        file = plan.file
        for keys in _portions(plan.gone):
            told = [
                {_OLD + name: part for name, part in zip(file.key, key, strict=True)}
                for key in keys
            ]
            if file.owner is not None:
                self.connection.execute(delete(file.table).where(self._is_row(file)), told)
            else:
                away = update(file.table).where(self._is_row(file))
                marks = away.values(status="tobedeleted", modified_ms=self.now_ms)
                self.connection.execute(marks, told)
            self.report.advance(len(keys))

    def _touch(self, plan: Plan) -> None:
        """Mark the rows whose parts changed as changed themselves."""
        if plan.file.owner is None or not plan.touched:
            return
        table = BY_NAME[_OWNERS[plan.file.owner]].table
        mine = (table.c.publisher_id == self.tenant, table.c.id == bindparam(_OLD + "id"))
        marked = update(table).where(*mine).values(modified_ms=self.now_ms)
        written = self.written.get(_OWNERS[plan.file.owner], frozenset())
        for names in _portions(sorted(plan.touched - written)):
            self.connection.execute(marked, [{_OLD + "id": name} for name in names])


def _bound(table: Table, names: Iterable[str]) -> Values:
    """Return a parameter for each column; what JSON does not tell is no value at all."""
    return {name: bindparam(_NEW + name, type_=_kind(table.c[name].type)) for name in names}


def _kind(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return JSON(none_as_null=True) if isinstance(kind, JSON) else kind


def _filled(rows: Iterable[Values], mark: str) -> list[Values]:
    return [{mark + name: value for name, value in row.items()} for row in rows]


def _portions(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), ROWS_AT_ONCE):
        yield items[start : start + ROWS_AT_ONCE]


def _rows(spool: Spool, table: Table) -> Iterator[list[Values]]:
    days = {each.name for each in table.columns if isinstance(each.type, Date)}
    for frame in spool.frames():
        rows: list[Values] = [row for (row,) in frame]
        for row in rows:
            for name in days & row.keys():
                row[name] = row[name] and date.fromisoformat(row[name])
        yield rows


def _alike(rows: Sequence[Values]) -> Iterator[list[Values]]:
    """Yield the rows in groups that tell of the same columns."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    yield from groups.values()
