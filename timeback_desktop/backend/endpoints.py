"""The paths that apps and clients are told to call; each is named here and nowhere else."""

from __future__ import annotations

AUTHORIZE_PATH = "/lti/1.3/authorize"
JWKS_PATH = "/.well-known/jwks.json"
CONFIGURATION_PATH = "/.well-known/openid-configuration"
SERVER_METADATA_PATH = "/.well-known/oauth-authorization-server"
TOKEN_PATH = "/auth/1.0/token"  # noqa: S105 a path
PLAIN_TOKEN_PATH = "/oauth2/token"  # noqa: S105 a path
REVOKE_PATH = "/oauth2/revoke"
INTROSPECT_PATH = "/oauth2/introspect"
SIGN_IN_PATH = "/oauth2/authorize"
DEVICE_PATH = "/oauth2/device_authorization"
USERINFO_PATH = "/oauth2/userinfo"
ROTATE_KEYS_PATH = "/auth/1.0/keys/rotate"
EVENTS_PATH = "/events/1.0/"
EVENT_PATHS = (
    EVENTS_PATH,
    "/events/1.0",
    "/caliper/v1p2",
    "/caliper/event",
    "/caliper/v1p2/events",
    "/caliper/1.2/events",
    "/ims/caliper/v1p2",
    "/ims/caliper/v1p2/events",
    "/events",
)
IMPORTS_PATH = "/ims/oneroster/rostering/v1p2/imports"
EXPORTS_PATH = "/ims/oneroster/rostering/v1p2/exports.zip"
