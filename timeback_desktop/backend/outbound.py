"""The one module of the backend that calls other people's servers.

Whoever registers an app, or names an identity provider, tells us addresses; this module
decides which of them are called. A platform that the world knows by a public name calls
public addresses only, so that nobody can talk it into calling its own network. A platform
on a laptop is known as 127.0.0.1 (:func:`may_reach_loopback`), where the apps that are being
developed live too: it may call that machine, and still no other one of the network.

A name is looked up once, all its addresses are judged, and the connection is made to one of
those very addresses; the certificate is still checked against the name. There are no cookies,
no proxies out of the environment, and no compressed answers, whose real size nobody knows.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Self
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from timeback_desktop.backend.registry.addresses import LOOPBACK, checked_url
from timeback_desktop.backend.settings import Settings
from timeback_desktop.clock import SystemClock
from timeback_desktop.errors import ContractFault

JSON_TYPES = ("application/json", "application/jwk-set+json")
_MAX_HOPS = 3  # the address itself, and two redirects
_MAX_ADDRESSES = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_PUBLIC_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_UNICAST_6 = IPv6Network("2000::/3")
"""All else of IPv6 is local, multicast, or another way to write an IPv4 address."""
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # Teredo and other protocols
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # IPv4 in disguise
    IPv6Network("3fff::/20"),
)
_log = logging.getLogger(__name__)
# httpx writes every address it calls into the log, with its query.
logging.getLogger("httpx").setLevel(logging.WARNING)

Address = IPv4Address | IPv6Address


class FetchFailed(ContractFault):
    """Another server did not give what was asked of it; the message can be shown to anybody."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=502)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What another server answered; ``url`` is where it came from after redirects."""

    url: str
    status: int
    content_type: str
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise FetchFailed("The server answered with something that is no JSON.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of another server, at whichever address."""

    purpose: str
    limit_bytes: int
    timeout: float
    accept: tuple[str, ...]
    loopback: bool
    form: Mapping[str, str] | None = None
    authorization: str | None = None
    statuses: tuple[int, ...] = (200,)

    @property
    def method(self) -> str:
        return "GET" if self.form is None else "POST"

    @property
    def follows(self) -> bool:
        """Tell whether redirects are followed: never with something secret in hand."""
        return self.form is None and self.authorization is None

    @property
    def headers(self) -> dict[str, str]:
        told = {"Accept": ", ".join(self.accept), "Accept-Encoding": "identity"}
        told["User-Agent"] = "TimeBack"
        return told | ({"Authorization": self.authorization} if self.authorization else {})


def may_reach_loopback(settings: Settings) -> bool:
    """Tell whether this platform may call its own machine: only one that is known as such."""
    return (urlsplit(settings.issuer_url).hostname or "") in LOOPBACK


def fetch(  # noqa: PLR0913 each is named by the caller
    url: str,
    *,
    purpose: str,
    limit_bytes: int,
    timeout: float = 5.0,
    accept: tuple[str, ...],
    loopback: bool = False,
    form: Mapping[str, str] | None = None,
    authorization: str | None = None,
    statuses: tuple[int, ...] = (200,),
) -> Fetched:
    """Ask another server for something, or post a ``form`` to it; raise :class:`FetchFailed`.

    ``accept`` are the media types that will do, ``timeout`` the seconds for everything
    together, ``statuses`` what counts as an answer. To be called from a thread, outside of
    any transaction.
    """
    asked = _Asked(
        purpose=purpose,
        limit_bytes=limit_bytes,
        timeout=timeout,
        accept=accept,
        loopback=loopback,
        form=form,
        authorization=authorization,
        statuses=statuses,
    )
    for _ in range(_MAX_HOPS):
        answer = _hop(url, asked)
        if isinstance(answer, Fetched):
            return answer
        if not asked.follows:
            raise FetchFailed(f"The server sent us on to another address ({purpose}).")
        if not _on_loopback(url):  # a stranger must not send us back home
            asked = replace(asked, loopback=False)
        url = answer
    raise FetchFailed(f"The server sent us from address to address ({purpose}).")


def fetch_json(  # noqa: PLR0913 see fetch
    url: str,
    *,
    purpose: str,
    limit_bytes: int = 256 * 1024,
    timeout: float = 5.0,
    loopback: bool = False,
    form: Mapping[str, str] | None = None,
    authorization: str | None = None,
) -> Any:
    """Ask another server for JSON and return it decoded."""
    return fetch(
        url,
        purpose=purpose,
        limit_bytes=limit_bytes,
        timeout=timeout,
        accept=JSON_TYPES,
        loopback=loopback,
        form=form,
        authorization=authorization,
    ).json()


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open Internet."""
    if isinstance(address, IPv4Address):
        odd = address.is_multicast or address.is_reserved
        return address.is_global and not odd and not any(address in net for net in _NOT_PUBLIC_4)
    return address in _UNICAST_6 and not any(address in net for net in _NOT_PUBLIC_6)


def _on_loopback(url: str) -> bool:
    return (urlsplit(url).hostname or "") in LOOPBACK


@dataclass(slots=True)
class _Line:
    """The one line of log that every call leaves, however it ends."""

    asked: _Asked
    parts: SplitResult
    clock: SystemClock = field(default_factory=SystemClock)
    began: int = 0
    outcome: str = "failed"

    def __enter__(self) -> Self:
        self.began = self.clock.stamp().mono_ms
        return self

    def __exit__(self, *_: object) -> None:
        took = self.clock.stamp().mono_ms - self.began
        where = f"{self.parts.scheme}://{self.parts.netloc}{self.parts.path}"
        asked = self.asked
        _log.info("%s: %s %r %s %d ms", asked.purpose, asked.method, where, self.outcome, took)


def _hop(url: str, asked: _Asked) -> Fetched | str:
    """Call one address; return the answer, or the address that it sends us to."""
    parts = _parts(url)
    with _Line(asked, parts) as line:
        addresses = _judged(parts, loopback=asked.loopback)
        try:
            answer = asyncio.run(_within_time(url, addresses, asked))
        except TimeoutError as error:
            raise FetchFailed(f"The server took too long to answer ({asked.purpose}).") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchFailed(f"The server cannot be reached ({asked.purpose}).") from error
        line.outcome = str(answer.status) if isinstance(answer, Fetched) else "redirect"
        return answer


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(checked_url(url, ""))
    except ContractFault as fault:
        raise FetchFailed(str(fault)) from fault


def _judged(parts: SplitResult, *, loopback: bool) -> list[Address]:
    """Return the addresses of a host, every one of which may be called."""
    addresses = _look_up(parts.hostname or "", parts.port or 443)
    for address in addresses:
        allowed = is_public(address) or (loopback and address.is_loopback)
        if not allowed:
            raise FetchFailed("This address is not one of the open Internet.")
        if parts.scheme == "http" and not address.is_loopback:
            raise FetchFailed("Plain http is only for this machine itself.")
    return addresses[:_MAX_ADDRESSES]


def _look_up(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"There is no server named {host!r}.") from error
    # A scope such as fe80::1%eth0 is dropped: such an address is refused anyway.
    return list(dict.fromkeys(ip_address(str(entry[4][0]).split("%")[0]) for entry in found))


async def _within_time(url: str, addresses: list[Address], asked: _Asked) -> Fetched | str:
    async with (
        asyncio.timeout(asked.timeout),
        httpx.AsyncClient(
            trust_env=False, verify=_verification(url), timeout=asked.timeout
        ) as client,
    ):
        for address in addresses[:-1]:
            try:
                return await _ask(client, url, address, asked)
            except httpx.ConnectError:
                continue
        return await _ask(client, url, addresses[-1], asked)


def _verification(url: str) -> Any:
    """Return the trust in certificates; reading that takes time, which plain http can spare."""
    return httpx.create_ssl_context(trust_env=False) if url.startswith("https:") else False


async def _ask(
    client: httpx.AsyncClient, url: str, address: Address, asked: _Asked
) -> Fetched | str:
    parts = urlsplit(url)
    literal = f"[{address}]" if address.version == 6 else str(address)
    pinned = parts._replace(netloc=f"{literal}:{parts.port}" if parts.port else literal)
    request = client.build_request(
        asked.method,
        pinned.geturl(),
        headers=asked.headers | {"Host": parts.netloc},
        data=dict(asked.form) if asked.form is not None else None,
        extensions={"sni_hostname": parts.hostname or ""},
    )
    answer = await client.send(request, stream=True, follow_redirects=False)
    try:
        if answer.status_code in _REDIRECTS:
            target: str = urljoin(url, answer.headers.get("location", ""))
            return target
        return await _read(answer, url, asked)
    finally:
        await answer.aclose()


async def _read(answer: httpx.Response, url: str, asked: _Asked) -> Fetched:
    if answer.status_code not in asked.statuses:
        raise FetchFailed(f"The server answered {answer.status_code} ({asked.purpose}).")
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in asked.accept:
        raise FetchFailed(f"The server sent {content_type or 'nothing known'!r}.")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchFailed("The server sent a compressed answer, which was not asked for.")
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > asked.limit_bytes:
            raise FetchFailed(f"The answer is larger than {asked.limit_bytes} bytes.")
    return Fetched(url, answer.status_code, content_type, bytes(body))
