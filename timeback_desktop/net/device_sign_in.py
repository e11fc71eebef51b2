"""Signing in where no browser is: a short code that the person types elsewhere (RFC 8628)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import msgspec

from timeback_desktop.clock import Clock, SystemClock
from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.identity.model import SignInFailed
from timeback_desktop.net.authorization_server import (
    AuthorizationServer,
    Refused,
    Tokens,
    check_address,
    decode,
    printable,
)
from timeback_desktop.net.platform import CLIENT_ID

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL_S, _SLOWER_S = 5, 5
_LONGEST_S = 1800
_START_AGAIN = "Start again for a new code."

Wait = Callable[[float], object]


class DeviceCode(msgspec.Struct, frozen=True):
    """What the platform gives a device: a secret of its own, and a code for the person."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: int = _INTERVAL_S

    def __repr__(self) -> str:
        """Name what the person may see, never the secret."""
        return f"DeviceCode({self.user_code})"


class DeviceSignIn:
    """One sign-in by a code; ``cancel`` may be called from another thread."""

    def __init__(
        self,
        server: AuthorizationServer,
        scope: str,
        *,
        clock: Clock | None = None,
        wait: Wait | None = None,
    ) -> None:
        self._server = server
        self._clock = clock or SystemClock()
        self._cancelled = threading.Event()
        self._wait = wait or self._cancelled.wait
        self.code = self._ask(scope)

    def _ask(self, scope: str) -> DeviceCode:
        address = self._server.metadata.device_authorization_endpoint
        if not address:
            raise SignInFailed(
                "This address of the platform has no sign-in by a code.",
                "People sign in at its own address, not below /sandbox.",
            )
        answer = self._server.post(address, {"client_id": CLIENT_ID, "scope": scope})
        if not answer.is_success:
            raise SignInFailed(
                f"The platform gave no code; it answered {answer.status_code}.",
                "Try again in a minute.",
            )
        code = decode(answer, DeviceCode)
        check_address(code.verification_uri)
        return code

    def run(self) -> Tokens:
        """Ask until the person has answered, as often as the platform allows."""
        interval_s = max(self.code.interval, 1)
        ends_ms = self._now() + min(self.code.expires_in, _LONGEST_S) * 1000
        while self._now() + interval_s * 1000 < ends_ms and not self._cancelled.is_set():
            self._wait(interval_s)
            told: Tokens | Refused | None = None
            with suppress(BackendUnavailable):
                told = self._server.exchange(GRANT, {"device_code": self.code.device_code})
            if isinstance(told, Tokens):
                return told
            interval_s = _next(interval_s, told)
        raise SignInFailed("The code was not entered in time.", _START_AGAIN)

    def cancel(self) -> None:
        """Ask no longer."""
        self._cancelled.set()

    def _now(self) -> int:
        return self._clock.stamp().mono_ms


def _next(interval_s: int, told: Refused | None) -> int:
    """Return how long to wait before asking again, or raise because there is no use."""
    if told is None:
        return interval_s * 2  # RFC 8628, 3.5: a platform that is away is asked ever less often
    match told.error:
        case "authorization_pending":
            return interval_s
        case "slow_down":
            return interval_s + _SLOWER_S
        case "expired_token":
            raise SignInFailed("The code was not entered in time.", _START_AGAIN)
        case "access_denied":
            raise SignInFailed("The person said no.", _START_AGAIN)
        case error:
            raise SignInFailed(f"The platform answered {printable(error)}.", _START_AGAIN)
