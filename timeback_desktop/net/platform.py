"""The platform's API, called from worker threads, never from the window's.

Tokens live in memory only; a sign-in is named by its first one and renewed unseen
(``net.sign_ins``). Everything that can go wrong comes out as one of our own
errors: ``BackendUnavailable`` when the platform cannot be reached or is broken,
``WrongPin`` and ``LaunchFailed`` for what a person can do something about, and
``ContractFault`` when an answer is not what was agreed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from timeback_desktop.catalog.model import App
from timeback_desktop.errors import BackendUnavailable, ContractFault, LaunchFailed, Side
from timeback_desktop.identity.model import Profile, SignedIn, WrongPin
from timeback_desktop.launch.way_in import WayIn
from timeback_desktop.net.sign_ins import Renewed, SignIns

T = TypeVar("T")
CLIENT_ID = "timeback-desktop"
_LARGEST_ICON = 256 * 1024
_PICTURES = frozenset({"image/svg+xml", "image/png", "image/jpeg", "image/webp"})
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class _Profiles(msgspec.Struct):
    profiles: list[Profile]


class _Students(msgspec.Struct):
    students: list[Profile]


class _Applications(msgspec.Struct):
    applications: list[dict[str, object]]


class _Sessions(msgspec.Struct):
    sessions: list[dict[str, object]]


class _Tokens(msgspec.Struct):
    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where the platform is now, and the secret that this run of the desktop holds."""

    url: str
    run_secret: str


class Platform:
    """The platform; its address may change while the program runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._address: Address | None = None
        self._client: httpx.Client | None = None
        self._sign_ins = SignIns()

    @property
    def origin(self) -> str:
        """The platform's origin, or nothing while it is away."""
        with self._lock:
            return self._address.url if self._address else ""

    def move(self, address: Address | None) -> None:
        """Say where the platform is now; ``None`` while it is away."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._address = address
            self._client = None if address is None else _client_for(address)

    def profiles(self) -> Sequence[Profile]:
        """Return everybody who may sign in here."""
        return self._ask("GET", "/desktop/1.0/profiles", _Profiles).profiles

    def sign_in(self, user_id: str, pin: str = "") -> SignedIn:
        """Sign a person in; raise ``WrongPin`` if the PIN is not right."""
        body = {"userId": user_id, **({"pin": pin} if pin else {})}
        response = self._send("POST", "/desktop/1.0/sign-in", json=body)
        if response.status_code in {403, 429}:
            raise WrongPin(_message(response), "Try again, or ask your coach.")
        signed_in = _decode(response, SignedIn)
        self._sign_ins.begin(signed_in)
        return signed_in

    def sign_out(self, token: str) -> None:
        """End a sign-in and every launch that it still has open."""
        self._send("POST", "/desktop/1.0/sign-out", token=token)
        self._sign_ins.end(token)

    def bearer(self, token: str, *, refused: str = "") -> str | None:
        """Return the token that a sign-in is spoken for by now, named by its first one.

        ``refused`` is one that the platform would not take: another one comes back, or
        ``None`` when the sign-in has ended.
        """
        if refused:
            return self._sign_ins.token_instead_of(token, refused, self._exchange)
        return self._sign_ins.token(token, self._exchange)

    def _exchange(self, refresh_token: str) -> Renewed | None:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": CLIENT_ID,
        }
        response = self._request("POST", "/auth/1.0/token", "", {"data": form})
        if response.status_code in {400, 401}:
            return None
        told = _decode(response, _Tokens)
        return Renewed(told.access_token, told.refresh_token, told.expires_in)

    def catalog(self, token: str) -> Sequence[App]:
        """Return the apps of the person whose token this is."""
        answer = self._ask("GET", "/desktop/1.0/catalog", _Applications, token=token)
        return [App.from_wire(entry) for entry in answer.applications]

    def students(self, token: str) -> Sequence[Profile]:
        """Return the students of the coach whose token this is."""
        return self._ask("GET", "/desktop/1.0/students", _Students, token=token).students

    def open_launch(self, token: str, app_id: str, session_id: str) -> WayIn:
        """Return a way into an app: good once, for a minute."""
        body = {"applicationId": app_id, "sessionId": session_id}
        response = self._send("POST", "/desktop/1.0/launches", token=token, json=body)
        if response.status_code in {403, 404, 409}:
            raise LaunchFailed(_message(response), "Ask your coach about it.", side=Side.PLATFORM)
        return _decode(response, WayIn)

    def picture(self, url: str) -> bytes | None:
        """Return an app's icon, or ``None``; icons come from apps, so none is trusted."""
        try:
            with httpx.stream("GET", url, timeout=3.0, trust_env=False) as response:
                kind = response.headers.get("content-type", "").partition(";")[0].strip()
                if response.status_code != 200 or kind not in _PICTURES:
                    return None
                first = next(response.iter_bytes(_LARGEST_ICON + 1), b"")
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return first if 0 < len(first) <= _LARGEST_ICON else None

    def deliver(self, envelope: bytes) -> httpx.Response:
        """Post an envelope; every HTTP answer is returned, only the network raises."""
        return self._send(
            "POST",
            "/events/1.0/",
            content=envelope,
            headers={"Content-Type": "application/json"},
            accept_all=True,
        )

    def sessions_of(self, token: str, user_id: str, **query: str) -> Sequence[dict[str, object]]:
        """Return what the Insights API tells about a person's sessions, newest first."""
        path = f"/insights/1.0/users/{user_id}/sessions"
        return self._ask("GET", path, _Sessions, token=token, params=query).sessions

    def _ask(
        self,
        method: str,
        path: str,
        shape: type[T],
        *,
        token: str | None = None,
        params: Mapping[str, str] | None = None,
    ) -> T:
        return _decode(self._send(method, path, token=token, params=params), shape)

    def _send(  # noqa: PLR0913 - one place for everything a request may carry
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        accept_all: bool = False,
    ) -> httpx.Response:
        given = {"json": json, "content": content, "params": params, "headers": headers}
        bearer = self.bearer(token) if token else None
        response = self._request(method, path, bearer, given)
        if token and bearer and response.status_code == 401:
            other = self.bearer(token, refused=bearer)
            response = self._request(method, path, other, given) if other else response
        if response.status_code >= 500 and not accept_all:
            raise BackendUnavailable(_message(response), "Try again in a moment.")
        return response

    def _request(
        self, method: str, path: str, bearer: str | None, given: Mapping[str, Any]
    ) -> httpx.Response:
        """Send one request: as the holder of a token, as nobody (``""``), or as the desktop."""
        with self._lock:
            client, address = self._client, self._address
        if client is None or address is None:
            raise BackendUnavailable("TimeBack is still starting.", "Wait a moment.")
        who = address.run_secret if bearer is None else bearer
        own = {"Authorization": f"Bearer {who}"} if who else {}
        headers = {**own, **(given.get("headers") or {})}
        try:
            return client.request(method, path, **{**given, "headers": headers})
        except (httpx.HTTPError, RuntimeError) as error:  # RuntimeError: closed while it moved
            raise BackendUnavailable(
                "TimeBack's own service does not answer.", "It is being restarted; try again."
            ) from error


def is_this_computer(url: str) -> bool:
    """Tell whether a platform runs on this computer: no proxy stands before that one."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def _client_for(address: Address) -> httpx.Client:
    direct = is_this_computer(address.url)
    return httpx.Client(base_url=address.url, timeout=_TIMEOUT, trust_env=not direct)


def _message(response: httpx.Response) -> str:
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"The platform answered {response.status_code}."


def _decode(response: httpx.Response, shape: type[T]) -> T:
    if response.status_code in {401, 403}:
        raise BackendUnavailable(_message(response), "Sign in again.")
    if not response.is_success:
        raise ContractFault(_message(response), status=response.status_code)
    try:
        return msgspec.json.decode(response.content, type=shape)
    except msgspec.DecodeError as error:
        raise ContractFault(f"unexpected answer from the platform: {error}") from error
