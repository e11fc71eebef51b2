"""What is said of a judgement, over HTTP: reviews, contests, and the queue of what waits.

A review changes what counts, so the days that the judgement lies on are folded anew in the same
transaction. A contest changes nothing until somebody has looked.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection, Row

from timeback_desktop.backend.asking import Limit, Offset, Page
from timeback_desktop.backend.auth.principal import CurrentPrincipal
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.insights import disputes
from timeback_desktop.backend.insights.judgements import Status
from timeback_desktop.backend.insights.queue import Waiting, queue
from timeback_desktop.backend.insights.schemas import ContestIn, ReviewIn
from timeback_desktop.backend.rollups.service import refold
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri

router = APIRouter()

Json = dict[str, Any]
ClassId = Annotated[str | None, Query(alias="class", max_length=255)]
Kinds = Annotated[str | None, Query(alias="type", max_length=512)]
_MOST_WORDS = 40


@router.get("/reviews/queue")
def list_waiting(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    class_id: ClassId = None,
    type_: Kinds = None,
    status: Status | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Json:
    """Return what waits for a review: contested ones first, within both the oldest first."""
    if status is Status.REVIEWED:
        raise ContractFault("What was reviewed waits no more.", pointer="/status")
    waiting = Waiting(class_id and from_iri(class_id), words(type_), status)
    with reading(platform.engine) as connection:
        return queue(connection, principal, waiting, Page(limit, offset))


@router.post("/insights/{insight_id}/review")
def review_insight(
    insight_id: str, said: ReviewIn, principal: CurrentPrincipal, platform: CurrentPlatform
) -> Json:
    """Take a teacher's word on an insight, and return the insight as it reads now."""
    with writing(platform.engine) as connection:
        row = disputes.readable(connection, principal, from_iri(insight_id))
        told = disputes.review(
            connection, principal, row, said.review_result, said.review_notes, platform.now()
        )
        _fold_again(connection, row)
    _ring(platform, row)
    return told


@router.post("/insights/{insight_id}/contest")
def contest_insight(
    insight_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    said: ContestIn | None = None,
) -> Json:
    """Take the student's word that an insight is wrong, and return it as it reads now."""
    with writing(platform.engine) as connection:
        row = disputes.readable(connection, principal, from_iri(insight_id))
        withdrawn = said is not None and said.withdrawn
        told = disputes.contest(connection, principal, row, platform.now(), withdrawn=withdrawn)
    _ring(platform, row)
    return told


def words(told: str | None) -> tuple[str, ...]:
    """Read a list of words with commas between them."""
    found = tuple(dict.fromkeys(word.strip() for word in (told or "").split(",") if word.strip()))
    if len(found) > _MOST_WORDS:
        raise ContractFault(f"type takes {_MOST_WORDS} words at most.", pointer="/type")
    return found


def _fold_again(connection: Connection, row: Row[Any]) -> None:
    if row.started_ms is not None and row.ended_ms is not None:
        refold(connection, row.publisher_id, row.user_id, row.started_ms, row.ended_ms)


def _ring(platform: Platform, row: Row[Any]) -> None:
    platform.arrivals.tell(row.publisher_id, [row.user_id])
