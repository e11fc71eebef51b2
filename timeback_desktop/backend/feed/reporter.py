"""What a desk asks of the database: what is new, what that changes, and how everything stands.

It remembers what it told last of each student who is listened to, to tell a session that was
opened from one that goes on, and to say nothing where nothing changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.feed import news
from timeback_desktop.backend.feed.audience import names_of, people_for
from timeback_desktop.backend.feed.desk import Look
from timeback_desktop.backend.feed.present import Present, present, today
from timeback_desktop.backend.feed.seats import Reader
from timeback_desktop.backend.feed.words import Cursor, Json, Told, Why, Word, block, reset
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.sessions.span import SessionSpan
from timeback_desktop.backend.timeline.record import Asked, app_names
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn

_SPARE = 100


@dataclass(slots=True)
class BoardReporter:
    """The reporter of one tenant."""

    platform: Platform
    tenant: str
    _known: dict[str, Present] = field(default_factory=dict)
    _said: dict[str, int] = field(default_factory=dict)
    _day: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def newest(self) -> Cursor:
        """Return the place to begin at."""
        with reading(self.platform.engine) as connection:
            self._day = today(connection, self.tenant, self.platform.now())
            cursor = news.newest(connection, self.tenant)
            said = news.said_since(connection, self.tenant, cursor.said_ms)
        self._remember_said(said, cursor.said_ms)
        return cursor

    def check(self, readers: Sequence[Reader]) -> Sequence[frozenset[str] | None]:
        """Return whom each reader may hear of now."""
        return people_for(self.platform, readers)

    def look(
        self, after: Cursor, people: frozenset[str], due: frozenset[str], hold: frozenset[str]
    ) -> Look:
        """Return what is new; of those to ``hold``, no state is told yet."""
        now_ms = self.platform.now()
        with reading(self.platform.engine) as connection:
            found = news.since(connection, self.tenant, after, people, self._said)
            changed = (found.changed | due | self._expired(now_ms)) & people
            states = present(connection, self.tenant, changed - hold, now_ms)
            day = today(connection, self.tenant, now_ms)
        self._remember_said(found.said, found.cursor.said_ms)
        told = [*self._changes(states.values()), *found.told]
        again = Why.MISSED if found.missed else Why.DAY if day != self._day else None
        self._day = day
        self._forget_others(people)
        return Look(found.cursor, told, frozenset(states), changed & hold, again)

    def opening(
        self, people: frozenset[str], *, named: bool, since: str | None = None
    ) -> tuple[list[bytes], Cursor]:
        """Return how everything stands, and what was missed ``since`` an id, or that it is."""
        with reading(self.platform.engine) as connection:
            cursor = news.newest(connection, self.tenant)
            snapshot = self._snapshot(connection, people, named=named)
            if since is None:
                return [snapshot], cursor
            after = Cursor.read(since)
            missed = news.missed(connection, self.tenant, after, people) if after else None
        if missed is None or missed.missed:
            return [reset(Why.MISSED), snapshot], cursor
        return [snapshot, *(each.block for each in missed.told)], cursor

    def again(self, people: frozenset[str], why: Why, *, named: bool) -> tuple[list[bytes], Cursor]:
        """Return that everything is to be read again, and how it stands."""
        blocks, cursor = self.opening(people, named=named)
        return [reset(why), *blocks], cursor

    def _snapshot(self, connection: Connection, people: frozenset[str], *, named: bool) -> bytes:
        now_ms = self.platform.now()
        states = present(connection, self.tenant, people, now_ms)
        names = names_of(connection, self.tenant, sorted(people)) if named else {}
        with self._lock:
            for user_id, state in states.items():
                self._known.setdefault(user_id, state)
        students = [
            {**_named(names.get(state.user_id)), **state.as_wire(), "sessions": _open(state)}
            for state in states.values()
        ]
        told = {
            "at": iso_utc(now_ms),
            "students": students,
            "applications": app_names(connection, Asked(self.tenant, "")),
        }
        return block(Word.SNAPSHOT, told)

    def _changes(self, states: Iterable[Present]) -> list[Told]:
        """Write what changed for each student since it was told last."""
        found: list[Told] = []
        with self._lock:
            for now in states:
                before = self._known.get(now.user_id)
                self._known[now.user_id] = now
                told = _sessions(before, now)
                found += [Told(now.user_id, block(Word.SESSION, each)) for each in told]
                if before is None or before.as_wire() != now.as_wire():
                    found.append(Told(now.user_id, block(Word.ACTIVITY, now.as_wire())))
        return found

    def _expired(self, now_ms: int) -> frozenset[str]:
        """Return the students who have been quiet for so long that their state is over."""
        with self._lock:
            known = list(self._known.values())
        return frozenset(
            each.user_id for each in known if each.until_ms is not None and each.until_ms <= now_ms
        )

    def _remember_said(self, said: Iterable[str], at_ms: int) -> None:
        self._said |= dict.fromkeys(said, at_ms)
        oldest = at_ms - 2 * news.OVERLAP_MS
        self._said = {word: ms for word, ms in self._said.items() if ms >= oldest}

    def _forget_others(self, people: frozenset[str]) -> None:
        with self._lock:
            if len(self._known) > len(people) + _SPARE:
                self._known = {who: one for who, one in self._known.items() if who in people}


def _named(name: tuple[str, str] | None) -> Json:
    return {} if name is None else {"givenName": name[0], "familyName": name[1]}


def _open(state: Present) -> list[Json]:
    spans = [span for span in state.sessions.values() if span.closing is None]
    return [_session(state.user_id, span, "active") for span in spans]


def _sessions(before: Present | None, now: Present) -> list[Json]:
    """Tell sessions that were opened, go on after a silence, or are over."""
    known = before.sessions if before is not None else {}
    told = []
    for session_id, span in now.sessions.items():
        old = known.get(session_id)
        if span.closing is not None:
            if old is None or old.closing is None:
                told.append(_session(now.user_id, span, "completed"))
        elif old is None:
            is_new = span.last_ms - span.started_ms <= _A_BEGINNING_MS
            told.append(_session(now.user_id, span, "opened" if is_new else "active"))
        elif old.application_id != span.application_id:
            told.append(_session(now.user_id, span, "active"))
    return told


_A_BEGINNING_MS = 5 * 60_000
"""A session that is heard of for the first time and is older than this was opened before."""


def _session(user_id: str, span: SessionSpan, state: str) -> Json:
    closing = span.closing
    told: dict[str, Any] = {
        "userId": user_id,
        "sessionId": to_urn(span.id),
        "state": state,
        "applicationId": span.application_id,
        "measured": span.measured,
        "startedAtTime": iso_utc(span.started_ms),
    }
    if closing is not None:
        told |= {"endedAtTime": iso_utc(span.ended_ms), "endReason": str(closing.reason)}
    return told
