"""What sign-in keeps in memory while a backend runs; hangs on ``runtime.Platform``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from timeback_desktop.backend.auth.throttle import Buckets
from timeback_desktop.backend.outbound import may_reach_loopback
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.providers import Provider
from timeback_desktop.backend.signin.settings import load_providers

_TRY_BURST, _TRY_EVERY_MS = 30, 2_000
_PAGE_BURST, _PAGE_EVERY_MS = 2_000, 50


def _code_tries() -> Buckets:
    return Buckets(_TRY_BURST, _TRY_EVERY_MS)


def _pages() -> Buckets:
    return Buckets(_PAGE_BURST, _PAGE_EVERY_MS)


@dataclass(frozen=True, slots=True)
class SignInParts:
    """The identity providers by key, and the counts of who comes too often.

    Each address may try thirty codes at once and then one in two seconds: a whole class may
    sit behind one address, and at that rate guessing one of 34 bits takes centuries.
    ``pages`` bounds what a flood can make us remember for ten minutes.
    """

    providers: Mapping[str, Provider] = field(default_factory=dict)
    code_tries: Buckets = field(default_factory=_code_tries)
    pages: Buckets = field(default_factory=_pages)

    @classmethod
    def open(cls, settings: Settings) -> SignInParts:
        """Read which providers a school lets in; raise when the file cannot be used."""
        loopback = may_reach_loopback(settings)
        return cls(
            {
                key: Provider(key, provider, secret, loopback)
                for key, (provider, secret) in load_providers(settings.sign_in_providers).items()
            }
        )
