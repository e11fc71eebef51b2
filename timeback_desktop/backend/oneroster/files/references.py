"""What a row may point to: the good rows of the package, and those that the tenant has."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from timeback_desktop.backend.oneroster.files.columns import BY_NAME, ROLES, File
from timeback_desktop.backend.oneroster.files.package import Mode, Package
from timeback_desktop.backend.oneroster.files.staging import ROWS_AT_ONCE, Staged
from timeback_desktop.backend.oneroster.files.values import shown


class References:
    """The names that rows may point to; those of the tenant are looked up when needed."""

    def __init__(self, connection: Connection, tenant: str, package: Package) -> None:
        self._connection = connection
        self._tenant = tenant
        self._package = package
        self._there: dict[str, Mapping[str, str]] = {}
        self.staged: dict[str, Staged] = {}

    def there(self, file: str) -> Mapping[str, str]:
        """Return the rows that the tenant has, by name, with their status."""
        if file not in self._there:
            table = BY_NAME[file].table
            asked = select(table.c.id, table.c.status).where(table.c.publisher_id == self._tenant)
            found = self._connection.execute(asked)
            self._there[file] = {name: sys.intern(status) for name, status in found}
        return self._there[file]

    def parents(self, file: File, parent: str) -> Iterator[tuple[str, str | None]]:
        """Yield the parents of the tenant's own rows, as far as they may be pointed to."""
        table = file.table
        asked = select(table.c.id, table.c[parent]).where(table.c.publisher_id == self._tenant)
        for name, above in self._connection.execute(asked):
            if self.fault(file.name, name) is None:
                yield name, above

    def roles_of(self, users: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield (user, name, kind, role, org) of the roles that these users have now."""
        table = ROLES.table
        asked = [table.c[name] for name in ("user_id", "id", "role_type", "role", "org_id")]
        for start in range(0, len(users), ROWS_AT_ONCE):
            some = table.c.user_id.in_(users[start : start + ROWS_AT_ONCE])
            found = select(*asked).where(table.c.publisher_id == self._tenant, some)
            yield from self._connection.execute(found)

    def fault(self, file: str, name: str) -> str | None:
        """Return what is wrong with pointing to ``name``, or ``None``."""
        staged = self.staged.get(file)
        if staged is None:
            known = name in self.there(file)
            return None if known else f"is {shown(name)}, which is not in the roster"
        if name in staged.accepted or (name in staged.refused and name in self.there(file)):
            return None
        return self._of_staged(staged, name)

    def _of_staged(self, staged: Staged, name: str) -> str | None:
        csv = staged.file.csv
        if name in staged.refused:
            line = staged.refused[name]
            return f"is {shown(name)}, which was refused itself (line {line} of {csv})"
        if name in staged.away:
            return f"is {shown(name)}, which {csv} takes away"
        if staged.mode is Mode.BULK:
            return f"is {shown(name)}, which is not in {csv}"
        known = name in self.there(staged.file.name)
        return None if known else f"is {shown(name)}, which is neither in {csv} nor in the roster"
