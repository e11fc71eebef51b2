"""Who and what a desktop event is about, and how they are written as Caliper entities.

Identifiers on the wire are ``urn:uuid:`` forms of the platform's own; the builders take
bare UUIDs so that no caller has to remember which form a string is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from timeback_desktop.caliper.datatypes import write_duration
from timeback_desktop.caliper.vocabulary import is_term
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import State, TimeType, state_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Learner:
    """The student an event is about."""

    id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class App:
    """The learning app an event happened in; ``subject`` is the catalog's word for it."""

    id: str
    name: str
    subject: str


@dataclass(frozen=True, slots=True)
class SessionSpan:
    """A session's place in time: wall-clock start as label, monotonic length as truth.

    ``suspended_ms`` is how much of that length the machine slept.
    """

    id: str
    started_at_ms: int
    ended_at_ms: int | None = None
    duration_ms: int | None = None
    suspended_ms: int = 0

    @property
    def end_label_ms(self) -> int | None:
        """Return the instant to write as the end: start + length, else the wall clock's."""
        if self.duration_ms is None:
            return self.ended_at_ms
        return self.started_at_ms + self.duration_ms


def person(learner: Learner) -> Json:
    """Write the student as Caliper's Person: an identifier and nothing else."""
    return {"id": to_urn(learner.id), "type": "Person"}


def timeback_user(learner: Learner) -> Json:
    """Write the student as TimeBack's actor, which must carry an e-mail address."""
    user = {**person(learner), "type": "TimebackUser", "email": learner.email, "role": "student"}
    return {**user, "name": learner.name} if learner.name else user


def software_application(app: App) -> Json:
    """Write the app as Caliper's SoftwareApplication."""
    return {"id": to_urn(app.id), "type": "SoftwareApplication", "name": app.name}


def subject_on_wire(subject: str) -> str:
    """Return the subject if TimeBack's closed list has it, else ``Other``."""
    return subject if is_term("subjects", subject) else "Other"


def activity_context(app: App) -> Json:
    """Write what the time was spent on."""
    return {
        "id": to_urn(app.id),
        "type": "TimebackActivityContext",
        "subject": subject_on_wire(app.subject),
        "app": {"id": to_urn(app.id), "name": app.name},
    }


def session(learner: Learner, span: SessionSpan) -> Json:
    """Write the session, with its end and its measured length once it has them."""
    written = {
        "id": to_urn(span.id),
        "type": "Session",
        "user": to_urn(learner.id),
        "startedAtTime": iso_utc(span.started_at_ms),
    }
    if span.end_label_ms is not None:
        written["endedAtTime"] = iso_utc(span.end_label_ms)
    if span.duration_ms is not None:
        written["duration"] = write_duration(span.duration_ms)
    return written


def sub_type_for(
    state: State, time_type: TimeType, default: str | None, detail: str | None
) -> str | None:
    """Return the subType that reads back as ``state``; a detail that would not is refined.

    ``paused`` with the detail ``lunch`` becomes ``paused:lunch``; a detail of ``on_task``
    that would read as another state is left out.
    """
    if detail is None or state_of(time_type, detail) is state:
        return detail or default
    return f"{default}:{detail}" if default else None


def time_metrics(
    event_id: str, time_type: TimeType, sub_type: str | None, started_at_ms: int, ms: int
) -> Json:
    """Write one measured window: its type, its seconds to the millisecond, its ends."""
    item: Json = {
        "type": str(time_type),
        "value": ms // 1000 if ms % 1000 == 0 else ms / 1000,
        "startDate": iso_utc(started_at_ms),
        "endDate": iso_utc(started_at_ms + ms),
    }
    if sub_type is not None:
        item["subType"] = sub_type
    return {
        "id": f"{to_urn(event_id)}#time",
        "type": "TimebackTimeSpentMetricsCollection",
        "items": [item],
    }
