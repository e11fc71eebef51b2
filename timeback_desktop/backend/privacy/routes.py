"""What is kept about people, over HTTP: taken out, erased, limited, and watched over."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection, select

from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.horizons import Scope
from timeback_desktop.backend.custody.models import audit_entries
from timeback_desktop.backend.custody.trail import Actor
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.privacy import erasure, requests, retention
from timeback_desktop.backend.privacy.access import (
    Administrator,
    Eraser,
    Overseer,
    Taker,
    may_order_erasure,
    stands_for,
)
from timeback_desktop.backend.privacy.erasure import Erasing
from timeback_desktop.backend.privacy.export import Wanted
from timeback_desktop.backend.privacy.handing_out import hand_out
from timeback_desktop.backend.privacy.schemas import (
    Decision,
    DecisionIn,
    ErasureIn,
    Json,
    RetentionIn,
    entry_out,
    head_out,
    request_out,
    retention_out,
)
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.errors import ContractFault

router = APIRouter(prefix="/privacy/1.0", tags=["privacy"])

_CHUNK = 256 * 1024
_PRIVATE = {"Cache-Control": "no-store"}
Before = Annotated[int | None, Query(ge=1, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=200)]
About = Annotated[str | None, Query(alias="userId", min_length=1, max_length=255)]


def _tenant(principal: Principal) -> str:
    return principal.publisher_id or ""


def _named(connection: Connection, principal: Principal, user_id: str) -> None:
    """Refuse a caller who does not stand for this person; to him nobody else is here."""
    well_formed = 0 < len(user_id) <= 255 and user_id.isprintable()
    if not well_formed or not stands_for(connection, principal, user_id):
        raise HTTPException(403, "This token may not ask this about this person.")


@router.get("/users/{user_id}/export", response_class=StreamingResponse)
def export(
    user_id: str, principal: Taker, platform: CurrentPlatform, request: Request
) -> StreamingResponse:
    """Give everything that is kept about a person, as a zip with a page that explains it."""
    with reading(platform.engine) as connection:
        _named(connection, principal, user_id)
    now = platform.now()
    root = platform.settings.issuer_url + door_of(request).environment.prefix
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    wanted = Wanted(_tenant(principal), user_id, now, root, today)
    packed = _temporary(platform)
    try:
        hand_out(platform.engine, wanted, Actor.of(principal), packed)
        size = packed.seek(0, 2)
    except BaseException:
        packed.close()
        raise
    named = {"Content-Disposition": 'attachment; filename="export.zip"'}
    headers = {**named, "Content-Length": str(size), **_PRIVATE}
    return StreamingResponse(_chunks(packed), media_type="application/zip", headers=headers)


def _temporary(platform: Platform) -> IO[bytes]:
    """Return a file without a name: what is in it is gone when it is closed."""
    folder = platform.settings.data / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        content.seek(0)
        while chunk := content.read(_CHUNK):
            yield chunk


@router.post("/users/{user_id}/erasure")
def erase(
    user_id: str, told: ErasureIn, principal: Eraser, platform: CurrentPlatform, response: Response
) -> Json:
    """Erase what a person did, or him with it; say with `dryRun` how much that is.

    Whoever may not order it asks for it: the answer is 202, and an administrator decides.
    """
    erasing = Erasing(_tenant(principal), user_id, told.scope, Actor.of(principal))
    with reading(platform.engine) as connection:
        _named(connection, principal, user_id)
        erasure.check(connection, erasing.tenant, user_id)
        if told.dry_run:
            counts = erasure.counted(connection, erasing.tenant, user_id, told.scope)
            return {"userId": user_id, "scope": told.scope, "state": "counted", "counts": counts}
    if not may_order_erasure(principal):
        with writing(platform.engine) as connection:
            request_id = requests.ask(connection, erasing, platform.now())
        response.status_code = 202
        told_back = {"userId": user_id, "scope": told.scope, "state": "asked"}
        return {"requestId": request_id, **told_back}
    return _erased(platform, erasing, told.confirm)


def _erased(platform: Platform, erasing: Erasing, confirm: str | None) -> Json:
    _check_confirmed(erasing, confirm)
    counts = erasure.erase(platform.engine, erasing, platform.now())
    told = {"userId": erasing.user_id, "scope": erasing.scope, "state": "erased"}
    return {**told, "counts": counts}


def _check_confirmed(erasing: Erasing, confirm: str | None) -> None:
    if confirm != erasing.user_id:
        raise ContractFault(
            "/confirm must repeat the id of the person: an erasure cannot be taken back.",
            status=422,
            pointer="/confirm",
        )


@router.get("/erasures")
def list_requests(
    principal: Administrator, platform: CurrentPlatform, state: requests.State | None = None
) -> Json:
    """Return the erasures that were asked for, the newest first."""
    with reading(platform.engine) as connection:
        rows = requests.listed(connection, _tenant(principal), state)
    return {"requests": [request_out(row) for row in rows]}


@router.post("/erasures/{request_id}")
def decide(
    request_id: str, told: DecisionIn, principal: Administrator, platform: CurrentPlatform
) -> Json:
    """Confirm or decline an erasure that was asked for."""
    tenant, now = _tenant(principal), platform.now()
    if not request_id.isprintable():
        raise ContractFault("There is no such request here.", status=404)
    confirmed = told.decision is Decision.CONFIRM
    state = requests.State.CONFIRMED if confirmed else requests.State.DECLINED
    doors: Counter[str] = Counter()
    with writing(platform.engine) as connection:
        asked = requests.open_request(connection, tenant, request_id)
        erasing = Erasing(tenant, asked.user_id, Scope(asked.scope), Actor.of(principal))
        if confirmed:
            _check_confirmed(erasing, told.confirm)
            erasure.check(connection, tenant, erasing.user_id)
        requests.decide(connection, erasing, request_id, state, now)
        if confirmed:
            doors = erasure.begin(connection, erasing, now)
    counts = erasure.finish(platform.engine, erasing, now, doors) if confirmed else {}
    return {"requestId": request_id, "state": state, "counts": counts}


@router.get("/retention")
def read_retention(principal: Overseer, platform: CurrentPlatform) -> Json:
    """Return for how many days what is kept, and the least that may be set."""
    with reading(platform.engine) as connection:
        return retention_out(retention.days(connection, _tenant(principal)))


@router.put("/retention")
def put_retention(told: RetentionIn, principal: Administrator, platform: CurrentPlatform) -> Json:
    """Set for how many days what is kept; it is taken away with the next daily round."""
    actor, now = Actor.of(principal), platform.now()
    with writing(platform.engine) as connection:
        after = retention.change(connection, _tenant(principal), told.rules(), actor, now)
    return retention_out(after)


@router.get("/audit")
def read_audit(
    principal: Overseer,
    platform: CurrentPlatform,
    user_id: About = None,
    before: Before = None,
    limit: Limit = 50,
) -> Json:
    """Return the audit trail, the newest entry first; ``before`` asks for the ones before."""
    if user_id is not None and not user_id.isprintable():
        raise ContractFault("/userId is a text of printable characters.", status=422)
    asked = select(audit_entries).where(audit_entries.c.publisher_id == _tenant(principal))
    if user_id is not None:
        asked = asked.where(audit_entries.c.subject_id == user_id)
    if before is not None:
        asked = asked.where(audit_entries.c.number < before)
    with reading(platform.engine) as connection:
        found = connection.execute(asked.order_by(audit_entries.c.number.desc()).limit(limit + 1))
        rows = list(found)
        head = trail.head(connection, _tenant(principal))
    shown = rows[:limit]
    following = shown[-1].number if len(rows) > limit else None
    return {"entries": [entry_out(row) for row in shown], "before": following, **_end(head)}


@router.get("/audit/verification")
def verify_audit(principal: Overseer, platform: CurrentPlatform) -> Json:
    """Check the whole audit trail; ``fault`` is the first entry that was changed."""
    with reading(platform.engine) as connection:
        verdict = trail.verify(connection, _tenant(principal))
    return {"intact": verdict.is_intact, "fault": verdict.fault, **_end(verdict.head)}


def _end(head: trail.Head) -> Json:
    return {"head": head_out(head)}
