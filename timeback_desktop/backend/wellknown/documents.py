"""The discovery documents as values, from what is registered with the running app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from timeback_desktop.backend.auth.assertions import ALGORITHMS
from timeback_desktop.backend.auth.grants import grant_types
from timeback_desktop.backend.endpoints import (
    AUTHORIZE_PATH,
    DEVICE_PATH,
    INTROSPECT_PATH,
    JWKS_PATH,
    REVOKE_PATH,
    SIGN_IN_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
)
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.scopes import EVERY_SCOPE

Document = dict[str, Any]
_OF_PEOPLE = ("openid", "profile", "email", "offline_access")
_PROOFS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
_CODE = "authorization_code"
_LTI = "https://purl.imsglobal.org/spec/lti-platform-configuration"


@dataclass(frozen=True, slots=True)
class Issuer:
    """One environment as an issuer; ``answers`` tells whether a path is answered there."""

    environment: Environment
    issuer_url: str
    answers: Callable[[str], bool]

    @property
    def url(self) -> str:
        """Return the name of the issuer."""
        return f"{self.issuer_url}{self.environment.prefix}"

    def endpoints(self, paths: dict[str, str]) -> Document:
        """Return the addresses of those endpoints that are answered."""
        return {name: f"{self.url}{path}" for name, path in paths.items() if self.answers(path)}


def server_metadata(issuer: Issuer) -> Document:
    """Return the metadata of the authorization server (RFC 8414)."""
    grants = grant_types(issuer.environment)
    paths = {
        "token_endpoint": TOKEN_PATH,
        "revocation_endpoint": REVOKE_PATH,
        "introspection_endpoint": INTROSPECT_PATH,
        "jwks_uri": JWKS_PATH,
    }
    by_code: Document = {}
    if _CODE in grants:
        paths |= {
            "authorization_endpoint": SIGN_IN_PATH,
            "device_authorization_endpoint": DEVICE_PATH,
            "userinfo_endpoint": USERINFO_PATH,
        }
        by_code = {
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    return {
        "issuer": issuer.url,
        **issuer.endpoints(paths),
        "grant_types_supported": grants,
        "response_types_supported": ["code"] if _CODE in grants else [],
        "scopes_supported": [*_OF_PEOPLE, *EVERY_SCOPE] if _CODE in grants else list(EVERY_SCOPE),
        **_proofs("token_endpoint", [*_PROOFS, "none"] if _CODE in grants else _PROOFS),
        **_proofs("revocation_endpoint", [*_PROOFS, "none"]),
        **_proofs("introspection_endpoint", _PROOFS),
        **by_code,
    }


def openid_configuration(issuer: Issuer) -> Document:
    """Return what a learning app needs for a launch, as OpenID Connect Discovery names it."""
    paths = {
        "authorization_endpoint": AUTHORIZE_PATH,
        "token_endpoint": TOKEN_PATH,
        "jwks_uri": JWKS_PATH,
    }
    return {
        "issuer": issuer.url,
        **issuer.endpoints(paths),
        **_proofs("token_endpoint", _PROOFS),
        "scopes_supported": ["openid", *EVERY_SCOPE],
        "response_types_supported": ["id_token"],
        "response_modes_supported": ["form_post"],
        "grant_types_supported": ["implicit", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "aud", "sub", "iat", "exp", "nonce"],
        _LTI: {
            "product_family_code": "timeback-desktop",
            "messages_supported": [{"type": "LtiResourceLinkRequest"}],
            "variables": [],
        },
    }


def _proofs(endpoint: str, methods: list[str]) -> Document:
    return {
        f"{endpoint}_auth_methods_supported": methods,
        f"{endpoint}_auth_signing_alg_values_supported": list(ALGORITHMS),
    }
