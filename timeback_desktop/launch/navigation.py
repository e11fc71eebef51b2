"""Where a web address belongs, as seen from the app that a student is in.

The same answer decides whether a page may load and whose time it is, so it must agree
with how Chromium reads an address: backslashes are slashes, tabs vanish, what stands
before the last ``@`` is not the host. Whatever cannot be read is somebody else's site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from timeback_desktop.catalog.hosts import HostRule, canonical_host, split_port

_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_WEB_PORTS: Final = {"http": 80, "https": 443}
# Schemes that would put text or files of unclear origin in the app's place.
_REFUSED: Final = frozenset(
    {
        "about", "chrome", "chrome-error", "chrome-extension", "chrome-untrusted", "data",
        "devtools", "file", "filesystem", "ftp", "javascript", "qrc", "vbscript", "view-source",
        "ws", "wss",
    }
)  # fmt: skip
_CONTROLS: Final = "".join(map(chr, range(0x21)))


class Place(StrEnum):
    """Where an address leads."""

    LEARNING = "learning"
    TRANSIT = "transit"
    OTHER_SITE = "other_site"
    EXTERNAL_SCHEME = "external_scheme"
    REFUSED = "refused"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class _Origin:
    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class NavigationPolicy:
    """The judge of addresses for one app.

    ``platform`` is the platform's own origin: pages there are the way into the app.
    """

    rules: tuple[HostRule, ...]
    platform: _Origin | None

    @classmethod
    def of(cls, allowed_hosts: Iterable[str], platform_origin: str) -> Self:
        """Make the policy of an app; ``ContractFault`` when a host rule makes no sense."""
        rules = tuple(HostRule.parse(text) for text in allowed_hosts)
        return cls(rules=rules, platform=_origin(_clean(platform_origin)))

    def place(self, url: str) -> Place:
        """Tell where an address leads."""
        text = _clean(url)
        scheme = _scheme(text)
        if scheme == "blob":
            inner = self.place(text[len("blob:") :])
            return inner if inner in {Place.LEARNING, Place.TRANSIT} else Place.OTHER_SITE
        if scheme in _WEB_PORTS:
            return self._web_place(_origin(text))
        if text == "" or re.match(r"about:(blank|srcdoc)(?![^?#])", text, re.IGNORECASE):
            return Place.BLANK
        return Place.REFUSED if scheme is None or scheme in _REFUSED else Place.EXTERNAL_SCHEME

    def _web_place(self, origin: _Origin | None) -> Place:
        if origin is None:
            return Place.OTHER_SITE
        if origin == self.platform:
            return Place.TRANSIT
        if any(rule.matches(origin.host, origin.port) for rule in self.rules):
            return Place.LEARNING
        return Place.OTHER_SITE


def _clean(url: str) -> str:
    return re.sub(r"[\t\r\n]", "", url.strip(_CONTROLS))


def _scheme(text: str) -> str | None:
    found = _SCHEME.match(text)
    return found[1].lower() if found else None


def _origin(text: str) -> _Origin | None:
    scheme = _scheme(text)
    if scheme not in _WEB_PORTS:
        return None
    rest = text[len(scheme) + 1 :].replace("\\", "/").lstrip("/")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    raw, port = split_port(authority)
    host = canonical_host(raw)
    if host is None or port == 0:
        return None
    return _Origin(scheme=scheme, host=host, port=port or _WEB_PORTS[scheme])
