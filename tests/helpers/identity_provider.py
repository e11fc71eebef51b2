"""An identity provider on a port of this machine that says what a test tells it to say."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "timeback", "secret of the client"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encoded(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


@dataclass
class IdentityProvider:
    """What the provider has, and what it was asked; ``sign`` may be replaced by a test."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    metadata: dict[str, Any] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    token: str = ""
    token_status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    key_fetches: int = 0

    def begin(self, url: str) -> None:
        self.url = url
        self.reset()

    def reset(self) -> None:
        """Behave well again."""
        self.metadata = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        }
        self.published = [self.key.as_dict(private=False)]
        self.token, self.token_status, self.asked, self.key_fetches = "", 200, [], 0

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Return an id_token signed by the provider's key."""
        told = {"alg": "RS256", "kid": "one", **header}
        return jwt.encode(told, claims, self.key, algorithms=["RS256"])

    def sign_by_public_key(self, claims: dict[str, Any]) -> str:
        """Return a token whose HMAC key is the public key: what everybody knows."""
        parts = [_encoded({"alg": "HS256", "kid": "one"}), _encoded(claims)]
        public = self.key.as_pem(private=False)
        signature = hmac.new(public, ".".join(parts).encode(), "sha256").digest()
        return ".".join([*parts, _base64(signature)])

    def sign_not_at_all(self, claims: dict[str, Any]) -> str:
        """Return a token without a signature."""
        return f"{_encoded({'alg': 'none', 'kid': 'one'})}.{_encoded(claims)}."

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        match path:
            case "/.well-known/openid-configuration":
                return 200, self.metadata
            case "/jwks":
                self.key_fetches += 1
                return 200, {"keys": self.published}
            case "/token":
                self.asked.append(form)
                return self.token_status, {"id_token": self.token, "token_type": "Bearer"}
        return 404, {}


class ProviderServer:
    """The provider, served by a thread."""

    def __init__(self) -> None:
        self.provider = provider = IdentityProvider()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(*provider.answer(self.path, {}))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                secret = {"authorization": self.headers.get("authorization", "")}
                self._say(*provider.answer(self.path, dict(parse_qsl(body)) | secret))

            def _say(self, status: int, content: Any) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05])
        provider.begin(f"http://127.0.0.1:{self._server.server_port}")

    def start(self) -> IdentityProvider:
        self._thread.start()
        return self.provider

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
