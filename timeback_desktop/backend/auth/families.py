"""Sign-ins: the family of tokens that grows out of one, and how all of them end at once.

A refresh token is good for one use and is answered with the next one (RFC 9700, 4.14.2).
Who shows a used one again is either a thief or robbed by one, and nobody can tell which: the
whole family ends. One case is innocent and common, an answer that was lost on its way: for
ten seconds the used token may be shown once more, provided that nobody has used its
successor. The successor is dropped then and replaced, so that a family never has two living
ends, and whoever holds the dropped one gives the theft away by using it.

A sign-in ends 30 days after it began, and earlier when it was not renewed for 7 days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from timeback_desktop import ids
from timeback_desktop.backend.auth import token_kinds
from timeback_desktop.backend.auth.models import access_tokens, refresh_tokens, sign_ins
from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.auth.service import IssuedToken, TokenOwner, issue
from timeback_desktop.backend.auth.token_kinds import TokenFacts
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.secret import digest, fresh_secret

_SECOND_MS = 1000
_DAY_MS = 24 * 3600 * _SECOND_MS
ACCESS_LIFETIME_S = 15 * 60
LONGEST_MS = 30 * _DAY_MS
IDLE_MS = 7 * _DAY_MS
_GRACE_MS = 10 * _SECOND_MS


@dataclass(frozen=True, slots=True)
class Holder:
    """Who signed in: a person of a tenant's roster, or an account."""

    publisher_id: str | None = None
    user_id: str | None = None
    account_id: str | None = None

    @property
    def kind(self) -> PrincipalKind:
        """Return what kind of caller a token of this holder makes."""
        return PrincipalKind.ACCOUNT if self.account_id else PrincipalKind.USER

    def columns(self) -> dict[str, str | None]:
        """Return the columns by which tables name a holder."""
        return {
            "publisher_id": self.publisher_id,
            "user_id": self.user_id,
            "account_id": self.account_id,
        }

    @classmethod
    def of(cls, row: Row[Any]) -> Holder:
        """Read a holder from a row that has these columns."""
        return cls(row.publisher_id, row.user_id, row.account_id)


@dataclass(frozen=True, slots=True)
class Family:
    """One sign-in: whose it is, which app it was for, what its tokens may carry."""

    id: str
    holder: Holder
    client_id: str | None
    scopes: frozenset[str]
    began_ms: int


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token as its holder gets it: this once."""

    token: str
    expires_ms: int


def begin(
    connection: Connection,
    holder: Holder,
    client_id: str | None,
    scopes: Iterable[str],
    now_ms: int,
) -> Family:
    """Begin a sign-in; no token exists yet."""
    connection.execute(delete(sign_ins).where(sign_ins.c.ends_ms < now_ms))
    family = Family(ids.mint(), holder, client_id, frozenset(scopes), now_ms)
    connection.execute(
        insert(sign_ins).values(
            id=family.id,
            **holder.columns(),
            client_id=client_id,
            scopes=" ".join(sorted(family.scopes)),
            began_ms=now_ms,
            ends_ms=now_ms + LONGEST_MS,
        )
    )
    return family


def first_refresh(connection: Connection, family: Family, now_ms: int) -> Refresh:
    """Give a family its refresh token."""
    expires_ms = min(now_ms + IDLE_MS, family.began_ms + LONGEST_MS)
    refresh = Refresh(fresh_secret(), expires_ms)
    connection.execute(
        insert(refresh_tokens).values(
            token_sha256=digest(refresh.token),
            family_id=family.id,
            issued_ms=now_ms,
            expires_ms=expires_ms,
        )
    )
    return refresh


def access_token(
    connection: Connection,
    family: Family,
    now_ms: int,
    *,
    scopes: frozenset[str] | None = None,
) -> IssuedToken:
    """Give a family an access token with all that it may carry, or the part named."""
    owner = TokenOwner(
        kind=family.holder.kind,
        publisher_id=family.holder.publisher_id,
        user_id=family.holder.user_id,
        account_id=family.holder.account_id,
        client_id=family.client_id,
        family_id=family.id,
    )
    granted = family.scopes if scopes is None else family.scopes & scopes
    return issue(connection, owner, granted, now_ms, ACCESS_LIFETIME_S)


def renew(
    connection: Connection, token: str, client_id: str | None, now_ms: int
) -> tuple[Family, Refresh] | None:
    """Use a refresh token up and return the next; reuse ends the family and gives ``None``.

    Whoever calls must commit even when ``None`` comes back: the end of a family is written.
    """
    found = _locked(connection, token)
    if found is None or found.client_id != client_id:
        return None
    if found.ended_ms is not None or max(found.issued_ms, now_ms) >= found.expires_ms:
        return None
    if found.dropped_ms is not None or not _may_use(connection, found, now_ms):
        end_family(connection, found.family_id, now_ms)
        return None
    family = Family(
        found.family_id,
        Holder.of(found),
        found.client_id,
        frozenset(found.scopes.split()),
        found.began_ms,
    )
    refresh = first_refresh(connection, family, now_ms)
    connection.execute(
        update(refresh_tokens)
        .where(refresh_tokens.c.token_sha256 == digest(token))
        .values(
            replaced_ms=found.replaced_ms or now_ms,  # the ten seconds do not begin anew
            successor_sha256=digest(refresh.token),
        )
    )
    return family, refresh


def _locked(connection: Connection, token: str) -> Row[Any] | None:
    """Return a refresh token with its sign-in; others who renew this family wait."""
    family_id = connection.scalar(
        select(refresh_tokens.c.family_id).where(refresh_tokens.c.token_sha256 == digest(token))
    )
    if family_id is None:
        return None
    connection.execute(select(sign_ins.c.id).where(sign_ins.c.id == family_id).with_for_update())
    return connection.execute(
        select(refresh_tokens, sign_ins)
        .join(sign_ins, sign_ins.c.id == refresh_tokens.c.family_id)
        .where(refresh_tokens.c.token_sha256 == digest(token))
    ).one_or_none()


def _may_use(connection: Connection, found: Row[Any], now_ms: int) -> bool:
    """Tell whether a token is fresh, or was used a moment ago and its answer was lost."""
    if found.replaced_ms is None:
        return True
    if now_ms - found.replaced_ms > _GRACE_MS:
        return False
    dropped = connection.execute(
        update(refresh_tokens)
        .where(
            refresh_tokens.c.token_sha256 == found.successor_sha256,
            refresh_tokens.c.replaced_ms.is_(None),
        )
        .values(dropped_ms=now_ms)
    )
    return dropped.rowcount == 1


def end_family(connection: Connection, family_id: str, now_ms: int) -> None:
    """End a sign-in and every token that grew out of it."""
    connection.execute(
        update(sign_ins)
        .where(sign_ins.c.id == family_id, sign_ins.c.ended_ms.is_(None))
        .values(ended_ms=now_ms)
    )
    connection.execute(
        update(access_tokens)
        .where(access_tokens.c.family_id == family_id, access_tokens.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )


def end_all_of(connection: Connection, holder: Holder, now_ms: int) -> None:
    """End every sign-in of a person or an account."""
    mine = (
        sign_ins.c.account_id == holder.account_id
        if holder.account_id
        else (sign_ins.c.publisher_id == holder.publisher_id)
        & (sign_ins.c.user_id == holder.user_id)
    )
    for family_id in connection.scalars(
        select(sign_ins.c.id).where(mine, sign_ins.c.ended_ms.is_(None))
    ).all():
        end_family(connection, family_id, now_ms)


def end_all_who_left(connection: Connection, publisher_id: str, now_ms: int) -> None:
    """End the sign-ins of a tenant's people who may not use the platform any more.

    Otherwise a token of yesterday would be good again the day they are let in again.
    """
    left = (
        select(sign_ins.c.id)
        .join(users, and_(users.c.publisher_id == publisher_id, users.c.id == sign_ins.c.user_id))
        .where(
            sign_ins.c.publisher_id == publisher_id,
            sign_ins.c.ended_ms.is_(None),
            or_(users.c.status != "active", users.c.enabled.is_(False)),
        )
    )
    for family_id in connection.scalars(left).all():
        end_family(connection, family_id, now_ms)


def _family_of(connection: Connection, token: str) -> str | None:
    """Return the sign-in that an access or a refresh token grew out of."""
    fingerprint = digest(token)
    by_refresh = select(refresh_tokens.c.family_id).where(
        refresh_tokens.c.token_sha256 == fingerprint
    )
    by_access = select(access_tokens.c.family_id).where(access_tokens.c.token_sha256 == fingerprint)
    family_id: str | None = connection.scalar(by_refresh) or connection.scalar(by_access)
    return family_id


class _Families:
    """The tokens of sign-ins: ending one of them ends the sign-in (RFC 7009, section 2.1)."""

    def facts(self, connection: Connection, token: str, now_ms: int) -> TokenFacts | None:
        found = connection.execute(
            select(refresh_tokens, sign_ins)
            .join(sign_ins, sign_ins.c.id == refresh_tokens.c.family_id)
            .where(
                refresh_tokens.c.token_sha256 == digest(token),
                refresh_tokens.c.replaced_ms.is_(None),
                refresh_tokens.c.dropped_ms.is_(None),
                refresh_tokens.c.expires_ms > now_ms,
                sign_ins.c.ended_ms.is_(None),
            )
        ).one_or_none()
        if found is None:
            return None
        holder, scopes = Holder.of(found), frozenset(found.scopes.split())
        return TokenFacts(
            token_type="refresh_token",  # noqa: S106 what it is called
            holder=Principal(
                holder.kind,
                holder.user_id,
                client_id=found.client_id,
                publisher_id=holder.publisher_id,
                scopes=scopes,
                account_id=holder.account_id,
            ),
            client_id=found.client_id,
            scopes=scopes,
            issued_ms=found.issued_ms,
            expires_ms=found.expires_ms,
        )

    def revoke(self, connection: Connection, token: str, now_ms: int) -> None:
        """End the sign-in that a token grew out of."""
        family_id = _family_of(connection, token)
        if family_id is not None:
            end_family(connection, family_id, now_ms)


token_kinds.register(_Families())
