"""Which tables hold something about a person, and what is done with each.

Read off the metadata: a table with a column that names a person is exported, and emptied of
him by any erasure, unless it stands on a list here with the reason. So forgetting to think of a
new table errs on the side of the person. What names people in other ways is on the last list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Column, ColumnElement, LargeBinary, MetaData, Table, and_, or_

from timeback_desktop.backend.db.tables import metadata

_NAMES_A_PERSON = frozenset({"user_id", "student_id", "agent_id", "subject_id"})
_SECRET_ENDS = ("_sha256", "_hash")
_SECRETS = frozenset({"sealed"})

TOLD_OTHERWISE = {
    "users": "as profile.json",
    "user_roles": "as profile.json",
    "user_agents": "as profile.json, and agent_of.ndjson",
    "demographics": "as demographics.json",
    "enrollments": "as enrollments.json",
    "results": "as results.json",
    "assessment_results": "as assessment_results.json",
    "event_batches": "as events.ndjson",
    "insights": "as insights.ndjson, with what was said of each",
}
NOT_EXPORTED = {
    "access_tokens": "only opens doors; sign_ins tells of every sign-in",
    "authorization_codes": "only opens doors, for a minute",
    "device_codes": "only opens doors, for minutes",
    "invitations": "only opens doors",
    "lti_launch_hints": "only opens doors, for minutes",
    "sign_in_attempts": "a page that waits for its answer, for minutes",
    "xp_settled": "tells how far the ledger has been worked out, nothing of the student",
}
"""Tables of a person that are left out of an export, each with the reason that it tells."""

IDENTITY = frozenset(
    {
        "assessment_results",
        "demographics",
        "federated_identities",
        "invitations",
        "lti_subjects",
        "pins",
        "results",
        "user_agents",
        "user_passwords",
        "user_profiles",
        "user_resources",
    }
)
"""What an erasure of activity leaves: who somebody is, and what the gradebook says of him."""

NOT_ERASED = {
    "users": "stays as a tombstone without a name",
    "user_roles": "belongs to the tombstone: role and school only",
    "enrollments": "marked to be deleted and emptied of all but ids",
    "audit_entries": "tells by ids what was done, the erasure among it",
    "credential_openings": "tells by ids who opened what belonged to him",
    "erased_students": "keeps him erased: events from before are refused",
    "erasure_requests": "tells by ids that the erasure was asked for",
}
"""Tables in which an erased person's rows stay, each with the reason."""

NAMES_IN_PASSING = {
    "described_entities": "its bodies are searched for the person, exported and erased",
    "event_ids": "erased with the batches that they lead to",
    "group_members": "a hash of all ids of a group",
    "group_results": "sums; what was the person's is taken off",
    "group_times": "sums; what was the person's is taken off",
    "import_jobs": "counts only; its refusals are below",
    "import_refusals": "rows of files that name the person are exported and erased",
    "item_times": "sums over everybody who answered",
    "refresh_tokens": "only opens doors; erased with its sign-in",
    "reviews": "by a teacher, of the person's insights: exported and erased with them",
    "webhook_deliveries": "names an event by its place, which leads nowhere once it is erased",
}
"""Tables that touch on people without a column for them, or beside it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One table that holds something about people, and the columns that name them."""

    table: Table
    people: tuple[Column[str], ...]

    def of(self, tenant: str, user_id: str) -> ColumnElement[bool]:
        """Return the condition that a row is about a person."""
        named = or_(*(column == user_id for column in self.people))
        return and_(self.table.c.publisher_id == tenant, named)

    @property
    def told(self) -> list[Column[object]]:
        """Return the columns that may be handed out: no hashes, no keys, nothing sealed."""
        return [column for column in self.table.c if not _is_secret(column)]


def _is_secret(column: Column[object]) -> bool:
    sealed = column.name in _SECRETS or column.name.endswith(_SECRET_ENDS)
    return sealed or isinstance(column.type, LargeBinary)


def holdings_in(tables: MetaData) -> Iterator[Holding]:
    """Yield every table with a person in it, those that point to others first."""
    for table in reversed(tables.sorted_tables):
        people = tuple(column for column in table.c if _names_a_person(column))
        if people and "publisher_id" in table.c:
            yield Holding(table, people)


def _names_a_person(column: Column[object]) -> bool:
    if column.name in _NAMES_A_PERSON or (column.table.name, column.name) == ("users", "id"):
        return True
    return any(
        key.column.table.name == "users" and key.column.name == "id" for key in column.foreign_keys
    )


@lru_cache(maxsize=1)
def holdings() -> tuple[Holding, ...]:
    """Return every table with a person in it, those that point to others first."""
    return tuple(holdings_in(metadata))


def exported() -> Iterator[Holding]:
    """Yield what is exported row by row as it is kept."""
    for each in holdings():
        if each.table.name not in TOLD_OTHERWISE and each.table.name not in NOT_EXPORTED:
            yield each


def erased(*, everything: bool) -> Iterator[Holding]:
    """Yield what an erasure takes rows from, in an order that keys allow."""
    for each in holdings():
        name = each.table.name
        if name not in NOT_ERASED and (everything or name not in IDENTITY):
            yield each
