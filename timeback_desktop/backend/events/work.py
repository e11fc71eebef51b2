"""What an app's event says of the work in it, as closed words, numbers and hashes. Pure.

The desktop hears apps by two ways: through the platform, and from the app's own page. Both
reduce an event by the same rules, so that one event that came by both is known as one:
``opaque`` names the same thing alike on either side, and tells nothing about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from timeback_desktop.backend.events.reading import Json, iri_of, moment, within
from timeback_desktop.caliper.app_events import AppEventKind
from timeback_desktop.caliper.datatypes import read_duration_ms
from timeback_desktop.caliper.vocabulary import is_kind_of

_LONGEST_IRI = 512
_LONGEST_MS = 86_400_000
_MOST_CHOICES = 100


GRADED = frozenset({AppEventKind.ANSWERED_RIGHT, AppEventKind.ANSWERED_WRONG})

_BY_ACTION = {
    ("AssessmentItemEvent", "Started"): AppEventKind.ITEM_STARTED,
    ("AssessmentItemEvent", "Completed"): AppEventKind.ANSWERED,
    ("AssessmentEvent", "Started"): AppEventKind.LESSON_STARTED,
    ("AssessmentEvent", "Submitted"): AppEventKind.LESSON_FINISHED,
    ("AssignableEvent", "Started"): AppEventKind.LESSON_STARTED,
    ("AssignableEvent", "Completed"): AppEventKind.LESSON_FINISHED,
    ("AssignableEvent", "Submitted"): AppEventKind.LESSON_FINISHED,
    ("MediaEvent", "Started"): AppEventKind.MEDIA_PLAYING,
    ("MediaEvent", "Resumed"): AppEventKind.MEDIA_PLAYING,
    ("MediaEvent", "Restarted"): AppEventKind.MEDIA_PLAYING,
    ("MediaEvent", "Paused"): AppEventKind.MEDIA_PAUSED,
    ("MediaEvent", "Ended"): AppEventKind.MEDIA_PAUSED,
}
_WHOLE_LESSON = frozenset({"AssessmentEvent", "AssignableEvent"})


@dataclass(frozen=True, slots=True)
class Work:
    """One event of an app, reduced; ``mark`` is the hash of the event's own id.

    ``item_type`` is the type of the item as Caliper names it.
    """

    kind: AppEventKind
    mark: str
    attempt: str | None = None
    item: str | None = None
    item_type: str | None = None
    skill: str | None = None
    lesson: str | None = None
    took_ms: int | None = None
    choice: int | None = None


def opaque(name: object) -> str | None:
    """Return 16 hexadecimal digits of SHA-256 of an IRI; ``None`` for what is none."""
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_IRI:
        return None
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def work_in(event: Json) -> Work | None:
    """Return what an event says of the work; ``None`` when it says nothing that is judged."""
    kind = _kind(event)
    if kind is None:
        return None
    whole, graded = event["type"] in _WHOLE_LESSON, event["type"] == "GradeEvent"
    made = event.get("generated")
    attempt = event["object"] if graded else _attempt(made)
    item = within(attempt, "assignable") if graded else event["object"]
    if kind is AppEventKind.FEEDBACK_SHOWN:
        item = within(event, "object", "isPartOf")
    took = _lasted(made)
    return Work(
        kind=kind,
        mark=opaque(event["id"]) or "",
        attempt=opaque(iri_of(attempt)),
        item=None if whole else opaque(iri_of(item)),
        item_type=None if whole else _type_of(item),
        skill=_skill(event, item),
        lesson=opaque(iri_of(event["object"] if whole else within(item, "isPartOf"))),
        took_ms=_lasted(attempt) if took is None else took,
        choice=_choice(event, made),
    )


def _kind(event: Json) -> AppEventKind | None:
    match event["type"], event["action"]:
        case "GradeEvent", "Graded":
            return _graded(event)
        case ("ViewEvent", "Viewed") | ("NavigationEvent", "NavigatedTo"):
            return _shown(event)
        case found:
            return _BY_ACTION.get(found)


def _graded(event: Json) -> AppEventKind | None:
    score = event.get("generated")
    if within(score, "scoreType") not in {None, "QUESTION_RESULT"}:
        return None
    graded = within(event, "object", "assignable")
    if _type_of(graded) is not None and not _is_item(graded):
        return None
    given, most = _number(within(score, "scoreGiven")), _number(within(score, "maxScore"))
    if given is None or most is None or most <= 0:
        return None
    return AppEventKind.ANSWERED_RIGHT if given >= most else AppEventKind.ANSWERED_WRONG


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return value if good else None  # type: ignore[return-value]


def _shown(event: Json) -> AppEventKind | None:
    """Tell an explanation, which is part of an item, from the item itself and from the rest."""
    if _is_item(within(event, "object", "isPartOf")):
        return AppEventKind.FEEDBACK_SHOWN
    if event["type"] == "NavigationEvent" and _is_item(event["object"]):
        return AppEventKind.ITEM_STARTED
    return None


def _is_item(value: object) -> bool:
    kind = _type_of(value)
    return kind is not None and is_kind_of(kind, ("AssessmentItem",))


def _type_of(value: object) -> str | None:
    kind = within(value, "type")
    return kind[:64] if isinstance(kind, str) and kind.isidentifier() else None


def _attempt(made: object) -> object:
    return made if within(made, "type") == "Attempt" else within(made, "attempt")


def _lasted(value: object) -> int | None:
    """Return how long an attempt or a response took, by its ends or its duration."""
    started, ended = moment(within(value, "startedAtTime")), moment(within(value, "endedAtTime"))
    duration = within(value, "duration")
    took = None
    if started is not None and ended is not None:
        took = ended - started
    elif isinstance(duration, str):
        took = read_duration_ms(duration)
    return took if took is not None and 0 <= took <= _LONGEST_MS else None


def _skill(event: Json, item: object) -> str | None:
    told = within(event, "extensions", "timeback", "skill")
    if told is None:
        goals = within(item, "learningObjectives")
        told = goals[0] if isinstance(goals, list) and goals else None
    return opaque(iri_of(told))


def _choice(event: Json, made: object) -> int | None:
    """Return the ordinal of the option chosen: as told, or by its letter."""
    told = within(event, "extensions", "timeback", "choice")
    if told is None and within(made, "type") == "MultipleChoiceResponse":
        told = within(made, "value")
    if isinstance(told, int) and not isinstance(told, bool):
        return told if 0 <= told < _MOST_CHOICES else None
    if isinstance(told, str) and len(told) == 1 and told.isascii() and told.isalpha():
        return ord(told.lower()) - ord("a")
    return None
