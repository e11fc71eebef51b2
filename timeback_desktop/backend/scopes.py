"""The scopes that a token can carry, by their full names; they are compared whole."""

from __future__ import annotations

_CALIPER = "https://purl.imsglobal.org/spec/caliper/v1p2/scope/"
EVENTS_WRITE = f"{_CALIPER}events.write"
EVENTS_READONLY = f"{_CALIPER}events.readonly"
ALL_SCOPES = (EVENTS_WRITE, EVENTS_READONLY)
