"""Other people's identity providers: what they say of themselves, and what they say of a person.

Every check of OpenID Connect Core 3.1.3.7 is made here, each on its own, by a list of
algorithms of ours. The key is chosen from the provider's own key set; nothing in a token
(``jku``, ``jwk``, ``x5u``, ``crit``) has a say in it.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError

from timeback_desktop.backend.auth.client_keys import RemoteKeys
from timeback_desktop.backend.outbound import fetch_json
from timeback_desktop.backend.registry.addresses import checked_url
from timeback_desktop.backend.signin.settings import ProviderSettings
from timeback_desktop.errors import ContractFault

_FRESH_MS = 3600 * 1000
_LEEWAY_S = 60
_OLDEST_S = 600
_ALGORITHMS = ("RS256", "PS256", "ES256")
_FAR = 1e12
_LONGEST_SUBJECT = 255
_LONGEST_TOKEN = 16_384


class NotProven(ContractFault):
    """A provider's answer does not prove who somebody is; the message is for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a provider says of itself, checked."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    secret_by_form: bool
    names_itself: bool


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """Who somebody is, in the words of a provider; ``email`` only when it was verified."""

    issuer: str
    subject: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a code is exchanged with: where it was sent, what it was asked with."""

    code: str
    redirect_uri: str
    verifier: str
    nonce: str


@dataclass(slots=True)
class Provider:
    """One identity provider; asks it for its metadata once an hour."""

    key: str
    settings: ProviderSettings
    secret: str = field(repr=False)
    loopback: bool = False
    _keys: RemoteKeys = field(default_factory=RemoteKeys, repr=False)
    _metadata: tuple[Metadata, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def metadata(self, now_ms: int) -> Metadata:
        """Return what the provider says of itself, asking when that is old."""
        with self._lock:
            kept = self._metadata
            if kept is None or not 0 <= now_ms - kept[1] < _FRESH_MS:
                kept = self._metadata = (self._discover(), now_ms)
            return kept[0]

    def _discover(self) -> Metadata:
        address = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        told = self._fetch(address)
        if not isinstance(told, dict) or told.get("issuer") != self.settings.issuer:
            raise NotProven("The provider calls itself by another name than its issuer.")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        urls = {name: checked_url(str(told.get(name)), f"/{name}") for name in names}
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Metadata(
            authorization_endpoint=urls["authorization_endpoint"],
            token_endpoint=urls["token_endpoint"],
            jwks_uri=urls["jwks_uri"],
            secret_by_form="client_secret_basic" not in methods,
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        )

    def prove(self, exchange: Exchange, now_ms: int) -> ProvenIdentity:
        """Exchange a code and return who the provider says that it stands for."""
        metadata = self.metadata(now_ms)
        form = {
            "grant_type": "authorization_code",
            "code": exchange.code,
            "redirect_uri": exchange.redirect_uri,
            "code_verifier": exchange.verifier,
        }
        client_id = self.settings.client_id
        authorization = None
        if metadata.secret_by_form:
            form |= {"client_id": client_id, "client_secret": self.secret}
        else:
            authorization = _basic(client_id, self.secret)
        answer = self._fetch(metadata.token_endpoint, form=form, authorization=authorization)
        token = answer.get("id_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise NotProven("The provider sent no id_token.")
        claims = self._verified(token, metadata, now_ms)
        return self._identity(claims, exchange.nonce, now_ms)

    def _fetch(self, url: str, **given: Any) -> Any:
        purpose = f"sign-in with {self.key}"
        return fetch_json(url, purpose=purpose, loopback=self.loopback, **given)

    def _verified(self, token: str, metadata: Metadata, now_ms: int) -> Mapping[str, Any]:
        header = _header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in _ALGORITHMS or not isinstance(kid, str | None) or "crit" in header:
            raise NotProven("The id_token is signed in a way that is not accepted.")
        key = self._keys.named(metadata.jwks_uri, kid, self._fetch, now_ms)
        if key is None:
            raise NotProven("The id_token is signed with an unknown key.")
        try:
            return jwt.decode(token, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError, TypeError) as error:
            raise NotProven("The signature of the id_token does not fit.") from error

    def _identity(self, claims: Mapping[str, Any], nonce: str, now_ms: int) -> ProvenIdentity:
        if claims.get("iss") != self.settings.issuer:
            raise NotProven("The id_token is of another issuer.")
        _check_audience(claims, self.settings.client_id)
        _check_times(claims, now_ms // 1000)
        if claims.get("nonce") != nonce:
            raise NotProven("The id_token is the answer to another question.")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT:
            raise NotProven("The id_token names nobody.")
        if not subject.isprintable():
            raise NotProven("The id_token names somebody in signs that cannot be kept.")
        email = _verified_email(claims)
        self._check_domain(claims, email)
        name = claims.get("name")
        called = name if isinstance(name, str) and name.isprintable() else email or ""
        return ProvenIdentity(self.settings.issuer, subject, called[:256], email)

    def _check_domain(self, claims: Mapping[str, Any], email: str | None) -> None:
        domains = self.settings.domains
        if not domains:
            return
        hosted = claims.get("hd")
        if (email or "").rpartition("@")[2] not in domains or hosted not in {None, *domains}:
            raise NotProven("The person is of another organisation.")


def authorization_address(provider: Provider, metadata: Metadata, asked: Mapping[str, str]) -> str:
    """Return where to send a browser so that the provider asks who is there."""
    query = {
        "response_type": "code",
        "client_id": provider.settings.client_id,
        "scope": "openid email profile",
        "prompt": "select_account",
        "code_challenge_method": "S256",
        **asked,
    }
    endpoint = metadata.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def _header(token: str) -> Mapping[str, Any]:
    encoded = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise NotProven("The id_token cannot be read.") from error
    return header if isinstance(header, dict) else {}


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    told = claims.get("aud")
    audience = told if isinstance(told, list) else [told]
    if client_id not in audience or (len(audience) > 1 and claims.get("azp") != client_id):
        raise NotProven("The id_token is for somebody else.")
    if claims.get("azp") not in {None, client_id}:
        raise NotProven("The id_token was asked for by somebody else.")


def _check_times(claims: Mapping[str, Any], now_s: int) -> None:
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires + _LEEWAY_S <= now_s or not -_LEEWAY_S <= now_s - issued <= _OLDEST_S:
        raise NotProven("The id_token is too old, or of the future.")


def _time(claims: Mapping[str, Any], name: str) -> float:
    told = claims.get(name)
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told < _FAR:
        raise NotProven(f"The id_token does not tell its {name}.")
    return told


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    plain = email.isascii() and email.isprintable() and len(email) <= 256
    return email.lower() if plain and email.count("@") == 1 else None


def _basic(client_id: str, secret: str) -> str:
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
