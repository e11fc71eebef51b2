"""The ring of keys as a value: which of them signs, and what becomes of it in time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from joserfc.jwk import RSAKey

_BITS = 2048
_DAY_MS = 24 * 3600 * 1000
MAX_AGE_MS = 90 * _DAY_MS
OVERLAP_MS = 7 * _DAY_MS
"""How long a key stays published after its last signature."""
LEAD_MS = 10 * 60_000
"""How long a key is published at least before its first signature."""
_PUBLIC_USE = {"use": "sig", "alg": "RS256"}


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key; ``signs_ms`` is missing before it signs, ``retires_ms`` until it signed last.

    ``jwk`` is the private key as JSON. Making a key of that takes long, because it is checked,
    so that is left to whoever signs with it.
    """

    jwk: dict[str, str]
    published_ms: int
    signs_ms: int | None = None
    retires_ms: int | None = None

    @classmethod
    def of(cls, key: RSAKey, now_ms: int) -> RingKey:
        """Return a key that is published from now on."""
        told: dict[str, Any] = key.as_dict(private=True)
        return cls({**told, "kid": key.thumbprint()}, now_ms)

    @classmethod
    def fresh(cls, now_ms: int) -> RingKey:
        """Make a new key, which is published from now on."""
        return cls.of(RSAKey.generate_key(_BITS), now_ms)

    @property
    def kid(self) -> str:
        """Return its name."""
        return self.jwk["kid"]

    def public(self) -> dict[str, str]:
        """Return what everybody may know of it."""
        return {name: self.jwk[name] for name in ("kty", "n", "e", "kid")} | _PUBLIC_USE


@dataclass(frozen=True, slots=True)
class Ring:
    """The current key, the one that follows it, and those before it, newest first."""

    current: RingKey
    following: RingKey
    former: tuple[RingKey, ...] = ()

    @classmethod
    def fresh(cls, now_ms: int) -> Ring:
        """Make the first ring."""
        first = replace(RingKey.fresh(now_ms), signs_ms=now_ms)
        return cls(first, RingKey.fresh(now_ms))

    @property
    def keys(self) -> tuple[RingKey, ...]:
        """Return all keys, the one that signs first."""
        return self.current, self.following, *self.former

    def due_ms(self) -> int:
        """Return when the current key is past its age."""
        return (self.current.signs_ms or 0) + MAX_AGE_MS

    def ready_ms(self) -> int:
        """Return when the following key may sign: not before everybody can have seen it."""
        return self.following.published_ms + LEAD_MS

    def turned(self, now_ms: int) -> Ring:
        """Let the following key sign, and publish one more."""
        past = replace(self.current, retires_ms=now_ms + OVERLAP_MS)
        return Ring(
            current=replace(self.following, signs_ms=now_ms),
            following=RingKey.fresh(now_ms),
            former=tuple(key for key in (past, *self.former) if _published(key, now_ms)),
        )

    def public(self, now_ms: int) -> dict[str, list[dict[str, str]]]:
        """Return the JSON Web Key Set of all that is published now."""
        return {"keys": [key.public() for key in self.keys if _published(key, now_ms)]}

    def to_json(self) -> bytes:
        """Return the ring as it is kept: the private keys too."""
        return json.dumps([asdict(key) for key in self.keys]).encode()

    @classmethod
    def from_json(cls, kept: bytes) -> Ring:
        """Read a ring as it was kept."""
        keys = [RingKey(**told) for told in json.loads(kept)]
        if not all(isinstance(each, str) for key in keys for each in key.public().values()):
            raise ValueError("a key is not made of texts")
        current, following, *former = keys
        return cls(current, following, tuple(former))


def _published(key: RingKey, now_ms: int) -> bool:
    return key.retires_ms is None or now_ms < key.retires_ms
