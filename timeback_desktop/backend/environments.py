"""The doors of the backend: two environments, and several names for one path.

Production answers at ``/``; the same app answers for sandboxes below ``/sandbox``, so that a
client is moved from one to the other by its base address alone, as with separate hosts. A
token is good in one environment only (see ``auth.principal``).

Published clients know the roster by two sets of paths, and some put a slash at the end.
Here every such name is turned into the one that routes are written for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from timeback_desktop.backend.endpoints import EVENTS_PATH

SANDBOX_PREFIX = "/sandbox"
ALIASES = {
    "/rostering/1.0": "/ims/oneroster/rostering/v1p2",
    "/gradebook/1.0": "/ims/oneroster/gradebook/v1p2",
    "/resources/1.0": "/ims/oneroster/resources/v1p2",
    "/case/1.1": "/ims/case/v1p1",
}
_DOOR = "timeback.door"


class Environment(StrEnum):
    """Where a request, a client and a token belong."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"

    @property
    def prefix(self) -> str:
        """Return what the paths of this environment begin with."""
        return SANDBOX_PREFIX if self is Environment.SANDBOX else ""


@dataclass(frozen=True, slots=True)
class Door:
    """How a request came in: its environment, and the two names of the service it called."""

    environment: Environment = Environment.PRODUCTION
    called: str = ""
    canonical: str = ""

    def as_called(self, path: str) -> str:
        """Return a path of ours under the name that the caller uses for it."""
        named = self.called + path.removeprefix(self.canonical) if self.canonical else path
        return self.environment.prefix + named


def door_of(connection: HTTPConnection) -> Door:
    """Return how a request came in."""
    door: Door = connection.scope.get(_DOOR, _FRONT)
    return door


_FRONT = Door()


class Doors:
    """Tell every request its environment and give its path the name that routes have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under its own name."""
        if scope["type"] == "http":
            environment, path = _environment(scope["path"])
            called, canonical, path = _named(path)
            door = Door(environment, called, canonical)
            scope = {**scope, "path": path, "raw_path": path.encode(), _DOOR: door}
        await self._app(scope, receive, send)


def canonical(path: str) -> str:
    """Return the name that routes have for ``path``, whatever it was called by."""
    return _named(_environment(path)[1])[2]


def _environment(path: str) -> tuple[Environment, str]:
    if path == SANDBOX_PREFIX or path.startswith(f"{SANDBOX_PREFIX}/"):
        return Environment.SANDBOX, path.removeprefix(SANDBOX_PREFIX) or "/"
    return Environment.PRODUCTION, path


def _named(path: str) -> tuple[str, str, str]:
    if len(path) > 1 and path.endswith("/") and path != EVENTS_PATH:
        path = path.rstrip("/") or "/"
    for called, canonical in ALIASES.items():
        if path == called or path.startswith(f"{called}/"):
            return called, canonical, canonical + path.removeprefix(called)
    return "", "", path
