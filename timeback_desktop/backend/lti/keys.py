"""The platform's signing keys: made once, kept in files, exchanged with an overlap.

The key of yesterday stays published after an exchange, because a tool may hold a token
that it signed, or a copy of the key set from before. The ``kid`` is the key's thumbprint
(RFC 7638): it cannot be given to another key by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import RSAKey

from timeback_desktop.backend.private_file import write_private

_BITS = 2048
_MAX_AGE_MS = 90 * 24 * 3600 * 1000
_PUBLIC_USE = {"use": "sig", "alg": "RS256"}


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The key that signs now, and the one that signed before."""

    current: RSAKey
    previous: RSAKey | None = None

    @classmethod
    def open(cls, folder: Path, now_ms: int) -> SigningKeys:
        """Read the keys in ``folder``; make the first one, exchange one past its age."""
        current = folder / "current.pem"
        if not current.exists():
            write_private(current, _fresh_pem())
        elif now_ms - current.stat().st_mtime_ns // 1_000_000 > _MAX_AGE_MS:
            exchange(folder)
        previous = folder / "previous.pem"
        return cls(_read(current), _read(previous) if previous.exists() else None)

    def published(self) -> dict[str, list[dict[str, str | list[str]]]]:
        """Return the JSON Web Key Set: public members only."""
        keys = [self.current, *([self.previous] if self.previous else [])]
        return {"keys": [_public(key) for key in keys]}

    def sign(self, claims: dict[str, object]) -> str:
        """Return ``claims`` as a JWT signed with RS256 by the current key."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.current.thumbprint()}
        return jwt.encode(header, claims, self.current, algorithms=["RS256"])


def exchange(folder: Path) -> None:
    """Make a new current key in ``folder``; the old one becomes the previous one."""
    current = folder / "current.pem"
    write_private(folder / "previous.pem", current.read_bytes())
    write_private(current, _fresh_pem())


def _fresh_pem() -> bytes:
    return RSAKey.generate_key(_BITS).as_pem(private=True)


def _read(path: Path) -> RSAKey:
    return RSAKey.import_key(path.read_bytes())


def _public(key: RSAKey) -> dict[str, str | list[str]]:
    return {**key.as_dict(private=False), **_PUBLIC_USE, "kid": key.thumbprint()}
