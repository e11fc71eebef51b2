"""Imports and exports over HTTP: the package is streamed in and out, the work is a job."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.requests import ClientDisconnect

from timeback_desktop.backend import scopes
from timeback_desktop.backend.auth.principal import Principal, PrincipalKind, require_scope
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.endpoints import EXPORTS_PATH, IMPORTS_PATH
from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.oneroster.entity import Service
from timeback_desktop.backend.oneroster.files import jobs, schemas
from timeback_desktop.backend.oneroster.files.columns import File
from timeback_desktop.backend.oneroster.files.exporting import write_package
from timeback_desktop.backend.oneroster.files.importing import Options
from timeback_desktop.backend.oneroster.files.jobs import JobKey
from timeback_desktop.backend.oneroster.files.running import JobRun
from timeback_desktop.backend.oneroster.files.workers import Running
from timeback_desktop.backend.oneroster.routes import tenant_of
from timeback_desktop.backend.roster.service import Role
from timeback_desktop.backend.runtime import CurrentPlatform, Platform

router = APIRouter(tags=["roster files"])
_ZIP = frozenset({"application/zip", "application/x-zip-compressed"})
_CHUNK = 1 << 16
_WRITES = {
    Service.ROSTERING: scopes.ROSTER_CREATEPUT,
    Service.GRADEBOOK: scopes.GRADEBOOK_CREATEPUT,
    Service.RESOURCES: scopes.RESOURCE_CREATEPUT,
}
_READS = {
    Service.ROSTERING: scopes.ROSTER_READONLY,
    Service.GRADEBOOK: scopes.GRADEBOOK_READONLY,
    Service.RESOURCES: scopes.RESOURCE_READONLY,
}
_MayWrite = Annotated[Principal, Depends(require_scope(scopes.ROSTER_CREATEPUT))]
_MayExport = Annotated[Principal, Depends(require_scope(scopes.ROSTER_READONLY))]
_MayFollow = Annotated[
    Principal, Depends(require_scope(scopes.ROSTER_READONLY, scopes.ROSTER_CREATEPUT))
]


@dataclass(frozen=True, slots=True)
class _Asked:
    """How a package is to be taken in, as the query says."""

    mode: Annotated[
        Literal["strict", "lenient"],
        Query(description="`strict` writes nothing when any row is refused"),
    ] = "strict"
    dryRun: Annotated[bool, Query(description="check and count, and write nothing")] = False  # noqa: N815
    confirm: Annotated[
        bool, Query(description="put more than a fifth of all active users away if told to")
    ] = False


def _tenant(principal: Principal) -> str:
    """Return whose roster it is about; of people, only administrators see all of it."""
    tenant = tenant_of(principal)
    of_person = principal.kind is PrincipalKind.USER
    if of_person and Role.of(principal.role or "") is not Role.ADMINISTRATOR:
        raise HTTPException(403, "Only administrators may move the whole roster.")
    return tenant


@router.post(IMPORTS_PATH, status_code=202, response_model=schemas.ImportBegun)
async def begin_import(
    request: Request,
    principal: _MayWrite,
    platform: CurrentPlatform,
    asked: Annotated[_Asked, Depends()],
) -> JSONResponse:
    """Take a OneRoster package (`application/zip`) and start taking its rows in."""
    tenant = _tenant(principal)
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    if header.get_content_type() not in _ZIP:
        raise HTTPException(415, "Send the package as application/zip.")
    content = await _received(request, platform)
    return await run_in_threadpool(_begin, request, platform, principal, tenant, asked, content)


async def _received(request: Request, platform: Platform) -> IO[bytes]:
    """Return the body as a temporary file, which vanishes when it is closed."""
    content = await run_in_threadpool(_temporary, platform)
    try:
        async for chunk in request.stream():
            await run_in_threadpool(content.write, chunk)
    except ClientDisconnect:
        content.close()
        raise HTTPException(400, "The upload broke off.") from None
    except BaseException:
        content.close()
        raise
    return content


def _folder(platform: Platform) -> Path:
    folder = platform.settings.data / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _temporary(platform: Platform) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=_folder(platform))


def _begin(  # noqa: PLR0913, PLR0917 the parts of one request
    request: Request,
    platform: Platform,
    principal: Principal,
    tenant: str,
    asked: _Asked,
    content: IO[bytes],
) -> JSONResponse:
    options = Options(
        lenient=asked.mode == "lenient",
        dry_run=asked.dryRun,
        confirmed=asked.confirm,
        services=frozenset(each for each, need in _WRITES.items() if need in principal.scopes),
        spared=principal.user_id,
    )
    told = {"mode": asked.mode, "dryRun": asked.dryRun, "confirm": asked.confirm}
    try:
        with writing(platform.engine) as connection:
            key = jobs.begin_job(connection, tenant, told, platform.now())
    except BaseException:
        content.close()
        raise
    run = JobRun(platform.engine, key, content, _folder(platform), options, platform.now)
    platform.imports.start(key.id, Running(run.report, run.stop), run)
    place = door_of(request).as_called(f"{IMPORTS_PATH}/{key.id}")
    body = {"jobId": key.id, "state": "waiting"}
    return JSONResponse(body, 202, headers={"Location": place})


def _known_job(platform: Platform, key: JobKey) -> Any:
    """Return a job; one that has lost its process is ended first."""
    with reading(platform.engine) as connection:
        job = jobs.job_of(connection, key)
    lost = job.finished_ms is None and platform.imports.running(key.id) is None
    if lost and job.touched_ms < platform.now() - jobs.LOST_AFTER_MS:
        with writing(platform.engine) as connection:
            jobs.end_lost(connection, platform.now())
            job = jobs.job_of(connection, key)
    return job


@router.get(IMPORTS_PATH + "/{job_id}", response_model=schemas.ImportJob)
def read_import(
    job_id: str,
    principal: _MayFollow,
    platform: CurrentPlatform,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> JSONResponse:
    """Tell how an import goes, with a page of the rows that were refused."""
    key = JobKey(_tenant(principal), job_id)
    running = platform.imports.running(job_id)  # asked first: it may end meanwhile
    job = _known_job(platform, key)
    with reading(platform.engine) as connection:
        total = jobs.count_faults(connection, key)
        refused = jobs.faults(connection, key, offset, limit)
    private = scopes.ROSTER_DEMOGRAPHICS_READONLY in principal.scopes
    live = running.report if running else None
    body = schemas.job_json(job, live, total, refused, private=private)
    return JSONResponse(body, headers={"X-Total-Count": str(total), "Cache-Control": "no-store"})


@router.get(IMPORTS_PATH + "/{job_id}/refused.csv", response_class=StreamingResponse)
def read_refused(
    job_id: str, principal: _MayFollow, platform: CurrentPlatform
) -> StreamingResponse:
    """Give the refused rows of an import as a file for a spreadsheet."""
    key = JobKey(_tenant(principal), job_id)
    _known_job(platform, key)
    private = scopes.ROSTER_DEMOGRAPHICS_READONLY in principal.scopes
    rows = schemas.told(jobs.all_faults(platform.engine, key), private=private)
    # A spreadsheet takes UTF-8 for what it is only behind a byte order mark.
    text = (part.encode("utf-8-sig" if not place else "utf-8") for place, part in _numbered(rows))
    return StreamingResponse(
        text, media_type="text/csv; charset=utf-8", headers=_saved("refused.csv")
    )


def _numbered(rows: Iterator[Any]) -> Iterator[tuple[int, str]]:
    return enumerate(schemas.refused_csv(rows))


@router.delete(IMPORTS_PATH + "/{job_id}", status_code=202)
def cancel_import(job_id: str, principal: _MayWrite, platform: CurrentPlatform) -> JSONResponse:
    """Stop an import that is not done yet; nothing of it will have been written."""
    key = JobKey(_tenant(principal), job_id)
    _known_job(platform, key)
    with writing(platform.engine) as connection:
        jobs.cancel_job(connection, key, platform.now())
    platform.imports.stop(job_id)
    return JSONResponse({"jobId": job_id, "state": "cancelling"}, 202)


@router.get(EXPORTS_PATH, response_class=StreamingResponse)
def export(principal: _MayExport, platform: CurrentPlatform) -> StreamingResponse:
    """Give the roster as a OneRoster 1.2 package of bulk files."""
    tenant = _tenant(principal)
    packed = _temporary(platform)
    try:
        with reading(platform.engine) as connection:
            write_package(connection, tenant, packed, lambda file: _may_see(principal, file))
    except BaseException:
        packed.close()
        raise
    size = packed.tell()
    headers = {**_saved("oneroster.zip"), "Content-Length": str(size), "Cache-Control": "no-store"}
    return StreamingResponse(_chunks(packed), media_type="application/zip", headers=headers)


def _may_see(principal: Principal, file: File) -> bool:
    if file.private and scopes.ROSTER_DEMOGRAPHICS_READONLY not in principal.scopes:
        return False
    return _READS[file.service] in principal.scopes


def _saved(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        content.seek(0)
        while chunk := content.read(_CHUNK):
            yield chunk
