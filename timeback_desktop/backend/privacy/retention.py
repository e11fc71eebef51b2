"""How long each kind of thing is kept: what the school decided, within what is sound.

Nothing is kept for ever. Events go first: they are many, and tell most. What was read from them
(stretches, answers, sessions, insights) stays together, because it is folded together: time
without the review that took it back would be counted otherwise. It outlives the events, so that
no late event changes a day of which a part is gone; figures by day outlive both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.horizons import Kind
from timeback_desktop.backend.custody.models import retention_rules
from timeback_desktop.backend.custody.trail import Action, Actor, Deed
from timeback_desktop.backend.db.bulk import put_rows
from timeback_desktop.errors import ContractFault

MOST_DAYS = 20 * 366
_MARGIN_DAYS = 31
"""By how much details outlive events: an event may tell of time before itself."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days something is kept: unless the school says otherwise, and at least."""

    default: int
    least: int
    about: str


RULES: Mapping[Kind, Rule] = {
    Kind.EVENTS: Rule(400, 30, "Events as they came, and their ids."),
    Kind.DETAILS: Rule(800, 61, "Sessions, stretches of time, answers, insights and reviews."),
    Kind.FIGURES: Rule(1827, 366, "Figures by day, and points."),
    Kind.SIGN_INS: Rule(400, 30, "Sign-ins that have ended, and who opened which credential."),
    Kind.TOKENS: Rule(30, 1, "Tokens and codes, after the day on which they were good last."),
}


def days(connection: Connection, tenant: str) -> dict[Kind, int]:
    """Return for how many days a school keeps each kind."""
    asked = select(retention_rules.c.kind, retention_rules.c.days)
    rows = connection.execute(asked.where(retention_rules.c.publisher_id == tenant))
    own = {row.kind: row.days for row in rows}
    return {kind: own.get(kind.value, rule.default) for kind, rule in RULES.items()}


def change(
    connection: Connection, tenant: str, wanted: Mapping[Kind, int], actor: Actor, now_ms: int
) -> dict[Kind, int]:
    """Set some of a school's rules; raise :class:`ContractFault` for what is not sound."""
    before = days(connection, tenant)
    after = {**before, **wanted}
    _check(after)
    changed = {kind: number for kind, number in after.items() if before[kind] != number}
    columns = ("publisher_id", "kind", "days", "changed_ms")
    rows = [(tenant, kind.value, number, now_ms) for kind, number in sorted(changed.items())]
    put_rows(connection, retention_rules, columns, rows)
    if changed:
        counts = {kind.value: number for kind, number in sorted(changed.items())}
        deed = Deed(action=Action.RETENTION_CHANGED, actor=actor, counts=counts)
        trail.write(connection, tenant, deed, now_ms)
    return after


def _check(after: Mapping[Kind, int]) -> None:
    for kind, number in after.items():
        least = RULES[kind].least
        if not least <= number <= MOST_DAYS:
            raise _unsound(kind, f"is a number of days from {least} to {MOST_DAYS}")
    if after[Kind.DETAILS] < after[Kind.EVENTS] + _MARGIN_DAYS:
        raise _unsound(Kind.DETAILS, f"is at least {_MARGIN_DAYS} days more than events")
    if after[Kind.FIGURES] < after[Kind.DETAILS]:
        raise _unsound(Kind.FIGURES, "is at least as much as details")


def _unsound(kind: Kind, message: str) -> ContractFault:
    return ContractFault(f"/{kind} {message}.", status=422, pointer=f"/{kind}")
