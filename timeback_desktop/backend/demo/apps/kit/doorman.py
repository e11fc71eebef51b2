"""What every answer of a learning app carries, and which requests it does not take."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 64 * 1024
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


class Doorman:
    """Refuse foreign hosts and large bodies; add the security headers."""

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self._app, self._host = app, urlsplit(origin).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope["method"], Headers(scope=scope))

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if headers.get("host") != self._host:
            # A foreign name that resolves to us is how DNS rebinding starts.
            return PlainTextResponse("This app lives at another address.", 400)
        if method not in {"GET", "HEAD"}:
            length = headers.get("content-length", "")
            if not length.isdecimal():
                return PlainTextResponse("Say how long the message is.", 411)
            if len(length) > 9 or int(length) > MOST_BODY_BYTES:
                return PlainTextResponse("That is too much at once.", 413)
        return None
