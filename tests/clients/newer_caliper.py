"""A student learns for a quarter of an hour: told by every method that sends, read back by the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from newer_shape import Row, Step
from timeback_caliper import create_activity_event, create_time_spent_event
from timeback_caliper.types.api import CaliperEnvelope
from timeback_caliper.types.timeback import (
    ActivityCompletedInput,
    QuestionAnsweredInput,
    QuestionGradedInput,
    QuestionSeenInput,
    TimebackActivityContext,
    TimebackUser,
    TimeSpentInput,
)
from timeback_common import utc_iso_timestamp

SENSOR = "https://reader.example/sensors/1"
OTHER_SENSOR = "https://reader.example/sensors/2"
CONTEXT = "http://purl.imsglobal.org/ctx/caliper/v1p2"
SPENT = {"active": 615, "inactive": 120, "waste": 60, "unknown": 30, "anti-pattern": 20}
ACHIEVED = {"xpEarned": 12.5, "totalQuestions": 10, "correctQuestions": 9, "masteredUnits": 1}
NOON = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


class Events:
    """What a reading app tells of one student."""

    def __init__(self, client: Any, mark: str, app_id: str) -> None:
        self.client, self.mark, self.app = client, mark, f"urn:uuid:{app_id}"
        self.student, self.email = f"{mark}-student", f"{mark}-student@school.example"
        host = "https://api.staging.alpha-1edtech.ai/ims/oneroster/rostering/v1p2"
        self.actor = TimebackUser(id=f"{host}/users/{self.student}", email=self.email)
        self.about = TimebackActivityContext(
            id="https://reader.example/activities/Math/g3/fractions",
            subject="Math",
            app={"name": "Reader", "id": self.app},
            course={"name": "Fractions", "id": f"{host}/courses/{mark}-course"},
            activity={"name": "Adding fractions"},
        )
        self.sent: list[str] = []
        self.job = ""

    def steps(self) -> list[Step]:
        sends = [self.time_spent, self.activity, self.questions, self.two_at_once, self.envelope]
        if self.mark == "l":  # the other platform takes events and tells nothing of them
            return sends
        return [self.validate, *sends, self.jobs, self.list, self.filters, self.stream, self.get]

    def new(self) -> str:
        self.sent.append(f"urn:uuid:{uuid4()}")
        return self.sent[-1]

    def told(self, minutes: int) -> Row:
        when = (NOON + timedelta(minutes=minutes)).isoformat().replace("+00:00", ".123456Z")
        return {"id": self.new(), "event_time": when, "ed_app": self.app}

    async def took(self, answer: Any) -> str:
        assert answer.job_id, "the answer names a job"
        return str(answer.job_id)

    async def time_spent(self) -> None:
        metrics = [{"type": kind, "value": value} for kind, value in SPENT.items()]
        metrics[2]["sub_type"] = "eating"
        told = TimeSpentInput(actor=self.actor, object=self.about, metrics=metrics, **self.told(15))
        self.job = await self.took(await self.client.events.send_time_spent(SENSOR, told))

    async def activity(self) -> None:
        metrics = [{"type": kind, "value": value} for kind, value in ACHIEVED.items()]
        told = ActivityCompletedInput(
            actor=self.actor, object=self.about, metrics=metrics, attempt=1, **self.told(15)
        )
        await self.took(await self.client.events.send_activity(SENSOR, told))

    async def questions(self) -> None:
        events, attempt = self.client.events, f"urn:uuid:{uuid4()}"
        who = self.actor.model_dump(exclude_none=True)
        item = {"id": "https://reader.example/items/1", "name": "1/2 + 1/4"}
        seen = QuestionSeenInput(actor=who, object=item, **self.told(1))
        await self.took(await events.send_question_seen(SENSOR, seen))
        answer = {"id": f"urn:uuid:{uuid4()}", "attempt": attempt}
        done = QuestionAnsweredInput(actor=who, object=item, generated=answer, **self.told(2))
        await self.took(await events.send_question_answered(SENSOR, done))
        score = {"scoreGiven": 1, "maxScore": 1, "attempt": attempt}
        graded = QuestionGradedInput(actor=who, object=attempt, generated=score, **self.told(2))
        await self.took(await events.send_question_graded(SENSOR, graded))

    async def two_at_once(self) -> None:
        nothing = [{"type": "active", "value": 0}]
        spent = TimeSpentInput(actor=self.actor, object=self.about, metrics=nothing, **self.told(3))
        none = [{"type": "xpEarned", "value": 0}]
        done = ActivityCompletedInput(
            actor=self.actor, object=self.about, metrics=none, **self.told(3)
        )
        events = [create_time_spent_event(spent), create_activity_event(done)]
        await self.took(await self.client.events.send(SENSOR, events))

    def tool_use(self, minutes: int) -> Row:
        told = self.told(minutes)
        return {
            "@context": CONTEXT,
            "id": told["id"],
            "type": "ToolUseEvent",
            "profile": "ToolUseProfile",
            "action": "Used",
            "actor": {"id": self.actor.id, "type": "Person"},
            "object": {"id": self.app, "type": "SoftwareApplication"},
            "eventTime": told["event_time"],
            "edApp": self.app,
            "session": f"urn:uuid:{uuid4()}",
        }

    def wrapped(self, *events: Row) -> CaliperEnvelope:
        told = {"sensor": OTHER_SENSOR, "sendTime": utc_iso_timestamp(), "dataVersion": CONTEXT}
        return CaliperEnvelope(**told, data=list(events))

    async def envelope(self) -> None:
        answer = await self.client.events.send_envelope(self.wrapped(self.tool_use(4)))
        await self.took(answer)

    async def validate(self) -> None:
        event = self.tool_use(5)
        good = await self.client.events.validate(self.wrapped(event))
        assert good.status == "success", good.errors
        bad = await self.client.events.validate(self.wrapped(event, {**event, "action": "Ate"}))
        assert bad.status == "error", "a wrong action is told"
        assert [fault["pointer"] for fault in bad.errors] == ["/data/1/action"], bad.errors
        self.sent.remove(event["id"])

    async def jobs(self) -> None:
        status = await self.client.jobs.get_status(self.job)
        assert status.state == "completed", status.state
        done = await self.client.jobs.wait_for_completion(self.job, timeout=5.0, poll_interval=0.1)
        told = [each.external_id for each in done.return_value.results]
        assert told == self.sent[:1], "the job names the event that it stored"

    async def mine(self, **asked: Any) -> list[str]:
        page = await self.client.events.list(actor_id=self.actor.id, **asked)
        assert page.pagination.total == len(page.events), "all fit on one page"
        return [event.external_id for event in page.events]

    async def list(self) -> None:
        assert await self.mine() == self.sent[::-1], "the latest to arrive comes first"
        page = await self.client.events.list(actor_id=self.actor.id, limit=3, offset=3)
        told = (page.pagination.total, page.pagination.total_pages, page.pagination.current_page)
        assert told == (len(self.sent), -(-len(self.sent) // 3), 2), told
        assert [event.external_id for event in page.events] == self.sent[::-1][3:6]

    async def filters(self) -> None:
        assert await self.mine(actor_email=self.email) == self.sent[::-1]
        assert await self.mine(sensor=OTHER_SENSOR) == self.sent[-1:]
        day = NOON.date().isoformat()
        assert await self.mine(start_date=day, end_date=day) == self.sent[::-1]
        assert await self.mine(start_date=datetime.now(UTC).date().isoformat()) == []

    async def stream(self) -> None:
        found = await self.client.events.stream(limit=2, actor_email=self.email)
        assert [event.external_id for event in found] == self.sent[::-1]
        few = await self.client.events.stream(limit=2, max_items=3, actor_email=self.email)
        assert len(few) == 3

    async def get(self) -> None:
        found = await self.client.events.get(self.sent[0])
        told = {item["type"]: item["value"] for item in found.generated["items"]}
        assert (found.type, told) == ("TimeSpentEvent", SPENT), told
        assert found.generated["items"][2]["sub_type"] == "eating"
        assert (found.sensor, found.actor["email"]) == (SENSOR, self.email)
        assert found.object["subject"] == "Math"


class Analytics:
    """What EduBridge tells of the same quarter of an hour."""

    def __init__(self, bridge: Any, events: Events) -> None:
        self.analytics, self.events = bridge.analytics, events

    def steps(self) -> list[Step]:
        return [self.activity]

    async def activity(self) -> None:
        day = NOON.date().isoformat()
        found = await self.analytics.get_activity(
            student_id=self.events.student, start_date=day, end_date=day, timezone="UTC"
        )
        told = found.facts[day]["Math"]
        spent = told.time_spent_metrics
        seconds = (spent.active_seconds, spent.inactive_seconds, spent.waste_seconds)
        assert seconds == (615, 120, 60), seconds
        got = told.activity_metrics.model_dump(by_alias=True)
        assert got == ACHIEVED, got
