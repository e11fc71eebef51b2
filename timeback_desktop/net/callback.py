"""The one answer that the system's browser brings back: a listener on this computer only.

It answers the first good callback, and nothing else: any page on this computer may knock
here, and whoever does not know the ``state`` cannot end the wait. Browsers open connections
ahead and say nothing on them, so every connection has a thread and little time.
"""

from __future__ import annotations

import hmac
import socket
import socketserver
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

PATH = "/callback"
_HOST = "127.0.0.1"
_SILENCE_S = 10.0
_SLICE_S = 1.0
_KNOCK_S = 1.0
_MOST_FIELDS = 16
_LONGEST_CODE = 4096
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} · TimeBack</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body><main><h1>{title}</h1><p>{words}</p></main></body></html>
"""
_DONE = _PAGE.format(
    title="That is all here", words="Go back to TimeBack. You can close this window."
)
_SAID_NO = _PAGE.format(
    title="Nobody was signed in", words="Go back to TimeBack. You can close this window."
)
_NOT_HERE = _PAGE.format(title="There is nothing here", words="You can close this window.")
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a good callback says: our ``state``, and who answers (RFC 9207)."""

    state: str
    issuer: str


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back: a code, or the error that was sent instead of one."""

    code: str = ""
    error: str = ""


class Callback:
    """Listen at a port of this computer until the browser comes back, or ``close``."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._lock = threading.Lock()
        self._answer: Answer | None = None
        self._ended = threading.Event()
        self._server = _Server(self)
        self._port = int(self._server.server_address[1])
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="callback", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._closing.is_set():
            self._server.handle_request()

    @property
    def address(self) -> str:
        """Where the browser is to come back to."""
        return f"http://{self.host}{PATH}"

    @property
    def host(self) -> str:
        """How a browser names this listener."""
        return f"{_HOST}:{self._port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def wait(self, patience_s: float) -> Answer | None:
        """Return the answer; ``None`` if none came in time, or the listener was closed."""
        left = patience_s
        while left > 0 and not self._ended.wait(min(left, _SLICE_S)):
            left -= _SLICE_S  # in slices, so that Ctrl-C is heard on every system
        with self._lock:
            return self._answer if self._ended.is_set() else None

    def close(self) -> None:
        """Listen no more; whoever waits gets what has come, if anything."""
        self._ended.set()
        self._closing.set()
        if self._thread.is_alive():
            with suppress(OSError):  # a knock of our own, so that it looks up
                socket.create_connection((_HOST, self._port), _KNOCK_S).close()
            self._thread.join()
        self._server.server_close()

    def take(self, query: str) -> Answer | None:
        """Return the answer in a query if it is the first good one."""
        answer = _judged(query, self._expected)
        with self._lock:
            if answer is None or self._answer is not None or self._ended.is_set():
                return None
            self._answer = answer
        return answer

    def shown(self) -> None:
        """Note that the browser has the page: the wait may end."""
        self._ended.set()


def _judged(query: str, expected: Expected) -> Answer | None:
    fields = _fields(query)
    right = same(fields.get("state", ""), expected.state)
    right &= same(fields.get("iss", ""), expected.issuer)
    code, error = fields.get("code", ""), fields.get("error", "")
    if not right or bool(code) == bool(error) or len(code + error) > _LONGEST_CODE:
        return None
    return Answer(code, error)


def _fields(query: str) -> Mapping[str, str]:
    """Return the parameters of a query, none if one is there twice."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}


def same(given: str, expected: str) -> bool:
    """Compare two texts in a time that does not tell where they differ."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False  # a connection that says nothing must not hold up the end
    allow_reuse_address = False
    request_queue_size = 32

    def __init__(self, callback: Callback) -> None:
        self.callback = callback
        super().__init__((_HOST, 0), _Visit)

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a browser go that has hung up."""


class _Visit(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SILENCE_S
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Take the answer, if it is one."""
        callback = self.server.callback
        path, _, query = self.path.partition("?")
        named = self.headers.get_all("Host", [])
        here = path == PATH and named == [callback.host]
        answer = callback.take(query) if here else None
        if answer is None:
            self.send_error(404)
            return
        try:
            self._show(200, _SAID_NO if answer.error else _DONE)
        finally:
            callback.shown()

    def send_error(self, *_: object, **__: object) -> None:
        """Say to everything else that there is nothing here, whatever is wrong with it."""
        self.request_version = self.protocol_version  # unknown yet when a line cannot be read
        self._show(404, _NOT_HERE)

    def log_message(self, *_: object) -> None:
        """Write nothing down: the address of a request has a code in it."""

    def _show(self, status: int, page: str) -> None:
        body = page.encode()
        self.send_response_only(status)
        for name, value in {**_HEADERS, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = True
