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
class Lesson:
    """What is worked through from a beginning to an end; an assessment is one of questions."""

    path: str
    name: str
    kind: str = "AssignableDigitalResource"

    @property
    def is_assessment(self) -> bool:
        """Tell whether it consists of questions."""
        return self.kind == "Assessment"


@dataclass(frozen=True, slots=True)
class Try:
    """One try of one student at one question; ``skill`` is what it practises."""

    item: str
    name: str
    part_of: Lesson
    count: int
    began: str
    skill: str | None = None


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

    def question_answered(
        self, attempt: Try, answer: str, *, correct: bool, choice: int | None = None
    ) -> list[Event]:
        """Say that the student answered, how it was graded, and that the explanation is shown.

        ``choice`` is the place of the option chosen, in the order in which they were shown.
        """
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
        if choice is not None:
            completed["extensions"] = {"timeback": {"choice": choice}}
        graded = done | {"assignable": self._item(attempt)}
        return [completed, self._graded(graded, now, correct=correct), self._explained(attempt)]

    def lesson_started(self, lesson: Lesson, began: str) -> Event:
        """Say that a lesson was opened."""
        kind = "Assessment" if lesson.is_assessment else "Assignable"
        generated = self._run(lesson, began)
        event = self._event(f"{kind}Event", f"{kind}Profile", "Started", self._whole(lesson))
        return event | {"eventTime": began, "generated": generated}

    def lesson_finished(self, lesson: Lesson, began: str) -> Event:
        """Say that a lesson was done to its end."""
        kind = "Assessment" if lesson.is_assessment else "Assignable"
        action = "Submitted" if lesson.is_assessment else "Completed"
        generated = self._run(lesson, began) | {"endedAtTime": timestamp()}
        event = self._event(f"{kind}Event", f"{kind}Profile", action, self._whole(lesson))
        return event | {"generated": generated}

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

    def _whole(self, lesson: Lesson) -> Event:
        return {"id": self._iri(lesson.path), "type": lesson.kind, "name": lesson.name}

    def _run(self, lesson: Lesson, began: str) -> Event:
        """Return one student's way through a lesson."""
        return {
            "id": f"{self._iri(lesson.path)}/learners/{self.subject}/attempts/{began}",
            "type": "Attempt",
            "assignee": self.actor,
            "assignable": self._iri(lesson.path),
            "startedAtTime": began,
        }

    def _item(self, attempt: Try) -> Event:
        item = {
            "id": self._iri(attempt.item),
            "type": "AssessmentItem",
            "name": attempt.name,
            "isPartOf": self._whole(attempt.part_of),
            "maxScore": 1.0,
        }
        if attempt.skill is not None:
            skill = {"id": self._iri(f"skills/{attempt.skill}"), "type": "LearningObjective"}
            item["learningObjectives"] = [skill]
        return item

    def _explained(self, attempt: Try) -> Event:
        explanation = {
            "id": f"{self._iri(attempt.item)}/explanation",
            "type": "WebPage",
            "isPartOf": self._item(attempt),
        }
        return self._event("ViewEvent", "ReadingProfile", "Viewed", explanation)

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
