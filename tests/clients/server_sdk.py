"""The SDK's server between a browser and the platform: it is served, and asked over HTTP.

A page sends heartbeats of one run and submits it; then the server records an activity by
itself. Started with the environment's own Python; the last line that it prints is the account.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from fastapi import FastAPI
from ledger import Ledger
from timeback.server import ApiCredentials, CustomIdentityConfig, TimebackConfig, TimebackFastAPI
from timeback_core import TimebackClient

SCHOOL, COURSE, STUDENT = "sdk-school", "sdk-course", "sdk-student"
EMAIL = f"{STUDENT}@school.example"
SUBJECT = {"subject": "Math", "grade": 3}
PREFIX = "/api/timeback"
NOON = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
RUN = str(uuid4())
WINDOWS = ((15_000, 0), (10_000, 5_000), (0, 15_000))
SPENT = {"active": 15 + 10 + 120, "inactive": 5 + 15 + 30}
ACHIEVED = {"xpEarned": 11.5, "totalQuestions": 15, "correctQuestions": 13, "masteredUnits": 3}


def at(seconds: int) -> str:
    """Return an instant of the lesson, as browsers write one."""
    instant = NOON + timedelta(seconds=seconds)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def configured(folder: Path) -> str:
    """Write what a developer checks in beside the app."""
    course = {**SUBJECT, "courseCode": "FR-3", "ids": {"staging": COURSE, "production": COURSE}}
    course["metadata"] = {"metrics": {"totalLessons": 10}}
    told = {"name": "Fraction Farm", "sensor": "https://farm.example", "courses": [course]}
    path = folder / "timeback.config.json"
    path.write_text(json.dumps(told))
    return str(path)


def who_asks(request: Any) -> str | None:
    """Return the e-mail address that the app's own sign-in has found out."""
    return request.headers.get("x-signed-in")


class Farm:
    """The app's server, and a page that talks to it."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger = ledger
        keys = ApiCredentials(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
        identity = CustomIdentityConfig(get_email=who_asks)
        config = TimebackConfig("staging", keys, identity, config_path=configured(folder))
        self.sdk = TimebackFastAPI(config)
        app = FastAPI()
        app.include_router(self.sdk.router, prefix=PREFIX)
        options = uvicorn.Config(app, port=0, log_level="error")
        self.server = uvicorn.Server(options)
        self.ready = threading.Event()
        self.server.startup = self._started(self.server.startup)
        paths = [route.path for route in self.sdk.router.routes]
        ledger.expected |= dict.fromkeys([*paths, "activity.record", "user.verify"])
        ledger.expected["user.get_profile"] = None

    def _started(self, startup: Any) -> Any:
        async def noted(*given: Any, **named: Any) -> None:
            await startup(*given, **named)
            self.ready.set()

        return noted

    def client(self) -> TimebackClient:
        """Return the SDK's client of the platform, at this platform's address."""
        address = os.environ["BASE_URL"]
        proof = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
        return TimebackClient(base_url=address, auth_url=f"{address}/oauth2/token", **proof)

    def serve(self) -> None:
        self.sdk.instance._client_factory._client = self.client()
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        assert self.ready.wait(20), "the SDK's server did not start"
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}{PREFIX}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)

    def ask(self, method: str, path: str, status: int, email: str = EMAIL, **given: Any) -> Any:
        """Ask as a page whose user has signed in to the app."""
        headers = {"x-signed-in": email} if email else {}
        answer = httpx.request(method, self.url + path, headers=headers, timeout=30, **given)
        self.ledger.note(path, None)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text[:300]}"
        return answer.json() if answer.content else None


class Story:
    """What happens, step by step."""

    def __init__(self, farm: Farm) -> None:
        self.farm, self.events = farm, 0

    def steps(self) -> list[Any]:
        return [self.enrolled, self.verify, self.heartbeats, self.submit, self.me, self.record,
                self.listed, self.analytics, self.verified]  # fmt: skip

    async def enrolled(self) -> None:
        client = self.farm.client()
        roster = client.oneroster
        named = {"sourcedId": SCHOOL, "name": "Farm School", "type": "school", "status": "active"}
        await roster.schools.create({**named, "identifier": SCHOOL})
        at_school = {"org": {"sourcedId": SCHOOL}, "status": "active"}
        course = {"sourcedId": COURSE, "title": "Fractions", "grades": [3], "subjects": ["Math"]}
        await roster.courses.create({**course, **at_school, "courseCode": "FR-3"})
        role = {"roleType": "primary", "role": "student", "org": {"sourcedId": SCHOOL}}
        person = {"sourcedId": STUDENT, "givenName": "Flo", "familyName": "Farmer", "email": EMAIL}
        person |= {"username": STUDENT, "enabledUser": True, "status": "active", "roles": [role]}
        await roster.users.create({**person, "primaryOrg": {"sourcedId": SCHOOL}, "grades": [3]})
        await client.edubridge.enrollments.enroll(STUDENT, COURSE, SCHOOL)
        await client.close()

    def verify(self) -> None:
        found = self.farm.ask("GET", "/user/verify", 200)
        assert found == {"verified": True, "timebackId": STUDENT}, found
        found = self.farm.ask("GET", "/user/verify", 200, email="nobody@school.example")
        assert found == {"verified": False}, found
        self.farm.ask("GET", "/user/verify", 401, email="")

    def activity(self) -> dict[str, Any]:
        return {"id": "adding-fractions", "name": "Adding fractions", "course": SUBJECT,
                "runId": RUN}  # fmt: skip

    def heartbeats(self) -> None:
        for index, (elapsed, paused) in enumerate(WINDOWS):
            window = {"startedAt": at(15 * index), "endedAt": at(15 * index + 15)}
            told = {**self.activity(), **window, "elapsedMs": elapsed, "pausedMs": paused}
            self.farm.ask("POST", "/activity/heartbeat", 204, json=told)
            again = self.farm.ask("POST", "/activity/heartbeat", 200, json=told)
            assert again == {"duplicate": True}, again
            self.events += 1
        self.farm.ask("POST", "/activity/heartbeat", 400, json={**told, "elapsedMs": -1})
        self.farm.ask("POST", "/activity/heartbeat", 401, email="", json=told)
        other = {**told, "startedAt": at(60)}
        self.farm.ask("POST", "/activity/heartbeat", 404, email="no@school.example", json=other)

    def submit(self) -> None:
        metrics = {"xpEarned": 8.5, "totalQuestions": 10, "correctQuestions": 9}
        told = {**self.activity(), "endedAt": at(45), "metrics": {**metrics, "masteredUnits": 2}}
        self.farm.ask("POST", "/activity/submit", 204, json=told)
        self.events += 1
        self.farm.ask("POST", "/activity/submit", 400, json={**told, "metrics": {}})

    def me(self) -> None:
        found = self.farm.ask("GET", "/user/me", 200)
        assert (found["id"], found["email"]) == (STUDENT, EMAIL), found
        assert [course["id"] for course in found["courses"]] == [COURSE], found

    async def record(self) -> None:
        instance = self.farm.sdk.instance
        metrics = {"xp_earned": 3, "total_questions": 5, "correct_questions": 4}
        told = {
            "user": {"email": EMAIL},
            "activity": {"id": "quiz", "name": "Quiz", "course": SUBJECT},
            "metrics": {**metrics, "mastered_units": 1},
            "time": {"ended_at": at(900), "active_ms": 120_000, "inactive_ms": 30_000},
        }
        instance._client_factory._client = self.farm.client()
        await instance.activity.record(told)
        self.events += 2
        self.farm.ledger.note("activity.record", None)

    async def listed(self) -> None:
        client = self.farm.client()
        found = await client.caliper.events.stream(actor_email=EMAIL, limit=2).to_list()
        assert len(found) == self.events, f"{len(found)} events of {self.events}"
        spent: dict[str, float] = {}
        for event in found:
            items = event.generated["items"] if event.type == "TimeSpentEvent" else []
            for item in items:
                spent[item["type"]] = spent.get(item["type"], 0) + item["value"]
        assert spent == SPENT, spent
        runs = {event.session for event in found if event.session}
        assert runs == {f"urn:uuid:{RUN}"}, runs
        await client.close()

    async def analytics(self) -> None:
        client, day = self.farm.client(), NOON.date().isoformat()
        found = await client.edubridge.analytics.get_activity(
            student_id=STUDENT, start_date=day, end_date=day, timezone="UTC"
        )
        told = found.facts[day]["Math"]
        times = told.time_spent_metrics
        seconds = {"active": times.active_seconds, "inactive": times.inactive_seconds}
        assert (seconds, times.waste_seconds) == (SPENT, 0), seconds
        got = told.activity_metrics.model_dump(by_alias=True)
        assert got == ACHIEVED, got
        await client.close()

    async def verified(self) -> None:
        instance = self.farm.sdk.instance
        instance._client_factory._client = self.farm.client()
        assert (await instance.user.verify(EMAIL)).verified is True
        self.farm.ledger.note("user.verify", None)
        assert (await instance.user.get_profile(EMAIL)).id == STUDENT
        self.farm.ledger.note("user.get_profile", None)


def main() -> None:
    """Serve, ask and tell."""
    ledger = Ledger()
    with tempfile.TemporaryDirectory() as folder:
        farm = Farm(ledger, Path(folder))
        farm.serve()
        try:
            ledger.attempt(*Story(farm).steps())
        finally:
            farm.stop()
    ledger.close()


if __name__ == "__main__":
    main()
