"""The platform's public keys, fetched when needed and kept until an unknown one turns up."""

from __future__ import annotations

import asyncio

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

SHORTEST_BITS = 2048


class KeysUnavailable(Exception):
    """The platform's key set cannot be read right now."""


class PlatformKeys:
    """Cache of a JWKS: an unknown ``kid`` causes one fetch, which is how rotation is noticed."""

    def __init__(self, jwks_url: str, http: httpx.AsyncClient) -> None:
        self._jwks_url, self._http = jwks_url, http
        self._keys: dict[str, RSAKey] = {}
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> RSAKey | None:
        """Return the RSA key of that id, or ``None`` when the platform has no such key."""
        if kid not in self._keys:
            async with self._fetching:
                if kid not in self._keys:
                    self._keys = await self._fetch()
        return self._keys.get(kid)

    async def _fetch(self) -> dict[str, RSAKey]:
        try:
            response = await self._http.get(self._jwks_url)
            entries = response.raise_for_status().json()["keys"]
            keys = [key for entry in entries if (key := _rsa_key(entry))]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise KeysUnavailable(str(error)) from error
        # A retired key is absent from the answer, and so it is forgotten here too.
        return {key.kid: key for key in keys if key.kid}


def _rsa_key(entry: object) -> RSAKey | None:
    """Read one key; others than RSA keys for signatures may stand in the set and are passed by."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        key = RSAKey.import_key(entry)
    except (JoseError, ValueError, TypeError):
        return None
    return key if key.get_op_key("verify").key_size >= SHORTEST_BITS else None
