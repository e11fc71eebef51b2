"""What a developer tells about an app, and what of it is taken.

Every value is checked here, once, whether it came over HTTP, from a seed or by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from timeback_desktop.backend.registry.addresses import checked_host, checked_url, host_of
from timeback_desktop.errors import ContractFault

_ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
_GRADE = re.compile(r"[A-Z0-9]{1,3}")
_WORD = re.compile(r"[a-z0-9-]{1,16}")
_MAX_LIST = 32
_MAX_DOCUMENT = 16 * 1024


class ApplicationType(StrEnum):
    """What an app is for; ``internal`` ones are in no student's catalogue."""

    LEARNING_APP = "learning_app"
    ASSESSMENT = "assessment"
    INTERNAL = "internal"


class LaunchMethod(StrEnum):
    """How an app is entered."""

    LTI = "lti"
    CREDENTIALS = "credentials"
    LINK = "link"


class AppStatus(StrEnum):
    """Where an app is in its life; a suspended or archived one cannot be launched."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRegistration:
    """What a developer tells about an app.

    ``login_url`` is where a launch begins (third-party-initiated login), ``launch_url``
    what the launch is for (target_link_uri), ``redirect_uris`` where the answer may go.
    ``id`` is minted unless the caller derives one.
    """

    name: str
    description: str
    login_url: str
    launch_url: str
    redirect_uris: tuple[str, ...]
    subject: str = ""
    grades: tuple[str, ...] = ()
    accent: str = "#3b6fd4"
    icon_url: str | None = None
    cover_url: str | None = None
    jwks_url: str | None = None
    jwks: dict[str, Any] | None = None
    allowed_hosts: tuple[str, ...] = ()
    embedded_media: tuple[str, ...] = ()
    application_type: ApplicationType = ApplicationType.LEARNING_APP
    launch_method: LaunchMethod = LaunchMethod.LTI
    metadata: dict[str, Any] | None = None
    status: AppStatus = AppStatus.ACTIVE
    id: str | None = None


def columns_of(registration: ApplicationRegistration) -> dict[str, Any]:
    """Return the columns of a registration, every value of it checked."""
    urls = {
        field: checked_url(getattr(registration, field), f"/{field}")
        for field in ("launch_url", "login_url", "icon_url", "cover_url", "jwks_url")
        if getattr(registration, field) is not None
    }
    redirects = [checked_url(uri, "/redirect_uris") for uri in registration.redirect_uris]
    if not 1 <= len(redirects) <= _MAX_LIST:
        raise _fault("An app has 1 to 32 redirect URIs.", "/redirect_uris")
    own_hosts = [host_of(url) for url in (urls["login_url"], urls["launch_url"], *redirects)]
    named = [checked_host(host, "/allowed_hosts") for host in registration.allowed_hosts]
    return {
        "icon_url": None,
        "cover_url": None,
        "jwks_url": None,
        **urls,
        "name": text_of(registration.name, 256, "/name"),
        "description": text_of(registration.description, 1024, "/description"),
        "subject": text_of(registration.subject, 64, "/subject", least=0),
        "grades": _matching(registration.grades, _GRADE, "/grades"),
        "accent": _matching([registration.accent], _ACCENT, "/accent")[0],
        "redirect_uris": redirects,
        "allowed_hosts": list(dict.fromkeys([*own_hosts, *named])),
        "embedded_media": _matching(registration.embedded_media, _WORD, "/embedded_media"),
        "application_type": registration.application_type,
        "launch_method": registration.launch_method,
        "metadata": _small(registration.metadata, "/metadata"),
        "status": registration.status,
    }


def _fault(message: str, pointer: str) -> ContractFault:
    return ContractFault(message, status=422, pointer=pointer)


def text_of(text: str, most: int, pointer: str, *, least: int = 1) -> str:
    """Return a text without the blanks around it, when it is one line and not too long."""
    stripped = text.strip()
    if not least <= len(stripped) <= most or not stripped.isprintable():
        raise _fault(f"This takes {least} to {most} printable characters.", pointer)
    return stripped


def _small(document: dict[str, Any] | None, pointer: str) -> dict[str, Any] | None:
    if document is not None and len(json.dumps(document)) > _MAX_DOCUMENT:
        raise _fault(f"This takes {_MAX_DOCUMENT} characters of JSON at most.", pointer)
    return document


def _matching(words: Sequence[str], pattern: re.Pattern[str], pointer: str) -> list[str]:
    if len(words) > _MAX_LIST or not all(pattern.fullmatch(word) for word in words):
        raise _fault(f"This takes words like {pattern.pattern}, {_MAX_LIST} at most.", pointer)
    return list(words)
