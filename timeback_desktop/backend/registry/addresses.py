"""Which addresses an app may register: http(s) only, and plain http only on loopback.

An address is stored and later compared letter by letter, so nothing here rewrites one;
what could be read in two ways is refused. So are IPv6 literals: a content security policy
cannot name them, and a launch page may post only to hosts that its policy names.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from timeback_desktop.errors import ContractFault

_MAX = 512
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_PRINTABLE = re.compile(r"[!-~]+")  # no spaces, control characters, or letters beyond ASCII
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


def _fault(message: str, pointer: str) -> ContractFault:
    return ContractFault(message, status=422, pointer=pointer)


def checked_url(url: str, pointer: str) -> str:
    """Return ``url`` unchanged when an app may register it; ``pointer`` names the field."""
    if len(url) > _MAX or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise _fault(f"An address has 1 to {_MAX} printable ASCII characters.", pointer)
    parts, host = _split(url, pointer)
    if parts.scheme not in {"http", "https"} or not host:
        raise _fault("An address begins with https:// and names a host.", pointer)
    if "#" in url or not _HOST.fullmatch(parts.netloc.lower()):
        raise _fault("An address holds no user name, no fragment and no odd host.", pointer)
    if parts.scheme == "http" and host not in LOOPBACK:
        raise _fault("Plain http is only for this machine itself; use https.", pointer)
    return url


def _split(url: str, pointer: str) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number up to 65535
    except ValueError as error:
        raise _fault("This cannot be read as an address.", pointer) from error
    return parts, parts.hostname or ""


def checked_host(host: str, pointer: str) -> str:
    """Return ``host`` unchanged when it is a plain ``name`` or ``name:port``."""
    if not _HOST.fullmatch(host):
        raise _fault("A host is a lower-case name, perhaps with a port.", pointer)
    return host


def host_of(url: str) -> str:
    """Return the ``name:port`` part of an address that was checked before."""
    return urlsplit(url).netloc.lower()


def origin_of(url: str) -> str:
    """Return the origin of an address that was checked before."""
    return f"{urlsplit(url).scheme}://{host_of(url)}"
