"""The app factory: the routers of the feature packages, joined behind the guards."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI

from timeback_desktop import __version__
from timeback_desktop.backend import faults
from timeback_desktop.backend.auth import routes as auth_routes
from timeback_desktop.backend.auth.schemas import TokenRefused
from timeback_desktop.backend.desktop import routes as desktop_routes
from timeback_desktop.backend.environments import Doors
from timeback_desktop.backend.events import routes as events_routes
from timeback_desktop.backend.feed import routes as feed_routes
from timeback_desktop.backend.guards import AccessLog, BodyLimit, HostAllowList
from timeback_desktop.backend.insights import routes as insights_routes
from timeback_desktop.backend.lti import routes as lti_routes
from timeback_desktop.backend.lti.schemas import Unanswerable
from timeback_desktop.backend.runtime import Platform

_FEATURES = (
    auth_routes,
    lti_routes,
    events_routes,
    insights_routes,
    feed_routes,
    desktop_routes,
)


def create_app(platform: Platform) -> FastAPI:
    """Return the ASGI app of ``platform``, whose settings hold the port really bound."""
    # FastAPI's own pages of documentation are drawn by scripts from another machine: left out.
    app = FastAPI(
        title="TimeBack", version=__version__, redirect_slashes=False, docs_url=None, redoc_url=None
    )
    app.state.platform = platform
    faults.install(app)
    app.exception_handler(TokenRefused)(auth_routes.refusal)
    app.exception_handler(Unanswerable)(lti_routes.unanswerable)
    for feature in _FEATURES:
        app.include_router(feature.router)
    app.add_middleware(BodyLimit)
    app.add_middleware(Doors)
    app.add_middleware(HostAllowList, hosts=_own_names(platform))
    app.add_middleware(AccessLog)
    return app


def _own_names(platform: Platform) -> set[str]:
    settings = platform.settings
    own = {f"127.0.0.1:{settings.port}", f"localhost:{settings.port}"}
    return own | {urlsplit(settings.issuer_url).netloc}
