"""The grants of people: a code, a refresh token, or a device's code for tokens.

A public client names itself only; PKCE, the rotation of the refresh token or the device's
own secret prove the rest. Any other app proves itself besides, as RFC 6749 wants it of whoever
was given a secret.
"""

from __future__ import annotations

from sqlalchemy import Connection

from timeback_desktop.backend.auth.families import (
    Family,
    access_token,
    end_family,
    first_refresh,
    renew,
)
from timeback_desktop.backend.auth.grants import TokenAnswer, TokenRequest, register_grant
from timeback_desktop.backend.auth.schemas import TokenRefused
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.signin.clients import SignInClient, sign_in_client
from timeback_desktop.backend.signin.codes import Authorization, use_code
from timeback_desktop.backend.signin.devices import Polled, poll
from timeback_desktop.backend.signin.identity import id_token, subject
from timeback_desktop.backend.signin.people import OFFLINE, OPENID, granted_scopes, person

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_TOLD = {
    Polled.PENDING: "Nobody has entered the code yet.",
    Polled.SLOW_DOWN: "Please ask less often.",
    Polled.EXPIRED: "The code was not entered in time.",
    Polled.DENIED: "The person said no.",
    Polled.UNKNOWN: "This device code is not known.",
}


def authorization_code(platform: Platform, asked: TokenRequest, /) -> TokenAnswer:
    """Exchange a code for the first tokens of a sign-in."""
    client = _client(platform, asked)
    shown = {name: asked.needed(name) for name in ("code", "redirect_uri", "code_verifier")}
    now = platform.now()
    with writing(platform.engine) as connection:
        used = use_code(connection, client, shown, now)
        answer = _first_tokens(platform, connection, client, *used) if used else None
    if answer is None:
        raise TokenRefused("invalid_grant", "This code is not good, or not good any more.")
    return answer


def refresh_token(platform: Platform, asked: TokenRequest, /) -> TokenAnswer:
    """Exchange a refresh token for the next pair of tokens."""
    client = _client(platform, asked)
    now, narrowed = platform.now(), asked.scopes
    with writing(platform.engine) as connection:
        renewed = renew(connection, asked.needed("refresh_token"), client.registered_id, now)
        if renewed is not None:
            family, refresh = renewed
            somebody = person(connection, family.holder)
            if somebody is not None:
                wanted = family.scopes if narrowed is None else family.scopes & narrowed
                # Who is no administrator any more does not stay one for thirty days.
                scopes = granted_scopes(somebody, wanted, by_app=client.scopes)
                access = access_token(connection, family, now, scopes=scopes)
                return TokenAnswer(access, refresh.token)
            end_family(connection, family.id, now)
    raise TokenRefused("invalid_grant", "This sign-in has ended. Please sign in again.")


def device_code(platform: Platform, asked: TokenRequest, /) -> TokenAnswer:
    """Exchange a device's code for tokens, once a person has said yes."""
    client = _client(platform, asked)
    now = platform.now()
    with writing(platform.engine) as connection:
        polled = poll(connection, client, asked.needed("device_code"), now)
        if isinstance(polled, Family):
            return _first_tokens(platform, connection, client, polled)
    raise TokenRefused(polled, _TOLD[polled])


def _client(platform: Platform, asked: TokenRequest) -> SignInClient:
    """Return the client that asks, or refuse: one that people may sign in for."""
    client_id = asked.client.client_id if asked.client else asked.needed("client_id")
    with reading(platform.engine) as connection:
        client = sign_in_client(connection, client_id)
    if client is None:
        raise TokenRefused("invalid_client", "Nobody signs in for this client.", status=401)
    if asked.client is None and not client.public:
        message = "Show this app's secret too, or register it as one that can keep none."
        raise TokenRefused("invalid_client", message, status=401)
    return client


def _first_tokens(
    platform: Platform,
    connection: Connection,
    client: SignInClient,
    family: Family,
    authorization: Authorization | None = None,
) -> TokenAnswer:
    """Give a sign-in its tokens; ``offline_access`` is what a refresh token is asked by."""
    somebody = person(connection, family.holder)
    if somebody is None:
        raise TokenRefused("invalid_grant", "This person may not sign in any more.")
    now = platform.now()
    access = access_token(connection, family, now)
    offline = client.ours or OFFLINE in family.scopes
    refresh = first_refresh(connection, family, now).token if offline else None
    if OPENID not in family.scopes:
        return TokenAnswer(access, refresh)
    claims: dict[str, object] = {
        "iss": platform.settings.issuer_url,
        "aud": client.id,
        "sub": subject(connection, client.application_id, family.holder),
        "iat": now // 1000,
        "auth_time": (authorization.signed_in_ms if authorization else now) // 1000,
    }
    if authorization and authorization.nonce is not None:
        claims["nonce"] = authorization.nonce
    return TokenAnswer(access, refresh, id_token(platform, claims, access.token))


_HERE = (Environment.PRODUCTION,)
register_grant("authorization_code", authorization_code, _HERE)
register_grant("refresh_token", refresh_token, _HERE)
register_grant(DEVICE_GRANT, device_code, _HERE)
