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
_MAX_DOCUMENT, _MAX_KEYS = 16 * 1024, 64 * 1024
_DEEPEST = 32


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
    _small(registration.jwks, "/jwks", _MAX_KEYS)
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


def _small(
    document: dict[str, Any] | None, pointer: str, most: int = _MAX_DOCUMENT
) -> dict[str, Any] | None:
    """Return a free document that can be kept and told again, which not all JSON can."""
    try:
        # Neither half a character nor an infinite number can be told.
        written = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise _fault("This holds something that cannot be kept.", pointer) from None
    if len(written) > most:
        raise _fault(f"This takes {most} bytes of JSON at most.", pointer)
    if _depth(document) > _DEEPEST:
        raise _fault(f"This takes {_DEEPEST} levels at most.", pointer)
    return document


def _depth(document: Any) -> int:
    """Return how deep a document is, which is its sender's choice: hence no recursion."""
    depth, level = 0, [document]
    while level:
        depth += 1
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level]
        level = [each for one in inner if isinstance(one, list) for each in one]
    return depth


def _matching(words: Sequence[str], pattern: re.Pattern[str], pointer: str) -> list[str]:
    if len(words) > _MAX_LIST or not all(pattern.fullmatch(word) for word in words):
        raise _fault(f"This takes words like {pattern.pattern}, {_MAX_LIST} at most.", pointer)
    return list(words)
