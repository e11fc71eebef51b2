"""OneRoster 1.1 in the words of 1.2: there, the roles of people stood in ``users.csv``."""

from __future__ import annotations

from collections.abc import Iterator

from timeback_desktop import ids
from timeback_desktop.backend.oneroster.files.columns import MODIFIED, NAME, STATUS
from timeback_desktop.backend.oneroster.files.report import PackageFault
from timeback_desktop.backend.oneroster.files.table import Line

ROLE, ORGS = "role", "orgSourcedIds"
_HEADER = (NAME, STATUS, MODIFIED, "userSourcedId", "roleType", ROLE, "orgSourcedId")


def roles_of_users(users: Iterator[Line]) -> Iterator[Line]:
    """Yield the rows of a ``roles.csv`` from those of a ``users.csv`` of 1.1, header first."""
    _, header = next(users, (1, []))
    if ROLE not in header or ORGS not in header:
        raise PackageFault(
            "users.csv of OneRoster 1.1 must have the columns role and orgSourcedIds."
        )
    yield 1, list(_HEADER)
    places = [header.index(name) for name in (NAME, STATUS, MODIFIED, ROLE, ORGS)]
    for line, cells in users:
        if len(cells) == len(header):
            name, status, modified, role, orgs = (cells[place] for place in places)
            for count, org in enumerate(orgs.split(",")):
                kind = "secondary" if count else "primary"
                own = ids.seeded("oneroster-1.1", name, org.strip())
                yield line, [own, status, modified, name, kind, role, org.strip()]
