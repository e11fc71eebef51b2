"""Signing with the ring that is kept in a file, by as many processes as share the folder.

The file is looked at before every use, so that a turn made by another process, or by a
person at the command line, counts at once. Two processes that turn the ring in the same
moment are no harm: both let the same key sign, and the fresh key that is lost never did.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from timeback_desktop.backend.keys.ring import Ring, RingKey
from timeback_desktop.backend.private_file import write_private
from timeback_desktop.errors import ContractFault, EnvironmentFault

_FILE = "signing-keys.json"
_OLD_FILE = "current.pem"


class SigningKeys:
    """The signing keys in one folder; safe to use from threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, int, int], Ring] | None = None
        self._signer: tuple[str, RSAKey] | None = None

    @classmethod
    def open(cls, folder: Path, now_ms: int) -> SigningKeys:
        """Return the keys in ``folder``; make the first ones, turn the ring when it is due."""
        keys = cls(folder)
        keys.published(now_ms)
        return keys

    def published(self, now_ms: int) -> dict[str, list[dict[str, str]]]:
        """Return the JSON Web Key Set: public members only, the key that signs first."""
        return self._ring(now_ms).public(now_ms)

    def sign(self, claims: dict[str, object], now_ms: int) -> str:
        """Return ``claims`` as a JWT signed with RS256 by the current key."""
        current = self._ring(now_ms).current
        header = {"alg": "RS256", "typ": "JWT", "kid": current.kid}
        return jwt.encode(header, claims, self._key(current), algorithms=["RS256"])

    def turn(self, now_ms: int) -> str:
        """Let the following key sign from now on and return its name.

        A key that was published only just now has to wait: tools keep the key set for some
        minutes, and would not know who signed.
        """
        with self._lock:
            ring = self._read(now_ms)
            if now_ms < ring.ready_ms():
                wait_s = -(-(ring.ready_ms() - now_ms) // 1000)
                message = f"The next key is too new: it may sign in {wait_s} s."
                raise ContractFault(message, status=409)
            return self._write(ring.turned(now_ms)).current.kid

    def _key(self, current: RingKey) -> RSAKey:
        signer = self._signer
        if signer is None or signer[0] != current.kid:
            try:
                signer = current.kid, RSAKey.import_key({**current.jwk})
            except (JoseError, ValueError, TypeError) as error:
                raise _unreadable(self._folder / _FILE) from error
            self._signer = signer
        return signer[1]

    def _ring(self, now_ms: int) -> Ring:
        with self._lock:
            ring = self._read(now_ms)
            if now_ms >= max(ring.due_ms(), ring.ready_ms()):
                ring = self._write(ring.turned(now_ms))
            return ring

    def _read(self, now_ms: int) -> Ring:
        path = self._folder / _FILE
        try:
            seen = path.stat()
        except FileNotFoundError:
            return self._write(self._first(now_ms))
        mark = seen.st_mtime_ns, seen.st_size, seen.st_ino
        if self._kept is None or self._kept[0] != mark:
            self._kept = mark, _ring_in(path)
        return self._kept[1]

    def _first(self, now_ms: int) -> Ring:
        """Return the first ring, which goes on signing with the key of an older version."""
        old = self._folder / _OLD_FILE
        if not old.exists():
            return Ring.fresh(now_ms)
        signs_ms = old.stat().st_mtime_ns // 1_000_000
        current = RingKey.of(RSAKey.import_key(old.read_bytes()), signs_ms)
        return Ring(replace(current, signs_ms=signs_ms), RingKey.fresh(now_ms))

    def _write(self, ring: Ring) -> Ring:
        write_private(self._folder / _FILE, ring.to_json())
        return ring


def _ring_in(path: Path) -> Ring:
    try:
        return Ring.from_json(path.read_bytes())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        f"The signing keys in {path} cannot be read.",
        "Put the file back from a copy, or remove it: apps then learn new keys.",
    )
