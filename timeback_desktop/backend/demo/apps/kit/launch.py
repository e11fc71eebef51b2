"""Verify an LTI 1.3 launch: everything that must hold before we believe an id_token."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from .config import AppConfig, origin_of
from .keys import PlatformKeys

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
SKEW_S = 60


class LaunchRefused(Exception):
    """The launch cannot be believed; ``reason`` is shown to the person who sees the page."""

    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


@dataclass(frozen=True, slots=True)
class Launch:
    """Who came, and where they want to go."""

    subject: str
    given_name: str | None
    target: str


async def verify(
    id_token: str, *, nonce: str, target: str, config: AppConfig, keys: PlatformKeys
) -> Launch:
    """Return the launch that a token proves, or raise :class:`LaunchRefused`."""
    claims = await _signed_claims(id_token, keys)
    _check_addressee(claims, config)
    _check_time(claims)
    _check_message(claims, nonce=nonce, target=target, config=config)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > 255:
        raise LaunchRefused("the token does not say who is learning (sub)")
    name = claims.get("given_name")
    return Launch(subject, name if isinstance(name, str) and name else None, target)


async def _signed_claims(id_token: str, keys: PlatformKeys) -> dict[str, Any]:
    try:
        header = jws.extract_compact(id_token.encode()).headers()
    except (JoseError, ValueError) as error:
        raise LaunchRefused("the id_token is not a signed token", 400) from error
    if header.get("alg") != "RS256":
        raise LaunchRefused("the token is not signed with RS256 (alg)")
    kid = header.get("kid")
    key = await keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise LaunchRefused("the token names a key that the platform does not publish (kid)")
    try:
        return jwt.decode(id_token, key, algorithms=["RS256"]).claims
    except (JoseError, ValueError) as error:
        raise LaunchRefused("the signature of the token is not the platform's") from error


def _check_addressee(claims: dict[str, Any], config: AppConfig) -> None:
    if claims.get("iss") != config.issuer:
        raise LaunchRefused("the token comes from another platform (iss)")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if config.client_id not in audiences:
        raise LaunchRefused("the token is meant for another app (aud)")
    if len(audiences) > 1 and claims.get("azp") != config.client_id:
        raise LaunchRefused("the token is meant for several apps and not for us first (azp)")
    if claims.get(f"{CLAIM}deployment_id") != config.deployment_id:
        raise LaunchRefused("the token belongs to another deployment (deployment_id)")


def _check_time(claims: dict[str, Any]) -> None:
    expires, issued, now = _instant(claims, "exp"), _instant(claims, "iat"), time.time()
    # Written so that a NaN, which compares false with everything, is refused too.
    if not expires > now - SKEW_S:
        raise LaunchRefused("the token has expired (exp)")
    if not issued <= now + SKEW_S:
        raise LaunchRefused("the token comes from the future (iat)")


def _instant(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LaunchRefused(f"the token does not say when it was made or ends ({name})")
    return value


def _check_message(claims: dict[str, Any], *, nonce: str, target: str, config: AppConfig) -> None:
    if claims.get("nonce") != nonce:
        raise LaunchRefused("the token answers another login, or was used before (nonce)")
    if claims.get(f"{CLAIM}message_type") != "LtiResourceLinkRequest":
        raise LaunchRefused("this app takes only resource link launches (message_type)")
    if claims.get(f"{CLAIM}version") != "1.3.0":
        raise LaunchRefused("this app speaks LTI 1.3.0 only (version)")
    link = claims.get(f"{CLAIM}resource_link")
    if not isinstance(link, dict) or not link.get("id"):
        raise LaunchRefused("the token names no resource link (resource_link)")
    if not isinstance(claims.get(f"{CLAIM}roles"), list):
        raise LaunchRefused("the token carries no list of roles (roles)")
    wanted = claims.get(f"{CLAIM}target_link_uri")
    if wanted != target or origin_of(target) != config.origin:
        raise LaunchRefused("the token leads to another address (target_link_uri)")
