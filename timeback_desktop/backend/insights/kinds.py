"""What may be said of a student's time: every word, in people's words, and where it comes from.

The list is read off the vocabulary and off what apps have told, so that a client need not know
it: a new word appears here by itself.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from timeback_desktop.backend.events.models import insights
from timeback_desktop.partition import HABITS, WASTED, WIRE_TYPE, Overlay, State, TimeType

Json = dict[str, Any]

_WORDS = {
    State.ON_TASK: ("On task", "Working in the app."),
    State.PASSIVE_OK: ("Reading or watching", "Learning without touching anything."),
    State.TRANSIT: ("On the way", "A page loading, or a very short look elsewhere."),
    State.IDLE: ("Idle", "The app was open and nothing happened for a long while."),
    State.AWAY: ("Away", "The screen was locked, or somebody else was signed in."),
    State.PAUSED: ("Paused", "Somebody pressed Pause."),
    State.OFF_APP: ("In another program", "Another program was in front."),
    State.OFF_SITE: ("On another site", "A page that is not part of the app."),
    State.SUSPENDED: ("Asleep", "The machine slept."),
    State.UNKNOWN: ("Unknown", "Nothing could be seen, so nothing is said."),
    Overlay.RUSHING: ("Rushing", "Several answers came faster than a question can be read."),
    Overlay.SKIPPED_EXPLANATION: ("Skipped explanation", "Left right after a miss."),
    Overlay.TOPIC_HOPPING: ("Hopping between lessons", "Several lessons begun, none finished."),
    Overlay.NOT_ANSWERING: ("Not answering", "Much was done, no question answered; may need help."),
    Overlay.ANSWER_PATTERN: ("Answer pattern", "The same choice, or a pattern, again and again."),
    Overlay.TAB_FLIPPING: ("Flipping between windows", "Windows changed very often."),
    Overlay.EXTERNAL_HELP: ("Help from elsewhere", "An answer was looked up elsewhere."),
    Overlay.SIMULATED_INPUT: ("Input looked automatic", "It came with a machine's regularity."),
}
_HELP = "needs_help"


def every_kind(connection: Connection, tenant: str) -> list[Json]:
    """Return the words of the vocabulary, and those that a tenant's events brought besides."""
    told = select(insights.c.kind).where(insights.c.publisher_id == tenant).distinct()
    seen = set(connection.scalars(told))
    known = [_state(state, seen) for state in State] + [_overlay(each, seen) for each in Overlay]
    words = {str(each) for each in (*State, *Overlay)}
    return known + [_told(slug) for slug in sorted(seen - words)]


def _state(state: State, seen: set[str]) -> Json:
    return _kind(state, "state", WIRE_TYPE[state], seen) | {"countsAsWaste": state in WASTED}


def _overlay(overlay: Overlay, seen: set[str]) -> Json:
    named = TimeType.ANTI_PATTERN
    return _kind(overlay, "overlay", named, seen) | {"countsAsWaste": overlay in HABITS}


def _kind(word: State | Overlay, source: str, type_of: TimeType | None, seen: set[str]) -> Json:
    name, description = _WORDS[word]
    return {
        "slug": str(word),
        "name": name,
        "description": description,
        "source": source,
        "timeSpentType": None if type_of is None else str(type_of),
        "seen": str(word) in seen,
    }


def _told(slug: str) -> Json:
    """Write a word that only events brought: nothing that we do not know counts as waste."""
    described = "A lot of work on one skill: a good moment to ask." if slug == _HELP else None
    return {
        "slug": slug,
        "name": slug.replace("_", " ").capitalize(),
        "description": described,
        "source": "event",
        "timeSpentType": None,
        "countsAsWaste": False,
        "seen": True,
    }
