"""Contests and reviews: who may say that a judgement is wrong, whenever the word arrives.

A student contests what is said about himself; a review counts when its author teaches that
student. Either may come before the insight it is about. Then it is kept, and looked at
again when the insight is there: a review counts once it is ``verified``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.events.directory import Place, Refusal
from timeback_desktop.backend.events.facts import EventFacts
from timeback_desktop.backend.events.models import insights, reviews
from timeback_desktop.backend.roster import service as roster

_IDS_AT_ONCE = 200
_REVIEW = "/extensions/timeback/review"


def check(connection: Connection, sender: Principal, facts: EventFacts, place: Place) -> None:
    """Raise :class:`Refusal` for a contest or a review that its author may not make."""
    tenant = sender.publisher_id or ""
    if facts.contest is not None:
        if not sender.measures:
            raise Refusal("/extensions/timeback/contest", "only the student may contest")
        about = _about(connection, tenant, facts.contest.insight_id, "/extensions/timeback")
        if about not in {None, place.user_id}:
            raise Refusal("/actor", "is not the student whom this insight is about")
    if facts.review is not None:
        if not sender.measures or not roster.is_teacher(connection, tenant, place.user_id):
            raise Refusal(_REVIEW, "only a teacher may review")
        if facts.review.result is None:
            raise Refusal(f"{_REVIEW}/reviewResult", "must be TruePositive or FalsePositive")
        about = _about(connection, tenant, facts.review.insight_id, _REVIEW)
        if about is not None and not roster.teaches(connection, tenant, place.user_id, about):
            raise Refusal("/actor", "does not teach the student whom this insight is about")


def _about(connection: Connection, tenant: str, insight_id: str | None, pointer: str) -> str | None:
    """Return the student whom an insight is about; ``None`` when it has not arrived yet."""
    if insight_id is None:
        raise Refusal(f"{pointer}/insightId", "must be the id of an insight")
    return connection.scalar(
        select(insights.c.user_id).where(
            insights.c.publisher_id == tenant, insights.c.id == insight_id
        )
    )


def verify(connection: Connection, tenant: str, insight_ids: Iterable[str]) -> None:
    """Let the reviews of these insights count whose authors teach the student."""
    wanted = sorted(set(insight_ids))
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        for row in _waiting(connection, tenant, wanted[start : start + _IDS_AT_ONCE]):
            if roster.teaches(connection, tenant, row.author, row.student):
                this = (reviews.c.publisher_id == tenant, reviews.c.id == row.id)
                connection.execute(update(reviews).where(*this).values(verified=True))


def _waiting(connection: Connection, tenant: str, insight_ids: Sequence[str]) -> Sequence[Any]:
    return connection.execute(
        select(reviews.c.id, reviews.c.user_id.label("author"), insights.c.user_id.label("student"))
        .join(
            insights,
            (insights.c.publisher_id == reviews.c.publisher_id)
            & (insights.c.id == reviews.c.insight_id),
        )
        .where(
            reviews.c.publisher_id == tenant,
            reviews.c.insight_id.in_(insight_ids),
            reviews.c.verified.is_(False),
        )
    ).all()
