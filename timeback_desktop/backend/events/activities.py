"""What an app tells at the end of a piece of work: experience points, questions, units. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from timeback_desktop.backend.events.reading import Json, iri_of, text, within

_LONGEST_NAME = 1_024
_MOST = 10**9
"""Nobody does more at a time; sums of many such numbers still fit a column."""
_XP_MILLI = 1000


@dataclass(frozen=True, slots=True)
class ActivityTold:
    """What an app tells at the end of a piece of work; ``None`` is what it does not tell.

    ``xp_milli`` are experience points times 1000, so that sums come out the same in any order.
    """

    activity: str | None
    activity_name: str | None
    course: str | None
    attempt: int | None
    process: bool | None
    xp_milli: int | None
    total_questions: int | None
    correct_questions: int | None
    mastered_units: int | None
    percent_complete: float | None


def activity_in(event: Json) -> ActivityTold | None:
    """Return what an ActivityEvent tells; ``None`` for every other event."""
    if event["type"] != "ActivityEvent":
        return None
    about, generated = event["object"], event.get("generated")
    metrics = dict(_metrics(within(generated, "items")))
    percent = within(generated, "extensions", "pctCompleteApp")
    process = within(about, "process")
    return ActivityTold(
        activity=text(iri_of(within(about, "activity")) or iri_of(about), _LONGEST_NAME),
        activity_name=text(
            within(about, "activity", "name") or within(about, "name"), _LONGEST_NAME
        ),
        course=text(
            iri_of(within(about, "course")) or iri_of(within(about, "isPartOf")), _LONGEST_NAME
        ),
        attempt=_whole(within(generated, "attempt")),
        process=process if isinstance(process, bool) else None,
        xp_milli=_whole(metrics.get("xpEarned"), _XP_MILLI),
        total_questions=_whole(metrics.get("totalQuestions")),
        correct_questions=_whole(metrics.get("correctQuestions")),
        mastered_units=_whole(metrics.get("masteredUnits")),
        percent_complete=_number(percent),
    )


def _metrics(items: object) -> Iterable[tuple[str, float]]:
    """Read the metrics of either dialect: ``type``/``value``, ``metricType``/``metricValue``.

    A metric that comes twice is added up.
    """
    found: dict[str, float] = {}
    for item in items if isinstance(items, list) else []:
        told = within(item, "metricType") or within(item, "type")
        name = told[:1].lower() + told[1:] if isinstance(told, str) else ""
        value = _number(within(item, "metricValue"))
        value = _number(within(item, "value")) if value is None else value
        if value is not None:
            found[name] = found.get(name, 0) + value
    return found.items()


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return value if good and isfinite(value) and abs(value) < _MOST else None  # type: ignore[arg-type,return-value]


def _whole(value: object, times: int = 1) -> int | None:
    number = _number(value)
    return None if number is None else round(number * times)
