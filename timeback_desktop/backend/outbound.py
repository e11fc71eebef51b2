"""The one module of the backend that calls other people's servers.

Whoever registers an app or a webhook, or names an identity provider, tells us addresses;
which of them are called is decided in ``reach``.

A name is looked up once, all its addresses are judged, and the connection is made to one of
those very addresses; the certificate is still checked against the name. There are no cookies,
no proxies out of the environment, and no compressed answers, whose real size nobody knows.

What is fetched is read (:func:`fetch`); of what is posted only the status is wanted
(:func:`post`), and whatever else the other server says is dropped unread.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Self, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from timeback_desktop.backend.reach import (
    Address,
    FetchFailed,
    judged,
    may_reach_loopback,
    on_loopback,
    parts_of,
)
from timeback_desktop.clock import SystemClock

__all__ = [
    "Answered",
    "FetchFailed",
    "Fetched",
    "fetch",
    "fetch_json",
    "may_reach_loopback",
    "post",
]

JSON_TYPES = ("application/json", "application/jwk-set+json")
_MAX_HOPS = 3  # the address itself, and two redirects
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_log = logging.getLogger(__name__)
# httpx writes every address it calls into the log, with its query.
logging.getLogger("httpx").setLevel(logging.WARNING)

Taken = TypeVar("Taken")


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


@dataclass(frozen=True, slots=True)
class Answered:
    """How a server took what was posted to it; ``retry_after`` as it wrote that."""

    status: int
    retry_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of another server, at whichever address."""

    purpose: str
    timeout: float
    accept: tuple[str, ...]
    loopback: bool
    limit_bytes: int = 0
    form: Mapping[str, str] | None = None
    content: bytes | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    authorization: str | None = None
    statuses: tuple[int, ...] = (200,)

    @property
    def method(self) -> str:
        return "GET" if self.form is None and self.content is None else "POST"

    @property
    def follows(self) -> bool:
        """Tell whether redirects are followed: never with something secret in hand."""
        return self.form is None and self.authorization is None

    @property
    def headers(self) -> dict[str, str]:
        told = {"Accept": ", ".join(self.accept), "Accept-Encoding": "identity"}
        told["User-Agent"] = "TimeBack"
        told |= {"Authorization": self.authorization} if self.authorization else {}
        return {**told, **self.named}


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
        if not on_loopback(url):  # a stranger must not send us back home
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


async def post(  # noqa: PLR0913 each is named by the caller
    url: str,
    content: bytes,
    *,
    purpose: str,
    headers: Mapping[str, str],
    seconds: float,
    loopback: bool = False,
) -> Answered:
    """Post ``content`` to another server; raise :class:`FetchFailed` when it does not answer.

    Every status is an answer, a redirect too: it is not followed. ``seconds`` are for
    everything together.
    """
    asked = _Asked(
        purpose=purpose,
        timeout=seconds,
        accept=("*/*",),
        loopback=loopback,
        content=content,
        named=headers,
    )
    parts = parts_of(url)
    with _Line(asked, parts) as line, _one_sentence(asked):
        async with asyncio.timeout(seconds):
            addresses = await asyncio.to_thread(judged, parts, loopback=loopback)
            answer = await _within_time(url, addresses, asked, _status_of)
        line.outcome = str(answer.status)
        return answer


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


@contextmanager
def _one_sentence(asked: _Asked) -> Iterator[None]:
    """Tell in one sentence what went wrong on the way."""
    try:
        yield
    except TimeoutError as error:
        raise FetchFailed(f"The server took too long to answer ({asked.purpose}).") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(f"The server cannot be reached ({asked.purpose}).") from error


def _hop(url: str, asked: _Asked) -> Fetched | str:
    """Call one address; return the answer, or the address that it sends us to."""
    parts = parts_of(url)
    with _Line(asked, parts) as line, _one_sentence(asked):
        addresses = judged(parts, loopback=asked.loopback)
        answer = asyncio.run(_within_time(url, addresses, asked, _page_or_redirect))
        line.outcome = str(answer.status) if isinstance(answer, Fetched) else "redirect"
        return answer


_Take = Callable[[httpx.Response, str, _Asked], Awaitable[Taken]]
"""What is taken from an answer of which no more than the headers has come."""


async def _within_time(
    url: str, addresses: list[Address], asked: _Asked, take: _Take[Taken]
) -> Taken:
    async with (
        asyncio.timeout(asked.timeout),
        httpx.AsyncClient(
            trust_env=False, verify=_verification(url), timeout=asked.timeout
        ) as client,
    ):
        for address in addresses[:-1]:
            try:
                return await _ask(client, url, address, asked, take)
            except httpx.ConnectError:
                continue
        return await _ask(client, url, addresses[-1], asked, take)


def _verification(url: str) -> Any:
    """Return the trust in certificates; reading that takes time, which plain http can spare."""
    return _trust() if url.startswith("https:") else False


@lru_cache(maxsize=1)
def _trust() -> Any:
    return httpx.create_ssl_context(trust_env=False)


async def _ask(
    client: httpx.AsyncClient, url: str, address: Address, asked: _Asked, take: _Take[Taken]
) -> Taken:
    parts = urlsplit(url)
    literal = f"[{address}]" if address.version == 6 else str(address)
    pinned = parts._replace(netloc=f"{literal}:{parts.port}" if parts.port else literal)
    request = client.build_request(
        asked.method,
        pinned.geturl(),
        headers=asked.headers | {"Host": parts.netloc},
        content=asked.content,
        data=dict(asked.form) if asked.form is not None else None,
        extensions={"sni_hostname": parts.hostname or ""},
    )
    answer = await client.send(request, stream=True, follow_redirects=False)
    try:
        return await take(answer, url, asked)
    finally:
        await answer.aclose()


async def _status_of(answer: httpx.Response, _url: str, _asked: _Asked) -> Answered:
    return Answered(answer.status_code, answer.headers.get("retry-after"))


async def _page_or_redirect(answer: httpx.Response, url: str, asked: _Asked) -> Fetched | str:
    if answer.status_code in _REDIRECTS:
        target: str = urljoin(url, answer.headers.get("location", ""))
        return target
    return await _read(answer, url, asked)


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
