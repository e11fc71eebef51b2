"""What a running backend is made of, and how a route reaches it.

``create_app`` puts one :class:`Platform` on the application; everything that a request
needs hangs on it, so that two backends can live in one process without sharing a thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Engine

from timeback_desktop.backend.auth.client_keys import RemoteKeys
from timeback_desktop.backend.auth.throttle import TokenThrottle
from timeback_desktop.backend.feed.arrivals import Arrivals
from timeback_desktop.backend.feed.desk import Desks
from timeback_desktop.backend.keys.signing import SigningKeys
from timeback_desktop.backend.oneroster.files.workers import Workers
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.parts import SignInParts
from timeback_desktop.backend.turns import Turns
from timeback_desktop.backend.webhooks.worker import Deliveries
from timeback_desktop.clock import now_ms


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of one running backend; ``run_secret`` is the desktop's own password.

    ``now`` tells the wall clock in milliseconds: expiry is judged by it, and only by it.
    ``arrivals`` wakes those who wait for a student's events, ``desks`` tell boards of them.
    ``token_throttle`` counts who asks for tokens too often, ``client_keys`` are the public keys
    of apps that sign. ``sign_in`` knows the identity providers that the school lets in,
    ``imports`` takes rosters in from files, ``turns`` takes envelopes in groups, ``deliveries``
    sends events to webhooks.
    """

    settings: Settings
    engine: Engine
    keys: SigningKeys
    run_secret: str | None = None
    now: Callable[[], int] = now_ms
    arrivals: Arrivals = field(default_factory=Arrivals)
    desks: Desks = field(default_factory=Desks)
    token_throttle: TokenThrottle = field(default_factory=TokenThrottle)
    client_keys: RemoteKeys = field(default_factory=RemoteKeys)
    sign_in: SignInParts = field(default_factory=SignInParts)
    imports: Workers = field(default_factory=Workers)
    deliveries: Deliveries = field(default_factory=Deliveries)
    turns: Turns[Any, Any] = field(default_factory=Turns)


def current_platform(request: Request) -> Platform:
    """Return the platform that this request arrived at."""
    platform: Platform = request.app.state.platform
    return platform


def current_engine(request: Request) -> Engine:
    """Return the database engine of the platform that this request arrived at."""
    return current_platform(request).engine


CurrentPlatform = Annotated[Platform, Depends(current_platform)]
CurrentEngine = Annotated[Engine, Depends(current_engine)]
