"""Sending events to a backend in a test, as the desktop and as an app would."""

from __future__ import annotations

from typing import Any

from tests.helpers.backends import InProcess, bearer
from timeback_desktop.backend.auth.principal import EVENTS_WRITE
from timeback_desktop.backend.demo.seed import STUDENT_ID
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper.envelope import wrap

START = 1_795_000_000_000  # 2026-11-18T11:06:40Z
AVA = caliper.Learner(STUDENT_ID, "ava.thompson@demo.example", "Ava Thompson")
EVENTS = "/events/1.0/"


def body(*events: dict[str, Any]) -> bytes:
    """Return an envelope."""
    return wrap("urn:x:sensor", START, [caliper.encode(event) for event in events])


def send(site: InProcess, token: str, raw: bytes, path: str = EVENTS, **headers: str) -> Any:
    """Post bytes to the door and return the answer."""
    shown = {"Content-Type": "application/json", **bearer(token), **headers}
    return site.request("POST", path, content=raw, headers=shown)


def client_token(site: InProcess, scope: str = EVENTS_WRITE) -> str:
    """Return a token of the site's own tool."""
    proof = (site.tool.client_id, site.tool.client_secret)
    asked = {"grant_type": "client_credentials", "scope": scope}
    answer = site.request("POST", "/auth/1.0/token", data=asked, auth=proof)
    return str(answer.raise_for_status().json()["access_token"])
