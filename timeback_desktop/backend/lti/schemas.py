"""The wire of the authorization endpoint: what an app must ask, exactly so.

The checks come in two groups, because of where a refusal may go: before the client and
its redirect URI are known to be good, a refusal is a page of our own; after that, it
goes back to the app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from fastapi import Request

from timeback_desktop.errors import ContractFault

_MAX_NONCE = 4096
_MAX_STATE = 8192
_MAX_FIELDS = 64
Asked = Mapping[str, Sequence[str]]


class Unanswerable(ContractFault):
    """A request that must not be answered to the address it names."""


class LaunchRefused(ContractFault):
    """A request that is refused to the app; ``code`` is the OpenID Connect error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def read_authorization(request: Request) -> Asked:
    """Read the parameters of a GET's query or of a POST's form, each with all its values."""
    raw = request.url.query if request.method == "GET" else await _form(request)
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise Unanswerable("There are too many fields in this request.") from error
    asked: dict[str, list[str]] = {}
    for name, value in pairs:
        asked.setdefault(name, []).append(value)
    return asked


async def _form(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise Unanswerable("The form cannot be read.") from error


def single(asked: Asked, name: str) -> str | None:
    """Return the one value of a parameter; ``None`` when it is absent, empty or repeated."""
    values = asked.get(name, ())
    return values[0] or None if len(values) == 1 else None


def state_of(asked: Asked) -> str | None:
    """Return the app's state, to be echoed letter by letter, if it is of a sane size."""
    state = single(asked, "state")
    return state if state is not None and len(state) <= _MAX_STATE else None


def checked_nonce(asked: Asked) -> str:
    """Return the app's nonce when the rest of the request is as LTI 1.3 wants it."""
    _expect(asked, "response_type", "id_token", "unsupported_response_type")
    _expect(asked, "response_mode", "form_post", "invalid_request")
    _expect(asked, "prompt", "none", "invalid_request")
    if "openid" not in (single(asked, "scope") or "").split():
        raise LaunchRefused("invalid_scope", "scope must contain openid.")
    if "state" in asked and state_of(asked) is None:
        raise LaunchRefused("invalid_request", "state is repeated, empty or too long.")
    nonce = single(asked, "nonce")
    if nonce is None or len(nonce) > _MAX_NONCE:
        raise LaunchRefused("invalid_request", f"nonce takes 1 to {_MAX_NONCE} characters.")
    return nonce


def _expect(asked: Asked, name: str, value: str, code: str) -> None:
    if single(asked, name) != value:
        raise LaunchRefused(code, f"{name} must be {value}.")
