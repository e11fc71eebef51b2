"""Somebody's server that takes webhooks, and behaves as a test lets it."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HUGE = 50_000_000


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def delivery_id(self) -> str:
        return self.headers["X-Caliper-Delivery-Id"]

    @property
    def envelope(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def event(self) -> dict[str, Any]:
        (event,) = self.envelope["data"]
        return dict(event)

    def is_signed_with(self, secret: str) -> bool:
        told = self.headers["X-Caliper-Signature"]
        return hmac.compare_digest(told, hmac.new(secret.encode(), self.body, "sha256").hexdigest())


class Receiver(ThreadingHTTPServer):
    """Notes what it is sent; ``answer`` is what it answers next, and from then on."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.seen: list[Received] = []
        self.answer: tuple[int, dict[str, str]] = (200, {})
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def forget(self) -> None:
        """Start anew: a server that takes everything, and has seen nothing."""
        self.seen, self.answer = [], (200, {})
        self.released.clear()


class _Answers(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(Received(self.path, dict(self.headers), body))
        if self.path == "/hang":
            self.server.released.wait(10)
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.path == "/huge":
            self.send_header("content-length", str(HUGE))
        self.end_headers()
        if self.path == "/huge":
            self._pour()

    def _pour(self) -> None:
        try:
            for _ in range(HUGE // 50_000):
                self.wfile.write(b"x" * 50_000)
        except OSError:
            self.server.released.set()  # whoever sent this has hung up

    do_GET = do_POST  # noqa: N815 the base class calls it so

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Open such a server on a port of this machine."""
    served = Receiver()
    thread = threading.Thread(target=served.serve_forever, args=[0.01])
    thread.start()
    try:
        yield served
    finally:
        served.released.set()
        served.shutdown()
        thread.join()
        served.server_close()
