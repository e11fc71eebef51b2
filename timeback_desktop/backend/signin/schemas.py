"""The wire of sign-in: requests for a code, forms of pages, and a little JSON.

A request that names a client and one of its redirect URIs is answered there, even when the
answer is no. Any other one gets a page of ours, and nothing is sent to the address that it
named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from timeback_desktop.backend.signin.clients import SignInClient
from timeback_desktop.backend.signin.codes import is_challenge
from timeback_desktop.backend.signin.people import OPENID
from timeback_desktop.errors import ContractFault

_MOST_FIELDS = 32
_LONGEST_STATE, _LONGEST_NONCE, _LONGEST_SCOPE = 4096, 512, 4096
_PRINTABLE = re.compile(r"[ -~]*")
_NAMES = ("response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce")
_MORE_NAMES = ("code_challenge", "code_challenge_method", "prompt", "request", "request_uri")


class PageFault(ContractFault):
    """Something is wrong with what a browser sent: told to the person on a page of ours."""

    def __init__(
        self, message: str, *, status: int = 400, title: str = "This did not work"
    ) -> None:
        super().__init__(message, status=status)
        self.title = title


class AuthorizationRefused(Exception):
    """A well-addressed request is refused: told to the client at its redirect URI."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """Where the answer to a request goes, and the ``state`` that goes with it."""

    redirect_uri: str
    state: str | None

    def address(self, issuer: str, answer: Mapping[str, str]) -> str:
        """Return the redirect URI with an answer, and who answers (RFC 9207)."""
        told = {**answer, **({} if self.state is None else {"state": self.state}), "iss": issuer}
        parts = urlsplit(self.redirect_uri)
        query = f"{parts.query}&{urlencode(told)}" if parts.query else urlencode(told)
        return urlunsplit(parts._replace(query=query))


Asked = Mapping[str, list[str]]


def asked_of(request: Request) -> Asked:
    """Return the parameters of a request for a code, with how often each is there."""
    query = request.query_params
    return {name: query.getlist(name) for name in (*_NAMES, *_MORE_NAMES) if name in query}


def single(asked: Asked, name: str) -> str | None:
    """Return a parameter that is there once."""
    values = asked.get(name, [])
    return values[0] if len(values) == 1 and values[0] else None


def target_of(asked: Asked, client: SignInClient) -> Target:
    """Return where to answer, which the client must have registered."""
    redirect_uri, state = single(asked, "redirect_uri"), single(asked, "state")
    if redirect_uri is None or not client.may_redirect_to(redirect_uri):
        raise PageFault("The app named a place to answer to that it did not register.")
    if len(state or "") > _LONGEST_STATE or not _PRINTABLE.fullmatch(state or ""):
        raise PageFault("The app sent a state that cannot be sent back.")
    return Target(redirect_uri, state)


def checked_authorization(asked: Asked) -> Mapping[str, str]:
    """Return what is asked for, or raise :class:`AuthorizationRefused`."""
    repeated = sorted(name for name, values in asked.items() if len(values) > 1)
    if repeated:
        raise AuthorizationRefused("invalid_request", f"{repeated[0]} is there twice.")
    _check_kind(asked)
    challenge, method = single(asked, "code_challenge"), single(asked, "code_challenge_method")
    if method != "S256" or challenge is None or not is_challenge(challenge):
        raise AuthorizationRefused("invalid_request", "PKCE with S256 is needed.")
    scope, nonce = single(asked, "scope") or OPENID, single(asked, "nonce")
    if len(scope) > _LONGEST_SCOPE or not _PRINTABLE.fullmatch(scope):
        raise AuthorizationRefused("invalid_scope", "The scope cannot be read.")
    if len(nonce or "") > _LONGEST_NONCE or not _PRINTABLE.fullmatch(nonce or ""):
        raise AuthorizationRefused("invalid_request", "The nonce cannot be read.")
    told = {"challenge": challenge, "scope": scope}
    return told if nonce is None else {**told, "nonce": nonce}


def _check_kind(asked: Asked) -> None:
    if "request" in asked or "request_uri" in asked:
        code = "request_not_supported" if "request" in asked else "request_uri_not_supported"
        raise AuthorizationRefused(code, "Requests are taken as parameters only.")
    if single(asked, "response_type") != "code":
        raise AuthorizationRefused("unsupported_response_type", "Only code is given out here.")
    if single(asked, "response_mode") not in {None, "query"}:
        raise AuthorizationRefused("invalid_request", "Answers go into the query.")
    if single(asked, "prompt") == "none":
        raise AuthorizationRefused("login_required", "Somebody has to sign in.")


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that one of our pages sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise PageFault("This is not a form of this page.", status=415)
    try:
        body = (await request.body()).decode()
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise PageFault("This form cannot be read.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise PageFault("This form cannot be read.")
    return fields


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class MemberOut(_Wire):
    """A publisher of an account."""

    id: str
    name: str
    kind: str
    role: str


class AccountOut(_Wire):
    """The account that is calling."""

    id: str
    email: str | None
    name: str
    publishers: list[MemberOut]


class PasswordIn(_Wire):
    """A new password, with the one until now."""

    old: str = Field(max_length=256)
    password: str = Field(max_length=256)


class InvitationIn(_Wire):
    """Whom to invite: a person of the roster by id."""

    user_id: str = Field(min_length=1, max_length=255)


class InvitationOut(_Wire):
    """An invitation; the code is told this once."""

    code: str
    url: str
    expires_in: int


class RedirectsIn(_Wire):
    """Where an app wants people sent who signed in for it."""

    redirect_uris: list[str]
    public: bool = False


class RedirectsOut(RedirectsIn):
    """The same as it is kept, with the addresses that the app needs."""

    client_id: str
    authorization_endpoint: str
    token_endpoint: str
