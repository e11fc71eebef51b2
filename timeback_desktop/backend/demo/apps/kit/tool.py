"""An LTI 1.3 tool: login, launch, session, event sender. The app itself adds its own routes.

Cookies: the port is no part of a cookie's scope, so each app uses its own cookie names. The
session cookie is ``SameSite=Lax``, which is enough because a launch ends with a 303 to our own
page. The login cookie has to travel with the platform's cross-site POST, hence
``SameSite=None; Secure``; browsers treat 127.0.0.1 as trustworthy, so it works without TLS.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .assets import Assets
from .config import AppConfig, origin_of
from .doorman import Doorman
from .events import Event, Reporter
from .expiring import ExpiringStore
from .keys import KeysUnavailable, PlatformKeys
from .launch import Launch, LaunchRefused, verify
from .pages import message_page, told
from .progress import Progress
from .seal import Seal
from .sender import EventSender

LOGIN_LIFETIME_S = 10 * 60
SESSION_LIFETIME_S = 8 * 60 * 60
_KIT = __name__.rpartition(".")[0]
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login that we sent to the platform and that has not come back yet."""

    nonce: str
    browser: str
    target: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """The student behind a request."""

    subject: str
    given_name: str | None
    reporter: Reporter
    progress: Progress = field(default_factory=Progress)


Handler = Callable[[Request, Visitor], Awaitable[Response]]


class Tool:
    """One app at one platform."""

    def __init__(self, config: AppConfig, *, slug: str, name: str, icon_svg: str) -> None:
        self.config, self.name = config, name
        self._icon_svg = icon_svg
        self._session_cookie, self._login_cookie = f"{slug}_session", f"{slug}_login"
        self._session_seal = Seal(config.secret_key, f"{slug} session")
        self._login_seal = Seal(config.secret_key, f"{slug} login")
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False)
        self._keys = PlatformKeys(config.jwks_url, self._http)
        self._logins = ExpiringStore[PendingLogin](lifetime_s=LOGIN_LIFETIME_S, most=2_000)
        self._sessions = ExpiringStore[Visitor](lifetime_s=SESSION_LIFETIME_S, most=2_000)
        self.sender = EventSender(config, self._http)

    def application(self, package: str, routes: Sequence[BaseRoute]) -> Starlette:
        """Return the ASGI app: the routes of the tool, then the given ones."""
        app = Starlette(
            routes=[
                Route("/lti/login", self.start_login, methods=["GET", "POST"]),
                Route("/lti/launch", self.finish_login, methods=["POST"]),
                Route("/icon.svg", self._icon),
                Route("/healthz", _healthy),
                Mount("/kit", Assets(_KIT)),
                Mount("/static", Assets(package)),
                *routes,
            ],
            middleware=[Middleware(Doorman, origin=self.config.origin)],
            lifespan=self._lifespan,
        )
        app.state.tool = self
        return app

    def tell(self, *events: Event) -> str:
        """Report events to the platform, and return the markup that tells them to the page."""
        self.sender.put(*events)
        return told(events)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.sender.start()
        try:
            yield
        finally:
            await self.sender.stop()
            await self._http.aclose()

    async def start_login(self, request: Request) -> Response:
        """Answer a login initiation: remember it, and send the browser to the platform."""
        given = request.query_params if request.method == "GET" else await request.form()
        fields = {key: value for key, value in given.items() if isinstance(value, str)}
        problem = self._login_problem(fields)
        if problem:
            return self._refuse(problem, 400)
        browser = self._login_seal.open(request.cookies.get(self._login_cookie))
        browser = browser or secrets.token_urlsafe(24)
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._logins.put(state, PendingLogin(nonce, browser, fields["target_link_uri"]))
        response = RedirectResponse(self._authorize_url(fields, state, nonce), 302)
        self._set_login_cookie(response, browser)
        return response

    def _login_problem(self, fields: Mapping[str, str]) -> str | None:
        if fields.get("iss") != self.config.issuer:
            return "the login comes from another platform (iss)"
        if not fields.get("login_hint"):
            return "the login does not say for whom it is (login_hint)"
        if fields.get("client_id", self.config.client_id) != self.config.client_id:
            return "the login is meant for another app (client_id)"
        deployment = fields.get("lti_deployment_id", self.config.deployment_id)
        if deployment != self.config.deployment_id:
            return "the login belongs to another deployment (lti_deployment_id)"
        if origin_of(fields.get("target_link_uri", "")) != self.config.origin:
            return "the login leads to another address (target_link_uri)"
        return None

    def _authorize_url(self, fields: Mapping[str, str], state: str, nonce: str) -> str:
        query = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": self.config.client_id,
            "redirect_uri": self.config.launch_url,
            "login_hint": fields["login_hint"],
            "state": state,
            "nonce": nonce,
        }
        if "lti_message_hint" in fields:
            query["lti_message_hint"] = fields["lti_message_hint"]
        joint = "&" if urlsplit(self.config.authorize_url).query else "?"
        return f"{self.config.authorize_url}{joint}{urlencode(query)}"

    def _set_login_cookie(self, response: Response, browser: str) -> None:
        response.set_cookie(
            self._login_cookie,
            self._login_seal.sign(browser),
            max_age=LOGIN_LIFETIME_S,
            path="/lti/",
            secure=True,
            httponly=True,
            samesite="none",
        )

    async def finish_login(self, request: Request) -> Response:
        """Take the id_token, believe it or not, and open the app."""
        given = await request.form()
        fields = {key: value for key, value in given.items() if isinstance(value, str)}
        try:
            launch = await self._believe(fields, request.cookies.get(self._login_cookie))
        except LaunchRefused as refused:
            return self._refuse(refused.reason, refused.status)
        except KeysUnavailable:
            return self._refuse("the platform's keys cannot be read right now", 502)
        target = urlsplit(launch.target)
        where = f"/{target.path.lstrip('/')}" + (f"?{target.query}" if target.query else "")
        response = RedirectResponse(where, 303)
        self._open_session(response, launch)
        return response

    async def _believe(self, fields: Mapping[str, str], cookie: str | None) -> Launch:
        login = self._logins.take(fields.get("state", ""))
        if login is None:
            raise LaunchRefused("this login was used before, or took too long (state)", 400)
        if self._login_seal.open(cookie) != login.browser:
            raise LaunchRefused("the login began in another browser (state)", 400)
        if "error" in fields:
            said = fields.get("error_description") or fields["error"]
            raise LaunchRefused(f"the platform answered: {said[:200]}", 400)
        return await verify(
            fields.get("id_token", ""),
            nonce=login.nonce,
            target=login.target,
            config=self.config,
            keys=self._keys,
        )

    def _open_session(self, response: Response, launch: Launch) -> None:
        reporter = Reporter(self.config.application_urn, self.name, launch.subject)
        # A new id on every launch: an id that was planted before a login is worth nothing.
        session = secrets.token_urlsafe(32)
        self._sessions.put(session, Visitor(launch.subject, launch.given_name, reporter))
        response.set_cookie(
            self._session_cookie,
            self._session_seal.sign(session),
            path="/",
            secure=self.config.origin.startswith("https:"),
            httponly=True,
            samesite="lax",
        )

    def guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Let a handler see only students with a session, and only posts from our own pages."""

        async def guard(request: Request) -> Response:
            session = self._session_seal.open(request.cookies.get(self._session_cookie))
            visitor = self._sessions.get(session) if session else None
            if visitor is None:
                return self._ask_to_launch()
            own = request.headers.get("origin") == self.config.origin
            if request.method not in {"GET", "HEAD"} and not own:
                return self._refuse("the message comes from another page (Origin)", 403)
            return await handler(request, visitor)

        return guard

    def _ask_to_launch(self) -> Response:
        text = f"Go to your TimeBack home and pick {self.name}. We will be ready for you."
        return message_page(self.name, "Open me from TimeBack", text, status=401)

    def _refuse(self, reason: str, status: int) -> Response:
        text = f"The reason: {reason}. Go back to TimeBack and open {self.name} again."
        return message_page(self.name, "We could not open the app", text, status=status)

    async def _icon(self, _: Request) -> Response:
        headers = {"Cache-Control": "max-age=3600"}
        return Response(self._icon_svg, media_type="image/svg+xml", headers=headers)


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok")
