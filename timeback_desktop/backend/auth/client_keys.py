"""The public keys that clients registered, as key sets or as addresses of key sets.

A key set is other people's text: a key in it that is weak or makes no sense is passed over,
and the ones beside it still count. Sets from an address are kept for a few minutes. A name
that is not in a kept set is a reason to fetch it again, but not more often than once a
minute, or strangers could make us call an app as often as they please.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from timeback_desktop.errors import ContractFault

ClientKey = ECKey | RSAKey
_FRESH_MS = 5 * 60_000
_LEAST_BETWEEN_MS = 60_000
_MOST_SETS = 256
_MOST_AT_ONCE = 8
"""Fetches at once: servers that answer slowly must not take every thread that there is."""
_MOST_KEYS = 32
_MODULUS_LENGTHS = range(342, 1367)
"""The base64 lengths of 2048 to 8192 bits: less is weak, more is slow."""
_LONGEST_EXPONENT = 8
_log = logging.getLogger(__name__)


def keys_in(jwks: Any) -> list[ClientKey]:
    """Return the keys of a key set that can verify a signature."""
    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(listed, list):
        return []
    found = (_imported(entry) for entry in listed[:_MOST_KEYS] if isinstance(entry, dict))
    return [key for key in found if key is not None]


def key_named(keys: Sequence[ClientKey], kid: str | None) -> ClientKey | None:
    """Return the key of that name; a set of one key needs no names."""
    if kid is None:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.kid == kid), None)


def _imported(entry: dict[str, Any]) -> ClientKey | None:
    public = {name: value for name, value in entry.items() if name in _PUBLIC_MEMBERS}
    try:
        match public:
            case {"kty": "RSA", "n": str(modulus), "e": str(exponent)}:
                sound = len(modulus) in _MODULUS_LENGTHS and len(exponent) <= _LONGEST_EXPONENT
                return RSAKey.import_key(public) if sound else None
            case {"kty": "EC", "crv": "P-256"}:
                return ECKey.import_key(public)
    except (JoseError, ValueError, TypeError):
        return None
    return None


_PUBLIC_MEMBERS = frozenset({"kty", "n", "e", "crv", "x", "y", "kid", "use", "key_ops", "alg"})


@dataclass(frozen=True, slots=True)
class _KeptSet:
    keys: Sequence[ClientKey]
    fetched_ms: int


class RemoteKeys:
    """Key sets from addresses, kept for a while; bounded, and safe to use from threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _KeptSet] = OrderedDict()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def named(
        self, url: str, kid: str | None, fetch: Callable[[str], Any], now_ms: int
    ) -> ClientKey | None:
        """Return the key of that name, fetching the set when it is old or does not have it."""
        kept = self._kept.get(url)
        age_ms = now_ms - kept.fetched_ms if kept else _FRESH_MS
        if kept is not None and 0 <= age_ms < _FRESH_MS:
            key = key_named(kept.keys, kid)
            if key is not None or age_ms < _LEAST_BETWEEN_MS:
                return key
        if not self._slots.acquire(blocking=False):
            if kept is None:
                raise ContractFault("Too many keys are being fetched: try again.", status=503)
            return key_named(kept.keys, kid)
        try:
            return key_named(self._fetched(url, fetch, now_ms).keys, kid)
        finally:
            self._slots.release()

    def _fetched(self, url: str, fetch: Callable[[str], Any], now_ms: int) -> _KeptSet:
        try:
            keys = keys_in(fetch(url))
        except ContractFault as fault:
            _log.info("The keys of a client cannot be read: %s", fault)
            keys = []
        fresh = _KeptSet(keys, now_ms)
        with self._lock:
            self._kept[url] = fresh
            self._kept.move_to_end(url)
            if len(self._kept) > _MOST_SETS:
                self._kept.popitem(last=False)
        return fresh
