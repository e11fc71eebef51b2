"""What the API reference tells of the token endpoint and its neighbours.

Their bodies come as a form or as JSON and are read by hand (``schemas``), so the framework
cannot write them down by itself.
"""

from __future__ import annotations

from typing import Any

from timeback_desktop.backend.scopes import EVENTS_WRITE, ROSTER_READONLY

_Document = dict[str, Any]
_CLIENT_ID = "7d1c3d4e-6f0a-5b1c-8d2e-3f4a5b6c7d8e"
_CLIENT = {
    "client_id": "The client, unless HTTP Basic names it.",
    "client_secret": "Its secret, unless HTTP Basic or an assertion proves the client.",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "A JWT about the client itself, signed with its own key (RFC 7523).",
}
_SHOWN = {"client_id": _CLIENT_ID, "client_secret": "N3vQ…"}
_REFUSALS = {
    400: ("The request is not as agreed.", "invalid_request"),
    401: ("The client did not prove itself.", "invalid_client"),
    429: ("Too many requests; Retry-After tells when to come again.", "slow_down"),
}


def _operation(
    needed: dict[str, str], other: dict[str, str], asked: _Document, answer: _Document | None
) -> _Document:
    schema = {
        "type": "object",
        "required": list(needed),
        "properties": {
            name: {"type": "string", "description": text}
            for name, text in {**needed, **other, **_CLIENT}.items()
        },
    }
    media = {"schema": schema, "example": {**asked, **_SHOWN}}
    types = ("application/x-www-form-urlencoded", "application/json")
    body = {"required": True, "content": dict.fromkeys(types, media)}
    return {
        "openapi_extra": {"requestBody": body},
        "responses": {200: _told("Done.", answer), **_refusals()},
    }


def _refusals() -> dict[int, _Document]:
    return {
        status: _told(text, {"error": code, "error_description": text, "message": text})
        for status, (text, code) in _REFUSALS.items()
    }


def _told(description: str, example: _Document | None) -> _Document:
    if example is None:
        return {"description": description}
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"description": description, "content": content}


TOKEN = _operation(
    {"grant_type": "How the token is earned: client_credentials for a program."},
    {"scope": "The scopes that are wanted, with blanks between; all that are held without it."},
    {"grant_type": "client_credentials", "scope": f"{EVENTS_WRITE} {ROSTER_READONLY}"},
    {
        "access_token": "Vt0p…",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": f"{EVENTS_WRITE} {ROSTER_READONLY}",
    },
)
_TOKEN_FIELD = {"token": "The token."}
_HINT = {"token_type_hint": "access_token or refresh_token; not needed."}
REVOCATION = _operation(_TOKEN_FIELD, _HINT, {"token": "Vt0p…"}, None)
INTROSPECTION = _operation(
    _TOKEN_FIELD,
    _HINT,
    {"token": "Vt0p…"},
    {
        "active": True,
        "token_type": "Bearer",
        "client_id": _CLIENT_ID,
        "scope": EVENTS_WRITE,
        "sub": _CLIENT_ID,
        "iss": "https://timeback.example",
        "aud": "https://timeback.example",
        "iat": 1795000000,
        "exp": 1795003600,
    },
)
