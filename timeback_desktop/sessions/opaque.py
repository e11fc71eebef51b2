"""The door of the record: free words that came with a tick are made opaque here.

What an app calls its items may name a child, a text or an answer, so it is replaced by a
hash that is good within one session only; everything else that is a word must be one that
we know.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from timeback_desktop.presence.signal import AppEvent, PageFacts, Tick

PROGRAMS = frozenset({"game", "browser", "chat", "media", "office", "other"})
_OTHER_PROGRAM = "other"
_FIELDS = frozenset({"text", "choice", "none"})


def opaque(tick: Tick, salt: str) -> Tick:
    """Return the tick with every free word hashed with ``salt``, or made a closed one."""
    page, program = _page(tick.page), tick.program
    if program is not None and program not in PROGRAMS:
        program = _OTHER_PROGRAM
    events = tuple(_event(event, salt) for event in tick.app_events)
    if page is tick.page and program == tick.program and not events:
        return tick
    return replace(tick, page=page, program=program, app_events=events)


def _page(page: PageFacts | None) -> PageFacts | None:
    if page is None or page.field in _FIELDS:
        return page
    return replace(page, field="none")


def _event(event: AppEvent, salt: str) -> AppEvent:
    return replace(
        event,
        id=_hash(event.id, salt),
        item=_hash(event.item, salt),
        skill=_hash(event.skill, salt),
        lesson=_hash(event.lesson, salt),
    )


def _hash(word: str | None, salt: str) -> str | None:
    if word is None:
        return None
    told = f"{salt}\x1f{word}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()[:16]
