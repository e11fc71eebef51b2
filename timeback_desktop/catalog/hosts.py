"""Which hosts belong to an app: the rules a catalog may state, and what they match.

A rule is an exact ``host[:port]`` or ``*.domain[:port]``. A wildcard covers the domain
itself and everything below it, so it must name something that one owner holds: ``*.com``
or ``*.github.io`` would hand every stranger's page to the app.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote

from timeback_desktop.errors import ContractFault

_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_DEFAULT_PORTS: Final = frozenset({80, 443})
# Second levels under which registries sell names: "co.uk", "com.au", "k12.ca.us".
_REGISTRY_LEVELS: Final = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gov", "k12", "mil", "ne", "net", "or", "org", "sch"}
)
# Shared hosting: each name below these has a different owner.
_SHARED: Final = frozenset(
    {
        "amazonaws.com", "appspot.com", "azurewebsites.net", "blogspot.com", "cloudfront.net",
        "firebaseapp.com", "fly.dev", "github.io", "gitlab.io", "glitch.me", "herokuapp.com",
        "netlify.app", "ngrok.io", "onrender.com", "pages.dev", "replit.app", "run.app",
        "sites.google.com", "vercel.app", "web.app", "wixsite.com", "wordpress.com",
        "workers.dev",
    }
)  # fmt: skip

# Letters that the codec here and browsers turn into different names.
_DEVIATIONS: Final = frozenset("ß\u03c2\u200c\u200d")


def canonical_host(raw: str) -> str | None:
    """Return a host as browsers compare it, or ``None`` when it is no host at all.

    Lower case, percent-escapes undone, IDN as ``xn--``, one trailing dot dropped. An odd
    spelling that browsers would read as an address (``0x7f.1``) stays odd and matches nothing.
    """
    host = unquote(raw).lower().removesuffix(".")
    if host.startswith("[") and host.endswith("]"):
        return _canonical_ipv6(host[1:-1])
    if not host.isascii():
        if any(letter in _DEVIATIONS for letter in host):
            return None
        try:
            host = host.encode("idna").decode("ascii").removesuffix(".")
        except UnicodeError:
            return None
    labels = host.split(".")
    good = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return host if good else None


def _canonical_ipv6(text: str) -> str | None:
    try:
        return f"[{ipaddress.IPv6Address(text).compressed}]"
    except ValueError:
        return None


def is_shared_suffix(domain: str) -> bool:
    """Tell whether names below ``domain`` belong to different owners."""
    first, *rest = domain.split(".")
    if not rest or domain in _SHARED:
        return True
    if len(rest) == 1:
        return len(rest[0]) == 2 and first in _REGISTRY_LEVELS
    return first == "k12" and rest[1:] == ["us"]


@dataclass(frozen=True, slots=True)
class HostRule:
    """One statement of which hosts belong to an app.

    ``port`` is ``None`` when the rule names none: then the schemes' own ports match.
    """

    host: str
    port: int | None
    subdomains: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``host``, ``host:port`` or ``*.domain[:port]``; ``ContractFault`` otherwise."""
        subdomains = text.startswith("*.")
        raw, port = split_port(text.removeprefix("*."))
        host = canonical_host(raw) if raw and "%" not in raw else None
        if host is None or port == 0:
            raise ContractFault(f"{text!r} is not a host", pointer="/allowedHosts")
        if subdomains and (_is_address(host) or is_shared_suffix(host)):
            raise ContractFault(f"{text!r} covers hosts of many owners", pointer="/allowedHosts")
        return cls(host=host, port=port, subdomains=subdomains)

    def matches(self, host: str, port: int) -> bool:
        """Tell whether a canonical host and its effective port fall under this rule."""
        same_port = port == self.port if self.port is not None else port in _DEFAULT_PORTS
        below = self.subdomains and host.endswith("." + self.host)
        return same_port and (host == self.host or below)


def split_port(authority: str) -> tuple[str, int | None]:
    """Split ``host:port``; the port is ``None`` when absent and 0 when it makes no sense."""
    host, colon, digits = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        return authority, None
    if not digits:
        return host, None
    good = digits.isascii() and digits.isdigit() and len(digits) <= 5 and int(digits) <= 65535
    return host, int(digits) if good else 0


def _is_address(host: str) -> bool:
    return host.startswith("[") or host.rsplit(".", 1)[-1].isdigit()
