"""Apps over HTTP: registering, reading, changing, and the steps of their life."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic.alias_generators import to_camel
from sqlalchemy import Connection

from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.outbound import may_reach_loopback
from timeback_desktop.backend.registry import lifecycle, logos, schemas
from timeback_desktop.backend.registry.clients import tier
from timeback_desktop.backend.registry.lifecycle import NotYet
from timeback_desktop.backend.registry.listing import Wanted, applications_page
from timeback_desktop.backend.registry.logos import PictureKind
from timeback_desktop.backend.registry.managers import Manager, may_look, may_manage
from timeback_desktop.backend.registry.publishers import publisher
from timeback_desktop.backend.registry.registration import columns_of
from timeback_desktop.backend.registry.service import (
    Application,
    ApplicationRegistration,
    application,
    home_publisher,
    keys_of,
)
from timeback_desktop.backend.runtime import CurrentEngine, CurrentPlatform, Platform
from timeback_desktop.errors import ContractFault

router = APIRouter(prefix="/applications/1.0", tags=["applications"])
AppId = Annotated[str, Path(pattern=r"^[!-~]{1,64}$", description="applicationId")]
Looking = Annotated[Manager, Depends(may_look)]
Managing = Annotated[Manager, Depends(may_manage)]


def not_yet(_request: Request, refused: NotYet) -> JSONResponse:
    """Tell a developer what is missing, and what to do next."""
    content: dict[str, Any] = {"message": str(refused), "nextAction": refused.next_action}
    if refused.missing:
        content["missing"] = [
            {"pointer": part.pointer, "message": part.message} for part in refused.missing
        ]
    return JSONResponse(content, refused.status)


def app_in_hands(connection: Connection, manager: Manager, app_id: str) -> Application:
    """Return an app that is in the caller's hands; of others, it is not told that they exist."""
    app = application(connection, app_id)
    if app is None or not manager.looks_after(app.publisher_id):
        raise HTTPException(404, "There is no such app here.")
    return app


def told_anew(connection: Connection, app_id: str, platform: Platform) -> schemas.ApplicationOut:
    """Return an app as it is read, after whatever was done to it."""
    app = application(connection, app_id)
    if app is None:
        raise HTTPException(404, "There is no such app here.")
    pictures = logos.addresses(connection, [app], platform.settings.issuer_url)
    return schemas.ApplicationOut.of(app, pictures)


def _checked(told: ApplicationRegistration) -> ApplicationRegistration:
    """Refuse a bad registration before anything is fetched; name the field as the wire does."""
    try:
        columns_of(told)
    except ContractFault as fault:
        pointer = "/" + to_camel(fault.pointer.removeprefix("/"))
        pointer = {"/iconUrl": "/logoUrl", "/coverUrl": "/coverImageUrl"}.get(pointer, pointer)
        raise ContractFault(str(fault), status=fault.status, pointer=pointer) from fault
    return told


@router.post("/drafts", status_code=201)
def register_draft(
    asked: schemas.DraftIn, manager: Managing, platform: CurrentPlatform, response: Response
) -> schemas.DraftOut:
    """Register an app as a draft; both secrets are told in this answer and never again."""
    told = _checked(asked.registration())
    with reading(platform.engine) as connection:
        owner = _owner(connection, manager, str(asked.publisher_id) if asked.publisher_id else None)
    gallery = logos.collect(told, None, loopback=may_reach_loopback(platform.settings))
    with writing(platform.engine) as connection:
        draft = lifecycle.register(connection, owner, told, manager.author)
        logos.keep(connection, draft.app, gallery, platform.now())
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/applications/1.0/{draft.app.id}"
    scopes = tier(draft.app.status, Environment.PRODUCTION)
    return schemas.DraftOut.of(draft, scopes, gallery.warnings, platform.settings.issuer_url)


def _owner(connection: Connection, manager: Manager, asked: str | None) -> str:
    """Return the publisher of a new app: the one that was named, or the only one there is."""
    if asked is not None:
        if not manager.looks_after(asked) or publisher(connection, asked) is None:
            raise ContractFault(
                "There is no such publisher here.", status=404, pointer="/publisherId"
            )
        return asked
    mine = sorted(manager.publishers)
    home = home_publisher(connection) if manager.everywhere else None
    if home is not None:
        return home
    if len(mine) == 1:
        return mine[0]
    if mine:
        choice = f"Send publisherId: one of {', '.join(mine)}."
        raise NotYet("You look after several publishers.", choice, status=400)
    raise NotYet("You have no publisher yet.", "Make one: POST /publishers/1.0.", status=400)


def _wanted(
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    filter: Annotated[str | None, Query()] = None,  # noqa: A002 its name on the wire
    sort: str = "dateCreated",
    order_by: Annotated[Literal["ASC", "DESC", "asc", "desc"], Query(alias="orderBy")] = "ASC",
) -> Wanted:
    """Read which apps are wanted, in which order."""
    return Wanted(limit, offset, filter, sort, order_by.upper() == "DESC")


@router.get("")
def list_applications(
    manager: Looking, platform: CurrentPlatform, wanted: Annotated[Wanted, Depends(_wanted)]
) -> schemas.ApplicationsOut:
    """List the apps that the caller looks after, oldest first unless told otherwise."""
    of = None if manager.everywhere else manager.publishers.keys()
    with reading(platform.engine) as connection:
        apps, total = applications_page(connection, wanted, of=of)
        pictures = logos.addresses(connection, apps, platform.settings.issuer_url)
    return schemas.ApplicationsOut(
        applications=[schemas.ApplicationOut.of(app, pictures) for app in apps],
        pagination=schemas.Pagination(
            limit=wanted.limit,
            offset=wanted.offset,
            total=total,
            has_more=wanted.offset + len(apps) < total,
        ),
    )


@router.get("/{app_id}")
def read_application(
    app_id: AppId, manager: Looking, platform: CurrentPlatform
) -> schemas.ApplicationOut:
    """Read one app."""
    with reading(platform.engine) as connection:
        app_in_hands(connection, manager, app_id)
        return told_anew(connection, app_id, platform)


@router.patch("/{app_id}")
def change_application(
    app_id: AppId,
    asked: schemas.ApplicationChange,
    manager: Managing,
    platform: CurrentPlatform,
) -> schemas.ApplicationOut:
    """Change what is named about an app; the rest stays."""
    with reading(platform.engine) as connection:
        app = app_in_hands(connection, manager, app_id)
        before = schemas.ApplicationIn.of(app, keys_of(connection, app.client_id))
    return _replaced(platform, app, before.changed_by(asked), manager)


@router.put("/{app_id}")
def replace_application(
    app_id: AppId, asked: schemas.ApplicationIn, manager: Managing, platform: CurrentPlatform
) -> schemas.ApplicationOut:
    """Tell an app anew; what is not named goes back to how a fresh one has it.

    Public keys stay unless they are named: an app that is read and put back has none in it.
    """
    with reading(platform.engine) as connection:
        app = app_in_hands(connection, manager, app_id)
        if "jwks" not in asked.model_fields_set:
            asked.jwks = keys_of(connection, app.client_id)
    return _replaced(platform, app, asked, manager)


def _replaced(
    platform: Platform, app: Application, asked: schemas.ApplicationIn, manager: Manager
) -> schemas.ApplicationOut:
    told, loopback = _checked(asked.registration()), may_reach_loopback(platform.settings)
    if schemas.is_own_picture(told.icon_url, app.id, PictureKind.LOGO):
        told = replace(told, icon_url=app.icon_url)
    if schemas.is_own_picture(told.cover_url, app.id, PictureKind.COVER):
        told = replace(told, cover_url=app.cover_url)
    gallery = logos.collect(told, app, loopback=loopback)
    with writing(platform.engine) as connection:
        now = app_in_hands(connection, manager, app.id)
        changed = lifecycle.change(connection, now, told, manager.author, loopback=loopback)
        logos.keep(connection, changed, gallery, platform.now())
        answer = told_anew(connection, app.id, platform)
    answer.warnings = gallery.warnings
    return answer


_PICTURE_HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@router.get("/{app_id}/logo", response_class=Response)
def logo(app_id: AppId, engine: CurrentEngine) -> Response:
    """Show the logo of an app, to anybody."""
    return _shown(engine, app_id, PictureKind.LOGO)


@router.get("/{app_id}/cover", response_class=Response)
def cover(app_id: AppId, engine: CurrentEngine) -> Response:
    """Show the cover of an app, to anybody."""
    return _shown(engine, app_id, PictureKind.COVER)


def _shown(engine: CurrentEngine, app_id: str, kind: PictureKind) -> Response:
    with reading(engine) as connection:
        app = application(connection, app_id)
        found = logos.picture(connection, app, kind) if app else None
    if found is None:
        raise HTTPException(404, "There is no such picture.")
    return Response(found.body, media_type=found.media_type, headers=_PICTURE_HEADERS)
