"""What a platform hands to a tool when the tool is registered there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class AppConfig:
    """One registration: who the platform is, who we are there, and where we live.

    ``own_url`` is this app's origin without a trailing slash; ``application_urn`` is the
    name under which the platform knows the app in Caliper events. The two secrets never
    appear in a ``repr``.
    """

    issuer: str
    authorize_url: str
    jwks_url: str
    token_url: str
    events_url: str
    client_id: str
    client_secret: str = field(repr=False)
    deployment_id: str
    own_url: str
    data_dir: Path
    application_urn: str
    secret_key: str = field(repr=False)

    @property
    def origin(self) -> str:
        """Return scheme, host and port of this app, as a browser writes them."""
        return origin_of(self.own_url)

    @property
    def launch_url(self) -> str:
        """Return the redirect URI that is registered at the platform."""
        return f"{self.origin}/lti/launch"


def origin_of(url: str) -> str:
    """Return the origin of a URL; an empty string when it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    suffix = "" if port in {None, default} else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"
