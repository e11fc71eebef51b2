"""Which addresses of other people's servers may be called at all.

A platform that the world knows by a public name calls public addresses only, so that nobody
can talk it into calling its own network. A platform on a laptop is known as 127.0.0.1
(:func:`may_reach_loopback`), where the apps that are being developed live too: it may call
that machine, and still no other one of the network.

A name is judged by what it means at the moment of the call (:func:`judged`), and the caller
connects to one of the very addresses that were judged: what it means a second later does not
matter. Of the ports below 1024, only those of the web are called.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from timeback_desktop.backend.registry.addresses import LOOPBACK, checked_url
from timeback_desktop.backend.settings import Settings
from timeback_desktop.errors import ContractFault

Address = IPv4Address | IPv6Address
_MAX_ADDRESSES = 3
_WEB_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024
_NOT_PUBLIC_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_UNICAST_6 = IPv6Network("2000::/3")
"""All else of IPv6 is local, multicast, or another way to write an IPv4 address."""
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # Teredo and other protocols
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # IPv4 in disguise
    IPv6Network("3fff::/20"),
)


class FetchFailed(ContractFault):
    """Another server did not give what was asked of it; the message can be shown to anybody."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=502)


def may_reach_loopback(settings: Settings) -> bool:
    """Tell whether this platform may call its own machine: only one that is known as such."""
    return (urlsplit(settings.issuer_url).hostname or "") in LOOPBACK


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open Internet."""
    if isinstance(address, IPv4Address):
        odd = address.is_multicast or address.is_reserved
        return address.is_global and not odd and not any(address in net for net in _NOT_PUBLIC_4)
    return address in _UNICAST_6 and not any(address in net for net in _NOT_PUBLIC_6)


def checked_target(url: str, pointer: str, *, loopback: bool) -> str:
    """Return ``url`` unchanged unless it can be seen at once that it will never be called.

    Names are not looked up here: what one means is judged when it is called.
    """
    host = urlsplit(checked_url(url, pointer)).hostname or ""
    address = _written_out(host)
    inside = host in LOOPBACK if address is None else not is_public(address)
    at_home = host in LOOPBACK or (address is not None and address.is_loopback)
    if inside and not (loopback and at_home):
        raise ContractFault(
            "This address is not one of the open Internet.", status=422, pointer=pointer
        )
    if not _port_is_called(urlsplit(url)):
        raise ContractFault("No web server answers at this port.", status=422, pointer=pointer)
    return url


def _written_out(host: str) -> Address | None:
    """Return the address that a host is, in any of the ways that the system reads one."""
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def on_loopback(url: str) -> bool:
    """Tell whether an address names this machine itself."""
    return (urlsplit(url).hostname or "") in LOOPBACK


def parts_of(url: str) -> SplitResult:
    """Take an address apart; :class:`FetchFailed` for one that nobody may register."""
    try:
        return urlsplit(checked_url(url, ""))
    except ContractFault as fault:
        raise FetchFailed(str(fault)) from fault


def judged(parts: SplitResult, *, loopback: bool) -> list[Address]:
    """Look a host up and return its addresses, every one of which may be called."""
    if not _port_is_called(parts):
        raise FetchFailed("No web server answers at this port.")
    addresses = _look_up(parts.hostname or "", parts.port or 443)
    for address in addresses:
        allowed = is_public(address) or (loopback and address.is_loopback)
        if not allowed:
            raise FetchFailed("This address is not one of the open Internet.")
        if parts.scheme == "http" and not address.is_loopback:
            raise FetchFailed("Plain http is only for this machine itself.")
    return addresses[:_MAX_ADDRESSES]


def _port_is_called(parts: SplitResult) -> bool:
    """Tell whether a port may be a web server's; others of the old ones speak other languages."""
    port = parts.port
    return port is None or port in _WEB_PORTS or port >= _FIRST_FREE_PORT


def _look_up(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"There is no server named {host!r}.") from error
    # A scope such as fe80::1%eth0 is dropped: such an address is refused anyway.
    return list(dict.fromkeys(ip_address(str(entry[4][0]).split("%")[0]) for entry in found))
