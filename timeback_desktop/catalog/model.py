"""An app as the catalog describes it, checked once at the border.

The platform's JSON is read strictly where a wrong value would mislead a child or open a
door (identifiers, status, hosts) and leniently where it only decorates (an unknown key).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

import msgspec

from timeback_desktop.catalog.hosts import HostRule
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import AppId, to_urn

_POINTER: Final = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Accent = Annotated[str, msgspec.Meta(pattern="^#[0-9a-fA-F]{6}$")]


class AppStatus(StrEnum):
    """Whether an app can be entered."""

    ACTIVE = "active"
    DRAFT = "draft"
    SUSPENDED = "suspended"


class LaunchMethod(StrEnum):
    """How an app is entered."""

    LTI = "lti"
    LINK = "link"


class _Wire(msgspec.Struct, rename="camel"):
    id: _Id
    name: _Name
    launch_method: LaunchMethod
    allowed_hosts: Annotated[list[str], msgspec.Meta(min_length=1, max_length=50)]
    status: AppStatus
    accent: _Accent
    urn: str | None = None
    description: str = ""
    subject: str = ""
    grades: list[str] = []
    icon_url: str | None = None
    unavailable_reason: str | None = None
    embedded_media: list[str] = []


@dataclass(frozen=True, slots=True)
class App:
    """A learning app that a student may enter."""

    id: AppId
    urn: str
    name: str
    description: str
    subject: str
    grades: tuple[str, ...]
    icon_url: str | None
    accent: str
    status: AppStatus
    unavailable_reason: str | None
    launch_method: LaunchMethod
    allowed_hosts: tuple[str, ...]
    embedded_media: tuple[str, ...]

    @property
    def can_launch(self) -> bool:
        """Tell whether a click on its card may start it; a draft runs as a pilot."""
        return self.status is not AppStatus.SUSPENDED and self.unavailable_reason is None

    @classmethod
    def from_wire(cls, wire: Mapping[str, object]) -> Self:
        """Read one application of the platform's catalog; ``ContractFault`` on bad data."""
        parsed = _parse(wire)
        for host in parsed.allowed_hosts:
            HostRule.parse(host)
        return cls(
            id=AppId(parsed.id),
            urn=parsed.urn or to_urn(parsed.id),
            name=parsed.name,
            description=parsed.description,
            subject=parsed.subject,
            grades=tuple(parsed.grades),
            icon_url=_web_address(parsed.icon_url),
            accent=parsed.accent.lower(),
            status=parsed.status,
            unavailable_reason=parsed.unavailable_reason or None,
            launch_method=parsed.launch_method,
            allowed_hosts=tuple(parsed.allowed_hosts),
            embedded_media=tuple(parsed.embedded_media),
        )


def _parse(wire: Mapping[str, object]) -> _Wire:
    try:
        return msgspec.convert(wire, _Wire)
    except msgspec.ValidationError as error:
        text = str(error)
        where = _POINTER.search(text)
        pointer = "/" + where["path"].replace("[", "/").replace("]", "") if where else ""
        raise ContractFault(
            f"The catalog has an app we cannot read: {text}", pointer=pointer
        ) from (error)


def _web_address(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        good = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        good = False
    if not good:
        raise ContractFault(f"{url!r} is not a web address", pointer="/iconUrl")
    return url
