"""Caliper 1.2 events in the shapes that a learning app needs.

Every event says who (the opaque ``sub`` of the launch), what, in which app, and asks the
platform to attach it to the session that is open for that student.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from .sender import CONTEXT, timestamp

Event = dict[str, Any]
AUTO_ATTACH = "urn:tag:auto-attach"


@dataclass(frozen=True, slots=True)
class Try:
    """One try of one student at one question."""

    item: str
    name: str
    part_of: str
    count: int
    began: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """Write the events of one student in one app."""

    application: str
    app_name: str
    subject: str

    @property
    def actor(self) -> str:
        """Return the student's identifier on the wire."""
        return f"urn:uuid:{self.subject}"

    def question_started(self, attempt: Try) -> Event:
        """Say that a question was put before the student."""
        generated = self._attempt(attempt)
        return self._item_event("Started", attempt, attempt.began, generated)

    def question_answered(self, attempt: Try, answer: str, *, correct: bool) -> list[Event]:
        """Say that the student answered, and how it was graded."""
        now = timestamp()
        done = self._attempt(attempt) | {"endedAtTime": now}
        response = {
            "id": f"{done['id']}/response",
            "type": "FillinBlankResponse",
            "attempt": done,
            "startedAtTime": attempt.began,
            "endedAtTime": now,
            "dateCreated": now,
            "values": [answer],
        }
        completed = self._item_event("Completed", attempt, now, response)
        return [completed, self._graded(done, now, correct=correct)]

    def media(self, action: str, video: str, name: str, *, at_s: float, length_s: float) -> Event:
        """Say what happened to a video, and at which second of it."""
        place = {
            "id": f"{self._iri(video)}/at/{at_s:.3f}",
            "type": "MediaLocation",
            "currentTime": f"PT{at_s:.3f}S",
        }
        thing = {
            "id": self._iri(video),
            "type": "VideoObject",
            "name": name,
            "mediaType": "video/webm",
            "duration": f"PT{length_s:.3f}S",
        }
        return self._event("MediaEvent", "MediaProfile", action, thing, target=place)

    def opened(self, document: str, name: str) -> Event:
        """Say that the student went to a text."""
        thing = {"id": self._iri(document), "type": "Document", "name": name}
        return self._event("NavigationEvent", "ReadingProfile", "NavigatedTo", thing)

    def read_page(self, document: str, name: str, page: int) -> Event:
        """Say that the student has a page of a text before them."""
        whole = {"id": self._iri(document), "type": "Document", "name": name}
        thing = {
            "id": f"{self._iri(document)}/pages/{page}",
            "type": "Page",
            "name": f"{name}, page {page}",
            "isPartOf": whole,
        }
        return self._event("ViewEvent", "ReadingProfile", "Viewed", thing)

    def _iri(self, path: str) -> str:
        # A fragment of the app's own name: stable, though the port changes on every run.
        return f"{self.application}#{path}"

    def _item(self, attempt: Try) -> Event:
        return {
            "id": self._iri(attempt.item),
            "type": "AssessmentItem",
            "name": attempt.name,
            "isPartOf": {"id": self._iri(attempt.part_of), "type": "Assessment"},
            "maxScore": 1.0,
        }

    def _attempt(self, attempt: Try) -> Event:
        return {
            # By its time, because the count begins anew when the app forgets.
            "id": f"{self._iri(attempt.item)}/learners/{self.subject}/attempts/{attempt.began}",
            "type": "Attempt",
            "assignee": self.actor,
            "assignable": self._iri(attempt.item),
            "count": attempt.count,
            "dateCreated": attempt.began,
            "startedAtTime": attempt.began,
        }

    def _graded(self, done: Event, now: str, *, correct: bool) -> Event:
        score = {
            "id": f"{done['id']}/score",
            "type": "Score",
            "attempt": done["id"],
            "scoreType": "QUESTION_RESULT",
            "maxScore": 1.0,
            "scoreGiven": 1.0 if correct else 0.0,
            "scoredBy": self.application,
            "dateCreated": now,
        }
        return self._event("GradeEvent", "GradingProfile", "Graded", done, generated=score)

    def _item_event(self, action: str, attempt: Try, when: str, generated: Event) -> Event:
        event = self._event(
            "AssessmentItemEvent",
            "AssessmentProfile",
            action,
            self._item(attempt),
            generated=generated,
        )
        return event | {"eventTime": when}

    def _event(self, kind: str, profile: str, action: str, thing: Event, **more: Event) -> Event:
        return {
            "@context": CONTEXT,
            "id": uuid.uuid4().urn,
            "type": kind,
            "profile": profile,
            "actor": {"id": self.actor, "type": "Person"},
            "action": action,
            "object": thing,
            "eventTime": timestamp(),
            "edApp": {
                "id": self.application,
                "type": "SoftwareApplication",
                "name": self.app_name,
            },
            "session": AUTO_ATTACH,
            **more,
        }
