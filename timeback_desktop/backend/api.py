"""The app factory: the routers of the feature packages, joined behind the guards."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI

from timeback_desktop import __version__
from timeback_desktop.backend import faults
from timeback_desktop.backend.auth import routes as auth_routes
from timeback_desktop.backend.auth.schemas import TokenRefused
from timeback_desktop.backend.curriculum import routes as curriculum_routes
from timeback_desktop.backend.desktop import routes as desktop_routes
from timeback_desktop.backend.edubridge import routes as edubridge_routes
from timeback_desktop.backend.environments import Doors
from timeback_desktop.backend.events import query_routes
from timeback_desktop.backend.events import routes as events_routes
from timeback_desktop.backend.events.door import EventDoor
from timeback_desktop.backend.feed import board_routes
from timeback_desktop.backend.feed import routes as feed_routes
from timeback_desktop.backend.guards import AccessLog, BodyLimit, HostAllowList
from timeback_desktop.backend.insights import routes as insights_routes
from timeback_desktop.backend.lti import routes as lti_routes
from timeback_desktop.backend.lti.schemas import Unanswerable
from timeback_desktop.backend.oneroster import (
    credential_routes,
    gradebook_routes,
    people_routes,
    write_routes,
)
from timeback_desktop.backend.oneroster import routes as oneroster_routes
from timeback_desktop.backend.oneroster.files import routes as roster_files_routes
from timeback_desktop.backend.privacy import routes as privacy_routes
from timeback_desktop.backend.progress import routes as progress_routes
from timeback_desktop.backend.reference import routes as reference_routes
from timeback_desktop.backend.registry import life_routes, publisher_routes
from timeback_desktop.backend.registry import routes as registry_routes
from timeback_desktop.backend.registry.lifecycle import NotYet
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.sessions import routes as sessions_routes
from timeback_desktop.backend.signin import routes as signin_routes
from timeback_desktop.backend.signin.schemas import PageFault
from timeback_desktop.backend.webhooks import delivery_routes
from timeback_desktop.backend.webhooks import routes as webhooks_routes
from timeback_desktop.backend.wellknown import routes as wellknown_routes

_FEATURES = (
    auth_routes,
    wellknown_routes,
    signin_routes,
    lti_routes,
    events_routes,
    query_routes,
    sessions_routes,
    insights_routes,
    progress_routes,
    feed_routes,
    board_routes,
    desktop_routes,
    registry_routes,
    life_routes,
    publisher_routes,
    oneroster_routes,
    write_routes,
    people_routes,
    credential_routes,
    gradebook_routes,
    roster_files_routes,
    edubridge_routes,
    curriculum_routes,
    webhooks_routes,
    delivery_routes,
    privacy_routes,
    reference_routes,
)


def create_app(platform: Platform) -> FastAPI:
    """Return the ASGI app of ``platform``, whose settings hold the port really bound."""
    # FastAPI's own pages of documentation are drawn by scripts from another machine: see
    # ``reference``, which writes the document and the pages.
    app = FastAPI(
        title="TimeBack",
        version=__version__,
        redirect_slashes=False,
        openapi_url=None,
        generate_unique_id_function=reference_routes.operation_id,
    )
    app.state.platform = platform
    faults.install(app)
    app.exception_handler(TokenRefused)(auth_routes.refusal)
    app.exception_handler(Unanswerable)(lti_routes.unanswerable)
    app.exception_handler(PageFault)(signin_routes.page_fault)
    app.exception_handler(NotYet)(registry_routes.not_yet)
    for feature in _FEATURES:
        app.include_router(feature.router)
    app.add_middleware(BodyLimit)
    app.add_middleware(EventDoor)
    app.add_middleware(Doors)
    app.add_middleware(HostAllowList, hosts=_own_names(platform))
    app.add_middleware(AccessLog)
    return app


def _own_names(platform: Platform) -> set[str]:
    settings = platform.settings
    own = {f"127.0.0.1:{settings.port}", f"localhost:{settings.port}"}
    return own | {urlsplit(settings.issuer_url).netloc}
