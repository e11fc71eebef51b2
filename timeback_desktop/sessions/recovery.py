"""Close what a crash left open: at its last tick, marked interrupted, nothing twice."""

from __future__ import annotations

from timeback_desktop.partition import Totals
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.model import EndReason, Session, SessionStore, Unfinished


def recover(store: SessionStore) -> tuple[Session, ...]:
    """Close every unfinished session where its last durable tick stood; return them."""
    return tuple(_close(store, unfinished) for unfinished in store.unfinished())


def _close(store: SessionStore, unfinished: Unfinished) -> Session:
    kept = wire.keep([w for segment in unfinished.open_segments for w in segment.windows()])
    rest = Totals.fold((item.segment.state, item.segment.ms) for item in kept)
    session = unfinished.session.end(unfinished.kept + rest, EndReason.INTERRUPTED)
    store.record(session, kept, [*wire.spent(session, kept), wire.ended(session)], ())
    return session
