"""Linking: which person of ours somebody is whom another provider has proven.

The link is made by (issuer, subject), once; from then on the e-mail address does not count.
It is made for staff of the home roster by a verified e-mail address, and for developers
where the school trusts the provider with them. Students and guardians are never signed in
by somebody else's word, nor made developers by it.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.signin.accounts import account_for
from timeback_desktop.backend.signin.models import federated_identities
from timeback_desktop.backend.signin.people import (
    STAFF,
    Person,
    in_roster,
    person,
    staff_with_email,
)
from timeback_desktop.backend.signin.providers import ProvenIdentity
from timeback_desktop.backend.signin.settings import LetIn


def person_behind(
    connection: Connection, proven: ProvenIdentity, lets_in: frozenset[LetIn], now_ms: int
) -> Person | None:
    """Return who of ours somebody is, linking them the first time; ``None`` for a stranger."""
    linked = _linked(connection, proven)
    if linked is not None:
        known = person(connection, linked)
        return known if known is not None and _is_let_in(known, lets_in) else None
    found = _by_email(connection, proven, lets_in, now_ms)
    if found is not None:
        _link(connection, proven, found.holder, now_ms)
    return found


def _is_let_in(known: Person, lets_in: frozenset[LetIn]) -> bool:
    """Tell whether a person is still of the kind that the provider may bring."""
    if known.role is None:
        return LetIn.DEVELOPERS in lets_in
    return known.role in STAFF and LetIn.STAFF in lets_in


def _linked(connection: Connection, proven: ProvenIdentity) -> Holder | None:
    found = connection.execute(
        select(federated_identities).where(
            federated_identities.c.issuer == proven.issuer,
            federated_identities.c.subject == proven.subject,
        )
    ).one_or_none()
    return None if found is None else Holder.of(found)


def _by_email(
    connection: Connection, proven: ProvenIdentity, lets_in: frozenset[LetIn], now_ms: int
) -> Person | None:
    if proven.email is None:
        return None
    if LetIn.STAFF in lets_in and (found := staff_with_email(connection, proven.email)):
        return found
    if LetIn.DEVELOPERS in lets_in and not in_roster(connection, proven.email):
        holder = account_for(connection, proven.email, proven.name, now_ms)
        return person(connection, holder)
    return None


def _link(connection: Connection, proven: ProvenIdentity, holder: Holder, now_ms: int) -> None:
    connection.execute(
        insert(federated_identities).values(
            issuer=proven.issuer,
            subject=proven.subject,
            **holder.columns(),
            linked_ms=now_ms,
        )
    )
