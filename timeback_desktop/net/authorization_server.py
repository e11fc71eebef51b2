"""The platform as an authorization server: found by its metadata, asked for tokens.

What both ways to sign in share (``browser_sign_in``, ``device_sign_in``). Passwords are typed
at the addresses that the metadata names, so these are https, or on this computer, and the
metadata is taken only from whom it names as issuer (RFC 8414, 3.3). Tokens live in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.identity.model import SignInFailed
from timeback_desktop.net.platform import CLIENT_ID, is_this_computer

T = TypeVar("T")
METADATA_PATH = "/.well-known/oauth-authorization-server"
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_LARGEST_ANSWER = 256 * 1024
_ASK_THE_OWNER = "Ask whoever runs this platform."


class Metadata(msgspec.Struct, frozen=True):
    """What an authorization server tells of itself; an empty address is one it lacks."""

    issuer: str
    token_endpoint: str
    authorization_endpoint: str = ""
    device_authorization_endpoint: str = ""
    userinfo_endpoint: str = ""
    revocation_endpoint: str = ""
    code_challenge_methods_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False

    def addresses(self) -> tuple[str, ...]:
        """Return every address that is named."""
        named = (
            self.token_endpoint,
            self.authorization_endpoint,
            self.device_authorization_endpoint,
            self.userinfo_endpoint,
            self.revocation_endpoint,
        )
        return tuple(address for address in named if address)


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    token_type: str
    refresh_token: str = ""


class Claims(msgspec.Struct, frozen=True):
    """Who signed in, as far as the scopes of the token tell."""

    sub: str
    name: str = ""
    email: str = ""
    role: str = msgspec.field(default="", name="urn:timeback:claim:role")


class _Refusal(msgspec.Struct, frozen=True):
    error: str
    error_description: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """What a sign-in gave; ``answer`` is all of it, as the platform wrote it."""

    answer: Mapping[str, Any]
    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An error answer of the token endpoint (RFC 6749, 5.2)."""

    error: str
    description: str

    def fault(self) -> SignInFailed:
        """Return it as an error for people."""
        told = self.description or f"The platform answered {self.error}."
        return SignInFailed(told, "Start the sign-in again.")


class AuthorizationServer:
    """One authorization server and the connection to it."""

    def __init__(self, client: httpx.Client, metadata: Metadata) -> None:
        self._client = client
        self.metadata = metadata

    @classmethod
    def discover(cls, platform_url: str) -> AuthorizationServer:
        """Find the authorization server of a platform by its address."""
        issuer = platform_url.rstrip("/")
        check_address(issuer)
        client = httpx.Client(timeout=_TIMEOUT, trust_env=not is_this_computer(issuer))
        try:
            server = cls(client, _read_metadata(client, issuer))
        except BaseException:
            client.close()
            raise
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def exchange(self, grant_type: str, form: Mapping[str, str]) -> Tokens | Refused:
        """Ask for tokens; a refusal is returned, because some of them mean "not yet"."""
        asked = {"grant_type": grant_type, "client_id": CLIENT_ID, **form}
        return self._told(self.post(self.metadata.token_endpoint, asked))

    def _told(self, answer: httpx.Response) -> Tokens | Refused:
        if not answer.is_success:
            refusal = decode(answer, _Refusal)
            return Refused(refusal.error, printable(refusal.error_description))
        token = decode(answer, _Token)
        if not token.access_token or token.token_type.lower() != "bearer":
            raise _strange()
        return Tokens(decode(answer, dict[str, Any]), token.access_token, token.refresh_token)

    def claims(self, tokens: Tokens) -> Claims | None:
        """Ask who signed in; ``None`` if these tokens do not tell."""
        if not self.metadata.userinfo_endpoint:
            return None
        bearer = {"Authorization": f"Bearer {tokens.access_token}"}
        answer = _send(self._client, "GET", self.metadata.userinfo_endpoint, headers=bearer)
        return decode(answer, Claims) if answer.is_success else None

    def end(self, tokens: Tokens) -> None:
        """End a sign-in and all of its tokens (RFC 7009)."""
        if self.metadata.revocation_endpoint:
            shown = {"token": tokens.refresh_token or tokens.access_token, "client_id": CLIENT_ID}
            self.post(self.metadata.revocation_endpoint, shown)

    def post(self, address: str, form: Mapping[str, str]) -> httpx.Response:
        """Send a form; a platform that is broken is one that does not answer."""
        return _send(self._client, "POST", address, data=dict(form))


def _read_metadata(client: httpx.Client, issuer: str) -> Metadata:
    parts = urlsplit(issuer)
    where = parts._replace(path=f"{METADATA_PATH}{parts.path}").geturl()
    answer = _send(client, "GET", where)
    if not answer.is_success:
        raise SignInFailed(
            f"There is no TimeBack platform at {printable(issuer)}.", "Check the address."
        )
    metadata = decode(answer, Metadata)
    if metadata.issuer != issuer:
        raise SignInFailed(
            f"The platform calls itself {printable(metadata.issuer)}, not {printable(issuer)}.",
            "If you trust it, use the address that it calls itself by.",
        )
    for address in metadata.addresses():
        check_address(address)
    return metadata


def check_address(address: str) -> None:
    """Refuse an address that a secret must not be sent to: https, or this computer."""
    try:
        parts = urlsplit(address)
        good = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or parts.query or "#" in address or not (address.isascii() and _plain(address)):
        raise SignInFailed(
            f"{printable(address)!r} is no address of a platform.",
            "It looks like https://school.example.",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_computer(address)):
        raise SignInFailed(
            f"{printable(address)} is not safe to sign in at.", "It has to begin with https://."
        )


def _plain(text: str) -> bool:
    return text.isprintable() and " " not in text


def printable(text: str) -> str:
    """Return what a platform told without what a terminal would act on, and not too long."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )[:500]


def decode(answer: httpx.Response, shape: type[T]) -> T:
    """Read an answer, or say that the platform is not one that we understand."""
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _strange() from error


def _strange() -> SignInFailed:
    return SignInFailed("The platform gave an answer that is none.", _ASK_THE_OWNER)


def _send(client: httpx.Client, method: str, address: str, **given: Any) -> httpx.Response:
    """Send one request, follow no redirect, and read no more than an answer can be long."""
    try:
        with client.stream(method, address, **given) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _LARGEST_ANSWER:
                    raise _strange()
            read = httpx.Response(response.status_code, content=bytes(body))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BackendUnavailable(
            f"The platform at {printable(address)} does not answer.",
            "Check the address and the network, then try again.",
        ) from error
    if read.status_code >= 500:
        raise BackendUnavailable(
            f"The platform answered {read.status_code}.", "Try again in a moment."
        )
    return read
