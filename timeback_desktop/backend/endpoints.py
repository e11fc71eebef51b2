"""The paths that apps and clients are told to call; each is named here and nowhere else."""

from __future__ import annotations

AUTHORIZE_PATH = "/lti/1.3/authorize"
JWKS_PATH = "/.well-known/jwks.json"
CONFIGURATION_PATH = "/.well-known/openid-configuration"
TOKEN_PATH = "/auth/1.0/token"  # noqa: S105 a path
EVENTS_PATH = "/events/1.0/"
