"""The id_token of a launch: what an app is told, and nothing that it did not ask for.

Every claim comes from the registry, the roster or the hint. Nothing that the browser
sent is copied into one, except the nonce, which the app made itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from timeback_desktop import ids
from timeback_desktop.backend.lti.service import Launch
from timeback_desktop.backend.registry.service import Application
from timeback_desktop.backend.roster.service import ClassContext, Role

LIFETIME_S = 300
_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_LIS = "http://purl.imsglobal.org/vocab/lis/v2/"

ROLES: dict[Role, tuple[str, ...]] = {
    Role.STUDENT: (f"{_LIS}membership#Learner", f"{_LIS}institution/person#Student"),
    Role.TEACHER: (f"{_LIS}membership#Instructor", f"{_LIS}institution/person#Instructor"),
    Role.ADMINISTRATOR: (f"{_LIS}institution/person#Administrator",),
    Role.GUARDIAN: (f"{_LIS}institution/person#Observer",),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is launched into what: the rows that the claims are written from."""

    app: Application
    launch: Launch
    subject: str
    role: Role
    context: ClassContext | None


def claims(audience: Audience, issuer: str, nonce: str, now_ms: int) -> dict[str, object]:
    """Return the claims of one launch, issued now."""
    app, launch = audience.app, audience.launch
    issued = now_ms // 1000
    return {
        "iss": issuer,
        "aud": app.client_id,
        "sub": audience.subject,
        "iat": issued,
        "exp": issued + LIFETIME_S,
        "nonce": nonce,
        f"{_CLAIM}message_type": "LtiResourceLinkRequest",
        f"{_CLAIM}version": "1.3.0",
        f"{_CLAIM}deployment_id": app.deployment_id,
        f"{_CLAIM}target_link_uri": launch.target_link_uri,
        f"{_CLAIM}resource_link": {"id": app.id, "title": app.name},
        f"{_CLAIM}context": _context(audience),
        f"{_CLAIM}roles": list(ROLES[audience.role]),
        f"{_CLAIM}custom": {"timeback_session": ids.to_urn(launch.session_id)},
    }


def _context(audience: Audience) -> dict[str, object]:
    """Return the class, or the app itself for a person who is in none."""
    context = audience.context or ClassContext(audience.app.id, "app", audience.app.name)
    return {
        "id": context.id,
        "label": context.code,
        "title": context.title,
        "type": [f"{_LIS}course#CourseSection"],
    }
