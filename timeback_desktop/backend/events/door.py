"""The door for events: Caliper's HTTP binding on every path that clients know it by.

It stands before the routes, as an ASGI app of its own: a learning app sends single events by
the thousand, and what a route costs is more than what an event does. The body is taken as raw
bytes, and never held larger than an envelope may be, also when it comes compressed.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from email.message import Message
from typing import Any

import msgspec
from fastapi import HTTPException
from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from timeback_desktop.backend.auth.principal import bearer_in
from timeback_desktop.backend.endpoints import EVENT_PATHS
from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.events import schemas
from timeback_desktop.backend.events.intake import Posted, take
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.caliper.envelope import MAX_BYTES, EnvelopeFault

_log = logging.getLogger(__name__)
_JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", schemas.PROBLEM.encode())
_CLOSE = (b"connection", b"close")
_SILENCE_S = 0.1
_GZIP = 16 + zlib.MAX_WBITS
_ENCODINGS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}


class Refused(Exception):
    """A request that is answered before its envelope is looked at."""

    def __init__(self, status: int, kind: str, detail: str, *, close: bool = False) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.close = status, kind, detail, close


class EventDoor:
    """Answer what is posted to the event paths; pass everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take an envelope, or let the request go on to the routes."""
        posted = scope["type"] == "http" and scope["method"] == "POST"
        if not posted or scope["path"] not in EVENT_PATHS:
            await self._app(scope, receive, send)
            return
        try:
            status, headers, body = await self._answer(scope, receive)
        except ClientDisconnect:
            return
        except Exception:  # noqa: BLE001 - whatever it was, somebody waits for an answer
            _log.exception("An envelope could not be taken.")
            status, headers, body = _failed(500, "Something went wrong on our side.")
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: Scope, receive: Receive
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        headers = dict(scope["headers"])
        platform: Platform = scope["app"].state.platform
        try:
            token = _token(headers)
            _check_type(headers.get(b"content-type", b"").decode("latin-1"))
            body = _plain(await _body(headers, receive), headers.get(b"content-encoding", b""))
            environment = door_of(HTTPConnection(scope)).environment
            taken = await take(platform, Posted(token, environment, body))
        except Refused as refused:
            found = schemas.problem(refused.status, refused.kind, refused.detail)
            told = [_PROBLEM, _CLOSE] if refused.close else [_PROBLEM]
            return refused.status, told, msgspec.json.encode(found)
        except OperationalError as error:
            _log.error("The database did not answer: %s", error.orig)
            text = "The database cannot answer right now. Please try again."
            status, told, body = _failed(503, text)
            return status, [*told, (b"retry-after", b"2")], body
        except EnvelopeFault as fault:
            return fault.status, [_PROBLEM], msgspec.json.encode(schemas.envelope_problem(fault))
        except HTTPException as error:
            told = [_PROBLEM]
            told += [(k.lower().encode(), v.encode()) for k, v in (error.headers or {}).items()]
            problem = schemas.problem(error.status_code, "caller", str(error.detail))
            return error.status_code, told, msgspec.json.encode(problem)
        if schemas.all_refused(taken.results):
            problem = schemas.refused_problem(taken.results)
            return problem["status"], [_PROBLEM], msgspec.json.encode(problem)
        return 200, [_JSON], msgspec.json.encode(schemas.answer(taken))


def _token(headers: dict[bytes, bytes]) -> str:
    token = bearer_in(headers.get(b"authorization", b"").decode("latin-1"))
    if token is None:
        raise HTTPException(401, "Sign in first.", headers={"WWW-Authenticate": "Bearer"})
    return token


def _failed(status: int, detail: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    problem = schemas.problem(status, "platform", detail)
    return status, [_PROBLEM], msgspec.json.encode(problem)


def _check_type(content_type: str) -> None:
    if content_type == "application/json":
        return
    header = Message()
    header["content-type"] = content_type
    charset = header.get_param("charset", "utf-8")
    if header.get_content_type() != "application/json" or str(charset).lower() != "utf-8":
        raise Refused(415, "media-type", "Send the envelope as application/json.", close=True)


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Read the body, but no more of it than an envelope may have."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        raise _too_large()
    parts: list[bytes] = []
    arrived = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        arrived += len(part)
        if arrived > MAX_BYTES:
            await _pour_away(receive)
            raise _too_large()
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _pour_away(receive: Receive) -> None:
    """Read on for a moment: who is still sending when the connection is cut hears no answer."""
    arrived = 0
    while arrived < MAX_BYTES:
        try:
            message: Any = await asyncio.wait_for(receive(), _SILENCE_S)
        except TimeoutError:
            return
        if not message.get("more_body", False):
            return
        arrived += len(message.get("body", b""))


def _plain(body: bytes, encoding: bytes) -> bytes:
    """Return a body without its compression, and stop where it would grow too large."""
    name = encoding.decode("latin-1").strip().lower()
    if name in {"", "identity"}:
        return body
    if name not in _ENCODINGS:
        raise Refused(415, "content-encoding", "Send the envelope plain, or with gzip.")
    opener = zlib.decompressobj(_ENCODINGS[name])
    try:
        found = opener.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise Refused(400, "content-encoding", "The body is not what it says it is.") from error
    if len(found) > MAX_BYTES:
        raise _too_large()
    if not opener.eof:
        raise Refused(400, "content-encoding", "The body ends too early.")
    return found


def _too_large() -> Refused:
    return Refused(413, "too-large", f"A body may have at most {MAX_BYTES} bytes.", close=True)
