"""The wire of the token endpoint: reading its three ways of asking (RFC 6749).

Clients show their id and secret by HTTP Basic, in a form or in a JSON body; real
TimeBack clients do each of the three. Instead of a secret a client may show an assertion
that it signed (RFC 7523). A public client names itself and shows neither.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from timeback_desktop.backend.auth.token_kinds import TokenFacts
from timeback_desktop.errors import ContractFault

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MAX_FIELDS = 32
_NOT_IN_AN_ADDRESS = frozenset(
    {"client_secret", "client_assertion", "refresh_token", "code", "code_verifier", "device_code"}
) | {"token"}


class TokenRefused(ContractFault):
    """The token endpoint says no; ``code`` is the error code of RFC 6749, section 5.2.

    ``retry_after_s`` is told to a client that came too often.
    """

    def __init__(
        self, code: str, message: str, *, status: int = 400, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message, status=status)
        self.code = code
        self.retry_after_s = retry_after_s


def too_often(wait_ms: int) -> TokenRefused:
    """Return the refusal of a client that has to wait."""
    seconds = -(-wait_ms // 1000)
    message = f"Too many requests: please wait {seconds} s."
    return TokenRefused("slow_down", message, status=429, retry_after_s=seconds)


@dataclass(frozen=True, slots=True)
class ShownClient:
    """What a request shows of the client that sends it: nothing, a name, or a proof too."""

    client_id: str | None = None
    secret: str | None = None
    assertion: str | None = None


@dataclass(frozen=True, slots=True)
class TokenForm:
    """The fields of a request that can be read, and the client as it shows itself."""

    fields: Mapping[str, str]
    shown: ShownClient


async def read_token_form(request: Request) -> TokenForm:
    """Read a request to the token endpoint or one of its neighbours, or refuse it."""
    if not _NOT_IN_AN_ADDRESS.isdisjoint(request.query_params):
        raise TokenRefused("invalid_request", "A secret does not belong into an address.")
    fields = _fields(request.headers.get("content-type", ""), await request.body())
    return TokenForm(fields, _shown(request.headers.get("authorization"), fields))


def _fields(content_type: str, body: bytes) -> Mapping[str, str]:
    media_type = content_type.partition(";")[0].strip().lower()
    read = _json_pairs if media_type == "application/json" else _form_pairs
    try:
        pairs = read(body)
    except (ValueError, RecursionError) as error:
        raise TokenRefused("invalid_request", "The body cannot be read.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TokenRefused("invalid_request", "A field is there twice.")
    return {name: value for name, value in fields.items() if value}


def _form_pairs(body: bytes) -> Sequence[tuple[str, str]]:
    return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)


def _json_pairs(body: bytes) -> Sequence[tuple[str, str]]:
    """Return the members of a JSON object of texts; one that is null was not sent."""
    pairs = json.loads(body or b"{}", object_pairs_hook=tuple)
    if not isinstance(pairs, tuple) or len(pairs) > _MAX_FIELDS:
        raise ValueError("not a small object")
    sent = [(name, value) for name, value in pairs if value is not None]
    if not all(isinstance(value, str) for _, value in sent):
        raise ValueError("a field is not a text")
    return sent


def _shown(header: str | None, fields: Mapping[str, str]) -> ShownClient:
    named, secret = fields.get("client_id"), fields.get("client_secret")
    assertion = _assertion(fields)
    if sum(proof is not None for proof in (header, secret, assertion)) > 1:
        raise TokenRefused("invalid_request", "Prove the client in one way, not in several.")
    if header is not None:
        by_header, secret = _basic(header)
        if named not in {None, by_header}:
            raise TokenRefused("invalid_request", "The header and the body name two clients.")
        named = by_header
    if named is not None and not (named.isascii() and named.isprintable()):
        raise TokenRefused("invalid_client", "No client has such an id.", status=401)
    return ShownClient(named, secret, assertion)


def _assertion(fields: Mapping[str, str]) -> str | None:
    assertion, kind = fields.get("client_assertion"), fields.get("client_assertion_type")
    if (assertion is None) != (kind is None):
        raise TokenRefused("invalid_request", "An assertion comes together with its type.")
    if kind not in {None, ASSERTION_TYPE}:
        raise TokenRefused("invalid_client", "This type of assertion is not known.", status=401)
    return assertion


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pair = ""
    client_id, _, secret = pair.partition(":")
    if scheme.lower() != "basic" or not (client_id and secret):
        raise TokenRefused("invalid_client", "The Basic header cannot be read.", status=401)
    return unquote_plus(client_id), unquote_plus(secret)


def introspection(facts: TokenFacts | None, issuer_url: str) -> dict[str, str | int | bool]:
    """Return what RFC 7662 tells of a token; of one that is no good it tells nothing."""
    if facts is None:
        return {"active": False}
    holder, issuer = facts.holder, f"{issuer_url}{facts.holder.environment.prefix}"
    # An app knows a person by a name of its own (``sub`` of ``userinfo``), not by the roster's.
    subject = None if holder.is_lent else holder.client_id
    told: dict[str, str | int | bool | None] = {
        "active": True,
        "token_type": facts.token_type,
        "client_id": facts.client_id,
        "scope": " ".join(sorted(facts.scopes)),
        "sub": subject,
        "iss": issuer,
        "aud": issuer,
        "iat": facts.issued_ms // 1000,
        "exp": facts.expires_ms // 1000,
    }
    return {name: value for name, value in told.items() if value is not None}
