"""Secrets of 256 random bits: making one, what is kept of it, comparing two.

A plain SHA-256 is kept, because nobody can try out 2**256 values: a slow hash would cost
every request and protect nothing more. Finding a digest by index is safe for the same
reason; the time that it takes tells nothing about the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def fresh_secret() -> str:
    """Return a new secret of 256 random bits, safe to put into a URL or a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return what is stored of a secret: enough to recognise it, useless to present."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def same_secret(given: str, expected: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    return same_digest(given, digest(expected))


def same_digest(given: str, kept: bytes) -> bool:
    """Compare a secret with a stored digest in a time that tells nothing."""
    return hmac.compare_digest(digest(given), kept)
