"""Which identity providers a school lets in: ``signin.toml`` in the backend's data folder.

::

    [providers.google]
    title = "Google"                          # on the button
    issuer = "https://accounts.google.com"    # letter by letter as the provider writes it
    client_id = "1234.apps.googleusercontent.com"
    client_secret_file = "google.secret"      # in the same folder; or client_secret_env = "NAME"
    lets_in = ["staff", "developers"]         # staff: teachers and administrators by e-mail
    domains = ["school.example"]              # e-mail domains; needed where staff come in

A secret is never written here itself, because settings are copied and shown to people. An
unknown key or a wrong type is refused with its name.
"""

from __future__ import annotations

import os
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from timeback_desktop.backend.registry.addresses import checked_url
from timeback_desktop.errors import ContractFault, EnvironmentFault

_KEY = re.compile(r"[a-z0-9-]{1,32}")


class SignInSettingsUnreadable(EnvironmentFault):
    """The file that names the identity providers cannot be used."""


class LetIn(StrEnum):
    """Whom a provider is trusted to bring."""

    STAFF = "staff"
    DEVELOPERS = "developers"


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a school tells of one identity provider."""

    title: str
    issuer: str
    client_id: str
    client_secret_file: str | None = None
    client_secret_env: str | None = None
    lets_in: frozenset[LetIn] = frozenset({LetIn.STAFF})
    domains: frozenset[str] = frozenset()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    providers: dict[str, ProviderSettings] = {}


def load_providers(path: Path) -> dict[str, tuple[ProviderSettings, str]]:
    """Return the providers by key, each with its client secret; none without the file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, "it cannot be read") from error
    try:
        read = msgspec.convert(tomllib.loads(text), _File)
        return {
            key: (_checked(key, provider), _secret(path.parent, key, provider))
            for key, provider in read.providers.items()
        }
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ContractFault, ValueError) as error:
        raise _unreadable(path, str(error)) from error


def _checked(key: str, provider: ProviderSettings) -> ProviderSettings:
    if not _KEY.fullmatch(key):
        raise ValueError(f"providers.{key}: a key has small letters, digits and hyphens")
    checked_url(provider.issuer, f"providers.{key}.issuer")
    if urlsplit(provider.issuer).query:
        raise ValueError(f"providers.{key}.issuer has no query")
    if any(domain != domain.lower() or "@" in domain for domain in provider.domains):
        raise ValueError(f"providers.{key}.domains are written like school.example")
    if LetIn.STAFF in provider.lets_in and not provider.domains:
        # Whoever may write the roster may write an e-mail address into it.
        raise ValueError(f"providers.{key} lets staff in: name the school's own domains")
    return provider


def _secret(folder: Path, key: str, provider: ProviderSettings) -> str:
    if (provider.client_secret_file is None) == (provider.client_secret_env is None):
        raise ValueError(f"providers.{key} needs client_secret_file or client_secret_env")
    if provider.client_secret_env is not None:
        secret = os.environ.get(provider.client_secret_env, "")
    else:
        try:
            secret = (folder / str(provider.client_secret_file)).read_text(encoding="utf-8")
        except OSError as error:
            raise ValueError(f"providers.{key}.client_secret_file cannot be read") from error
    if not secret.strip():
        raise ValueError(f"providers.{key}: the client secret is empty")
    return secret.strip()


def _unreadable(path: Path, reason: str) -> SignInSettingsUnreadable:
    return SignInSettingsUnreadable(
        f"{path.name} cannot be used: {reason}.", "Correct or remove it, then start again."
    )
