"""Rules of the launch: a hint is made, used once, and answered with a fresh id_token.

A hint is two random values that are good only together, only once, for a minute, and
only while the sign-in that they were made under lasts. Nothing in them is derived from
an id, so nothing can be guessed from another launch.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from sqlalchemy import Connection, delete, exists, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.auth.models import access_tokens
from timeback_desktop.backend.lti.models import lti_launch_hints, lti_subjects
from timeback_desktop.backend.registry.service import Application
from timeback_desktop.backend.secret import digest, fresh_secret

HINT_LIFETIME_S = 60


@dataclass(frozen=True, slots=True)
class Launch:
    """What a good hint stands for: who opens which app, in which session, for what."""

    publisher_id: str
    user_id: str
    application_id: str
    session_id: str
    target_link_uri: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The two halves of a fresh hint."""

    login_hint: str
    message_hint: str


def open_launch(connection: Connection, launch: Launch, token: str, now_ms: int) -> Opening:
    """Make a hint for one launch, bound to the sign-in that ``token`` belongs to."""
    hints = lti_launch_hints
    connection.execute(delete(hints).where(hints.c.expires_ms < now_ms))
    opening = Opening(fresh_secret(), fresh_secret())
    connection.execute(
        insert(hints).values(
            login_sha256=digest(opening.login_hint),
            message_sha256=digest(opening.message_hint),
            token_sha256=digest(token),
            publisher_id=launch.publisher_id,
            user_id=launch.user_id,
            application_id=launch.application_id,
            session_id=launch.session_id,
            target_link_uri=launch.target_link_uri,
            expires_ms=now_ms + HINT_LIFETIME_S * 1000,
        )
    )
    return opening


def use_hint(
    connection: Connection, application_id: str, opening: Opening, now_ms: int
) -> Launch | None:
    """Use a hint up and return what it stands for; of many at once, one gets it."""
    hints = lti_launch_hints
    signed_in = exists().where(
        access_tokens.c.token_sha256 == hints.c.token_sha256,
        access_tokens.c.revoked_ms.is_(None),
        access_tokens.c.expires_ms > now_ms,
    )
    used = connection.execute(
        update(hints)
        .where(
            hints.c.login_sha256 == digest(opening.login_hint),
            hints.c.message_sha256 == digest(opening.message_hint),
            hints.c.application_id == application_id,
            hints.c.used_ms.is_(None),
            hints.c.expires_ms > now_ms,
            signed_in,
        )
        .values(used_ms=now_ms)
        .returning(
            hints.c.publisher_id,
            hints.c.user_id,
            hints.c.application_id,
            hints.c.session_id,
            hints.c.target_link_uri,
        )
    ).one_or_none()
    return None if used is None else Launch(*used)


def initiation_url(app: Application, opening: Opening, issuer: str) -> str:
    """Return the address at which a launch begins, whatever query it had before."""
    parts = urlsplit(app.login_url)
    asked = urlencode(
        {
            "iss": issuer,
            "login_hint": opening.login_hint,
            "target_link_uri": app.launch_url,
            "lti_message_hint": opening.message_hint,
            "client_id": app.client_id,
            "lti_deployment_id": app.deployment_id,
        }
    )
    return urlunsplit(parts._replace(query=f"{parts.query}&{asked}" if parts.query else asked))


def subject_of(connection: Connection, application_id: str, publisher_id: str, user_id: str) -> str:
    """Return the name that one app knows a person by: random, and always the same."""
    known = connection.scalar(
        select(lti_subjects.c.subject).where(
            lti_subjects.c.application_id == application_id,
            lti_subjects.c.publisher_id == publisher_id,
            lti_subjects.c.user_id == user_id,
        )
    )
    if known is None:
        return _name_subject(connection, application_id, publisher_id, user_id)
    return str(known)


def _name_subject(
    connection: Connection, application_id: str, publisher_id: str, user_id: str
) -> str:
    # Drawn by lot, and not time-ordered: it must not tell when the person first came.
    subject = ids.seeded(application_id, "subject", fresh_secret())
    connection.execute(
        insert(lti_subjects).values(
            application_id=application_id,
            publisher_id=publisher_id,
            user_id=user_id,
            subject=subject,
        )
    )
    return subject


def user_of_subject(connection: Connection, application_id: str, subject: str) -> str | None:
    """Return the person whom an app knows by ``subject``."""
    user_id: str | None = connection.scalar(
        select(lti_subjects.c.user_id).where(
            lti_subjects.c.application_id == application_id, lti_subjects.c.subject == subject
        )
    )
    return user_id
