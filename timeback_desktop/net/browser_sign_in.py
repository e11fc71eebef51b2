"""Signing in through the system's own browser: a code, bound to us by PKCE (RFC 8252).

The password is typed where the person knows the address bar, never into a window of ours.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from timeback_desktop.identity.model import SignInFailed
from timeback_desktop.net.authorization_server import (
    AuthorizationServer,
    Metadata,
    Refused,
    Tokens,
    printable,
)
from timeback_desktop.net.callback import Callback, Expected
from timeback_desktop.net.platform import CLIENT_ID

PATIENCE_S = 120.0
_SAID_NO = "access_denied"

Show = Callable[[str], None]
"""Take the person to an address; raise if there is no way to."""


@dataclass(frozen=True, slots=True, repr=False)
class _Secrets:
    """What only we know of one request: its ``state``, and the verifier of its code."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def challenge(self) -> str:
        """Return the S256 challenge that goes with the verifier (RFC 7636, 4.2)."""
        hashed = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


class BrowserSignIn:
    """One sign-in in the browser; ``cancel`` may be called from another thread."""

    def __init__(self, server: AuthorizationServer, scope: str) -> None:
        self._server, self._scope = server, scope
        self._secrets = _Secrets()
        _check_offered(server.metadata)
        self._callback = Callback(Expected(self._secrets.state, server.metadata.issuer))

    @property
    def page(self) -> str:
        """The address at which the person signs in."""
        asked = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self._callback.address,
            "scope": self._scope,
            "state": self._secrets.state,
            "code_challenge": self._secrets.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._server.metadata.authorization_endpoint}?{urlencode(asked)}"

    def run(self, show: Show, patience_s: float = PATIENCE_S) -> Tokens:
        """Show the page, wait for the browser to come back, and get the tokens."""
        with self._callback:
            show(self.page)
            answer = self._callback.wait(patience_s)
        if answer is None:
            raise SignInFailed("Nobody signed in in the browser in time.", "Start again.")
        if answer.error:
            raise _said(answer.error)
        shown = {
            "code": answer.code,
            "redirect_uri": self._callback.address,
            "code_verifier": self._secrets.verifier,
        }
        told = self._server.exchange("authorization_code", shown)
        if isinstance(told, Refused):
            raise told.fault()
        return told

    def cancel(self) -> None:
        """Wait for the browser no longer."""
        self._callback.close()


def _check_offered(metadata: Metadata) -> None:
    """Refuse a platform that would let somebody else use the code, or answer for it."""
    if not metadata.authorization_endpoint:
        raise SignInFailed(
            "Nobody signs in at this address of the platform.",
            "People sign in at its own address, not below /sandbox.",
        )
    by_us = "S256" in metadata.code_challenge_methods_supported
    if not (by_us and metadata.authorization_response_iss_parameter_supported):
        raise SignInFailed(
            "This platform cannot sign people in safely through a browser.",
            "Ask whoever runs it.",
        )


def _said(error: str) -> SignInFailed:
    if error == _SAID_NO:
        return SignInFailed("The person did not want to sign in.", "Start again if that was wrong.")
    return SignInFailed(f"The platform answered {printable(error)}.", "Start the sign-in again.")
