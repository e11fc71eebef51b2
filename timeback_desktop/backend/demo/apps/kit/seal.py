"""Signed values for cookies, so that a browser can hold them and not change them."""

from __future__ import annotations

import hashlib
import hmac
import secrets


class Seal:
    """Sign short tokens with one key and one purpose."""

    def __init__(self, key: str, purpose: str) -> None:
        self._key = hmac.digest(key.encode(), purpose.encode(), hashlib.sha256)

    def mint(self) -> str:
        """Return a fresh random token, signed."""
        return self.sign(secrets.token_urlsafe(24))

    def sign(self, token: str) -> str:
        """Return the token with its signature."""
        return f"{token}.{self._signature(token)}"

    def open(self, signed: str | None) -> str | None:
        """Return the token when the signature is ours."""
        token, _, signature = (signed or "").rpartition(".")
        if not token or not hmac.compare_digest(
            signature.encode(), self._signature(token).encode()
        ):
            return None
        return token

    def _signature(self, token: str) -> str:
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()
