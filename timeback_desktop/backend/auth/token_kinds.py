"""The kinds of token that can be asked about and ended.

Access tokens are one kind. A package that gives out another, as sign-in does with refresh
tokens, registers it here, so that revocation and introspection know every kind by one name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What is to know of a token that is good now; ``client_id`` is whom it was given to."""

    token_type: str
    holder: Principal
    client_id: str | None
    scopes: frozenset[str]
    issued_ms: int
    expires_ms: int


class TokenKind(Protocol):
    """One kind of token; a token of another kind is none of its business."""

    def facts(self, connection: Connection, token: str, now_ms: int) -> TokenFacts | None:
        """Return what is to know of a token of this kind that is good now."""
        ...

    def revoke(self, connection: Connection, token: str, now_ms: int) -> None:
        """End a token of this kind, and those that were given out with it."""
        ...


_kinds: list[TokenKind] = []


def register(kind: TokenKind) -> None:
    """Make a kind of token known to revocation and introspection."""
    _kinds.append(kind)


def registered() -> Sequence[TokenKind]:
    """Return every kind of token there is."""
    return _kinds
