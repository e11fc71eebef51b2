"""What every request passes before a route sees it: host, size, and one line of log.

A backend on loopback can be reached by every page in every browser of the machine. The
Host allow-list stops a page that pointed its own name at 127.0.0.1 (DNS rebinding); no
CORS header is ever sent; the log line holds no query and no header, because that is where
tokens and hints travel.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from timeback_desktop.backend.endpoints import IMPORTS_PATH
from timeback_desktop.backend.faults import told
from timeback_desktop.clock import SystemClock

_log = logging.getLogger("timeback_desktop.backend.access")
_EVENT_PATHS = ("/events/", "/caliper/", "/ims/caliper/", "/edubridge/caliper/")
_MAX_EVENT_BYTES = 2 * 1024 * 1024
_MAX_PACKAGE_BYTES = 64 * 1024 * 1024
_MAX_BYTES = 256 * 1024
_REFUSED = 400


async def _refuse(send: Send, path: str, status: int, message: str) -> None:
    body = json.dumps(told(path, status, message)).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class HostAllowList:
    """Refuse requests that were not addressed to exactly one of our own names."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.encode() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when its one Host header is on the list."""
        if scope["type"] == "http":
            named = [value for name, value in scope["headers"] if name == b"host"]
            if len(named) != 1 or named[0] not in self._hosts:
                await _refuse(send, scope["path"], 400, "This is not an address of this backend.")
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuse bodies over 2 MiB of events, 64 MiB of a roster, 256 KiB of anything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes of a request as they arrive; trust no Content-Length."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit_of(scope["path"])
        if _announced(scope) > limit:
            await _refuse(send, scope["path"], 413, _too_large(limit))
            return
        await self._app(scope, _counting(receive, limit), send)


def _limit_of(path: str) -> int:
    if path == IMPORTS_PATH:
        return _MAX_PACKAGE_BYTES
    return _MAX_EVENT_BYTES if path.startswith(_EVENT_PATHS) else _MAX_BYTES


def _too_large(limit: int) -> str:
    return f"A body may have at most {limit} bytes here."


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _counting(receive: Receive, limit: int) -> Receive:
    arrived = 0

    async def counted() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


class AccessLog:
    """Write one line for each request: method, path, status, milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._clock = SystemClock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # what an answer that never began turns into
        began = self._clock.stamp().mono_ms

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            took = self._clock.stamp().mono_ms - began
            # Events come by the thousand: a line for each would cost more than many of them.
            quiet = scope["path"].startswith(_EVENT_PATHS) and status < _REFUSED
            _log.log(
                logging.DEBUG if quiet else logging.INFO,
                "%s %r %d %d ms",
                scope["method"],
                scope["path"],
                status,
                took,
            )
