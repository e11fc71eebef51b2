"""The steps of an app's life over HTTP: secrets, promotion, suspension, the end, the history."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import Connection

from timeback_desktop.backend.auth.client_secrets import rotate_secret
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.outbound import may_reach_loopback
from timeback_desktop.backend.registry import lifecycle, schemas
from timeback_desktop.backend.registry.history import Step, history_of, write
from timeback_desktop.backend.registry.routes import (
    AppId,
    Looking,
    Managing,
    app_in_hands,
    told_anew,
)
from timeback_desktop.backend.runtime import CurrentEngine, CurrentPlatform
from timeback_desktop.backend.sandbox.service import sandbox_client
from timeback_desktop.clock import iso_utc

router = APIRouter(prefix="/applications/1.0", tags=["applications"])


@router.get("/{app_id}/sandbox")
def read_sandbox_credentials(
    app_id: AppId, manager: Looking, platform: CurrentPlatform
) -> schemas.SandboxCredentials:
    """Read how the app calls the sandbox, without the secret."""
    with reading(platform.engine) as connection:
        client = sandbox_client(connection, app_in_hands(connection, manager, app_id).id)
    if client is None:
        raise HTTPException(404, "This app was not registered as a draft: it has no sandbox.")
    return schemas.SandboxCredentials.of(client, platform.settings.issuer_url)


@router.post("/{app_id}/secret/rotate")
def rotate(
    app_id: AppId,
    manager: Managing,
    platform: CurrentPlatform,
    response: Response,
    asked: schemas.RotationIn | None = None,
) -> schemas.SecretOut:
    """Give the app a new secret; the one before stays good for a while, so nothing stops."""
    response.headers["Cache-Control"] = "no-store"
    with writing(platform.engine) as connection:
        app = app_in_hands(connection, manager, app_id)
        write(connection, app, manager.author.did(Step.SECRET_ROTATED))
        return _rotated(connection, app.client_id, asked, platform.now())


@router.post("/{app_id}/sandbox/secret/rotate")
def rotate_sandbox(
    app_id: AppId,
    manager: Managing,
    platform: CurrentPlatform,
    response: Response,
    asked: schemas.RotationIn | None = None,
) -> schemas.SecretOut:
    """Give the app a new secret for the sandbox."""
    response.headers["Cache-Control"] = "no-store"
    with writing(platform.engine) as connection:
        app = app_in_hands(connection, manager, app_id)
        client = sandbox_client(connection, app.id)
        if client is None:
            raise HTTPException(404, "This app was not registered as a draft: it has no sandbox.")
        write(connection, app, manager.author.did(Step.SANDBOX_SECRET_ROTATED))
        return _rotated(connection, client.client_id, asked, platform.now())


def _rotated(
    connection: Connection, client_id: str, asked: schemas.RotationIn | None, now_ms: int
) -> schemas.SecretOut:
    overlap_ms = (asked or schemas.RotationIn()).overlap_seconds * 1000
    secret = rotate_secret(connection, client_id, now_ms, overlap_ms)
    until = iso_utc(now_ms + overlap_ms) if overlap_ms else None
    return schemas.SecretOut(client_id=client_id, client_secret=secret, previous_good_until=until)


@router.post("/{app_id}/promote", responses={202: {"model": schemas.ApplicationOut}})
def promote(
    app_id: AppId, manager: Managing, platform: CurrentPlatform, response: Response
) -> schemas.ApplicationOut:
    """Make a draft active (who runs the platform), or ask for it (who made the app)."""
    loopback = may_reach_loopback(platform.settings)
    with writing(platform.engine) as connection:
        app = app_in_hands(connection, manager, app_id)
        done = lifecycle.promote(connection, app, manager.author, loopback=loopback)
        answer = told_anew(connection, app_id, platform)
    if not done:
        response.status_code = 202
        answer.next_action = "An administrator of the school decides; read the app to see."
    return answer


@router.post("/{app_id}/suspend")
def suspend(
    app_id: AppId, asked: schemas.SuspensionIn, manager: Managing, platform: CurrentPlatform
) -> schemas.ApplicationOut:
    """Stop an active app from being launched and from calling."""
    with writing(platform.engine) as connection:
        app = app_in_hands(connection, manager, app_id)
        lifecycle.suspend(connection, app, manager.author, asked.reason)
        return told_anew(connection, app_id, platform)


@router.post("/{app_id}/resume")
def resume(app_id: AppId, manager: Managing, platform: CurrentPlatform) -> schemas.ApplicationOut:
    """Let a suspended app go on."""
    with writing(platform.engine) as connection:
        lifecycle.resume(connection, app_in_hands(connection, manager, app_id), manager.author)
        return told_anew(connection, app_id, platform)


@router.post("/{app_id}/archive")
def archive(app_id: AppId, manager: Managing, platform: CurrentPlatform) -> schemas.ApplicationOut:
    """Put an app away for good."""
    with writing(platform.engine) as connection:
        lifecycle.archive(connection, app_in_hands(connection, manager, app_id), manager.author)
        return told_anew(connection, app_id, platform)


@router.get("/{app_id}/history")
def read_history(app_id: AppId, manager: Looking, engine: CurrentEngine) -> schemas.HistoryOut:
    """Tell who did what with the app, and when."""
    with reading(engine) as connection:
        lines = history_of(connection, app_in_hands(connection, manager, app_id))
    return schemas.HistoryOut(history=[schemas.HistoryEntry.of(line) for line in lines])
