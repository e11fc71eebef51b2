"""kill -9 of the client in mid-session: the session comes back, whole but for one tick."""

from __future__ import annotations

import contextlib
import json
import random
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.helpers.processes import Child, ChildError
from timeback_desktop.coaching.summary import SessionSummary
from timeback_desktop.ids import to_urn
from timeback_desktop.store.database import open_database, open_for_reading
from timeback_desktop.store.outbox import OutboxTable
from timeback_desktop.store.summaries import SummaryReader

pytestmark = pytest.mark.e2e
TICK_MS = 1000
SLACK_MS = 3000
"""Ticks may come this late on a busy machine; each is as long as it was."""


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_sessions_survive_their_client(data: Path, kills: int) -> None:
    dice = random.Random(7)
    told = [work_until_killed(data, dice.uniform(0.3, 3.4)) for _ in range(kills)]
    with Child.timeback("run", "--smoke", "--data", str(data)) as client:
        assert client.await_end(90) == 0, client.errors()
    kept = {one.session_id: one for one in all_sessions(data)}
    for session_id, last_tick_ms in told:
        session = kept[session_id]
        assert session.end_reason == "interrupted"
        length = session.ended_at_ms - session.started_at_ms
        assert last_tick_ms <= length <= last_tick_ms + 2 * TICK_MS + SLACK_MS
        assert sum(session.totals.by_state.values()) == length
    (student,) = {session.student_id for session in kept.values()}
    assert told_by_platform(data, student) == {
        to_urn(s.session_id): (s.as_json()["time"], s.end_reason) for s in kept.values()
    }


def work_until_killed(data: Path, seconds: float) -> tuple[str, int]:
    """Start the client, let it count, kill it; return its session and last durable tick."""
    driver = Path(__file__).with_name("ticking_client.py")
    with Child(sys.executable, str(driver), str(data)) as client:
        tick = client.await_json(60)
        for _ in range(int(seconds)):
            tick = client.await_json(10)
        threading.Event().wait(seconds % 1)
        client.kill()
        tick = last_of(client) or tick
        return tick["session"], tick["elapsed_ms"]


def last_of(client: Child) -> dict[str, Any] | None:
    """Return the last tick that was told before the end."""
    tick = None
    with contextlib.suppress(ChildError):
        while True:
            tick = client.await_json(5)
    return tick


def all_sessions(data: Path) -> list[SessionSummary]:
    db = open_for_reading(data / "client.db")
    reader = SummaryReader(db)
    sessions = [s for student in reader.students() for s in reader.between(student, 0, 2**53)]
    assert OutboxTable(db).counts().pending == 0
    db.close()
    assert open_database(data / "client.db", now_ms=0).repair is None
    return sessions


def told_by_platform(data: Path, student: str) -> dict[str, tuple[object, object]]:
    """Start the platform alone and ask it, as an app's developer would."""
    with Child.timeback("backend", "--data", str(data / "backend")) as backend:
        url = backend.await_json(30)["url"]
        credentials = json.loads((data / "backend" / "demo-credentials.json").read_text())
        asked = {"grant_type": "client_credentials"}
        login = (credentials["clientId"], credentials["clientSecret"])
        token = httpx.post(f"{url}/auth/1.0/token", data=asked, auth=login).json()["access_token"]
        answer = httpx.get(
            f"{url}/insights/1.0/users/{student}/sessions",
            params={"limit": 100},
            headers={"Authorization": f"Bearer {token}"},
        ).raise_for_status()
    return {s["id"]: (s["time"], s["endReason"]) for s in answer.json()["sessions"]}
