"""The wire of the token endpoint: reading its three ways of asking (RFC 6749).

Clients show their id and secret by HTTP Basic, in a form or in a JSON body; real
TimeBack clients do each of the three.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from timeback_desktop.errors import ContractFault


class TokenRefused(ContractFault):
    """The token endpoint says no; ``code`` is the error code of RFC 6749, section 5.2."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message, status=status)
        self.code = code


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A well-formed request for a token by client credentials."""

    client_id: str
    client_secret: str
    scopes: frozenset[str] | None


async def read_token_request(request: Request) -> TokenRequest:
    """Read a request for a token, or raise :class:`TokenRefused`."""
    if "client_secret" in request.query_params:
        raise TokenRefused("invalid_request", "A secret does not belong into an address.")
    fields = _fields(request.headers.get("content-type", ""), await request.body())
    client_id, client_secret = _credentials(request.headers.get("authorization"), fields)
    if "grant_type" not in fields:
        raise TokenRefused("invalid_request", "grant_type is missing.")
    if fields["grant_type"] != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "Only client_credentials is granted here.")
    asked = fields.get("scope", "").split()
    return TokenRequest(client_id, client_secret, frozenset(asked) if asked else None)


def _fields(content_type: str, body: bytes) -> Mapping[str, str]:
    media_type = content_type.partition(";")[0].strip().lower()
    try:
        if media_type == "application/json":
            return _json_fields(body)
        return _form_fields(body.decode())
    except (ValueError, RecursionError) as error:
        raise TokenRefused("invalid_request", "The body cannot be read.") from error


def _json_fields(body: bytes) -> Mapping[str, str]:
    fields = json.loads(body or b"{}")
    if not isinstance(fields, dict):
        raise ValueError("not an object")  # noqa: TRY004 one kind of error for a bad body
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _form_fields(body: str) -> Mapping[str, str]:
    pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=32)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is repeated")
    return fields


def _credentials(header: str | None, fields: Mapping[str, str]) -> tuple[str, str]:
    in_body = fields.get("client_id"), fields.get("client_secret")
    if header is not None and in_body[1] is not None:
        raise TokenRefused("invalid_request", "Show the secret once: by Basic or in the body.")
    client_id, secret = _basic(header) if header is not None else in_body
    if not (client_id and secret and client_id.isascii() and client_id.isprintable()):
        raise TokenRefused("invalid_client", "Show a client id and its secret.", status=401)
    return client_id, secret


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    client_id, colon, secret = pair.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise TokenRefused("invalid_client", "The Basic header cannot be read.", status=401)
    return unquote_plus(client_id), unquote_plus(secret)
