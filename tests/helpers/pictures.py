"""A maker's server with the pictures of an app: good ones, and some that are not."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

PLAIN_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z" fill="#123"/></svg>'


def png(width: int, height: int) -> bytes:
    """Return as much of a PNG as tells its size."""
    header = struct.pack(">II", width, height) + b"\x08\x06\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" + header + b"\x00" * 8


PAGES: dict[str, tuple[str, bytes]] = {
    "/a.svg": ("image/svg+xml", PLAIN_SVG),
    "/a.png": ("image/png", png(640, 360)),
    "/page.html": ("text/html", b"<p>"),
    "/script.svg": ("image/svg+xml", b"<svg><script>alert(1)</script></svg>"),
    "/huge.png": ("image/png", png(30_000, 30_000)),
    "/liar.png": ("image/png", b"<html>"),
}


class Pictures(HTTPServer):
    """The server, and the paths that it was asked for."""

    seen: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Pictures

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        kind, body = PAGES.get(self.path, ("", b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served_pictures() -> Iterator[Pictures]:
    """Serve the pictures on a port of this machine."""
    served = Pictures(("127.0.0.1", 0), _Answers)
    served.seen = []
    thread = threading.Thread(target=served.serve_forever, args=[0.01])
    thread.start()
    try:
        yield served
    finally:
        served.shutdown()
        thread.join()
        served.server_close()
