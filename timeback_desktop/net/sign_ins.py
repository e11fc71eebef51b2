"""Sign-ins that last: the token a person signed in with is renewed before it runs out.

The rest of the program keeps the first access token as the name of the sign-in and never
learns of the later ones. Tokens live in memory only. A refresh token is good for one use, so
a sign-in is renewed by one thread at a time; the others wait and get what it got.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from timeback_desktop.clock import SystemClock
from timeback_desktop.identity.model import SignedIn

EARLY_MS = 120_000
"""How long before its end a token is renewed: a launch needs it for a minute more."""


@dataclass(frozen=True, slots=True, repr=False)
class Renewed:
    """The tokens that a refresh token was exchanged for."""

    access_token: str
    refresh_token: str
    expires_in: int


Exchange = Callable[[str], Renewed | None]
"""Exchange a refresh token; ``None`` says that the sign-in has ended."""


@dataclass(slots=True, repr=False)
class _SignIn:
    access_token: str
    refresh_token: str
    ends_mono_ms: int
    lock: threading.Lock = field(default_factory=threading.Lock)


class SignIns:
    """The sign-ins of this run, by the access token that each began with."""

    def __init__(self, mono_ms: Callable[[], int] | None = None) -> None:
        self._mono_ms = mono_ms or (lambda: SystemClock().stamp().mono_ms)
        self._known: dict[str, _SignIn] = {}

    def begin(self, signed_in: SignedIn) -> None:
        """Remember a sign-in that can be renewed."""
        if signed_in.refresh_token:
            ends = self._mono_ms() + signed_in.expires_in * 1000
            kept = _SignIn(signed_in.access_token, signed_in.refresh_token, ends)
            self._known[signed_in.access_token] = kept

    def end(self, name: str) -> None:
        """Forget a sign-in."""
        self._known.pop(name, None)

    def token(self, name: str, exchange: Exchange) -> str:
        """Return a token of the sign-in that is good for a while yet."""
        kept = self._known.get(name)
        if kept is None:
            return name
        with kept.lock:
            if kept.ends_mono_ms - self._mono_ms() < EARLY_MS:
                self._renew(kept, exchange)
            return kept.access_token

    def token_instead_of(self, name: str, refused: str, exchange: Exchange) -> str | None:
        """Return a token in place of one that was refused; ``None`` when there is no other."""
        kept = self._known.get(name)
        if kept is None:
            return None
        with kept.lock:
            if kept.access_token == refused and not self._renew(kept, exchange):
                return None
            return kept.access_token

    def _renew(self, kept: _SignIn, exchange: Exchange) -> bool:
        renewed = exchange(kept.refresh_token)
        if renewed is None:
            return False
        kept.access_token, kept.refresh_token = renewed.access_token, renewed.refresh_token
        kept.ends_mono_ms = self._mono_ms() + renewed.expires_in * 1000
        return True
