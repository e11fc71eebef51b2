"""Close what a crash left open: at its last tick, marked interrupted, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

from timeback_desktop.ids import mint
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.ledger import Ledger
from timeback_desktop.sessions.model import Change, EndReason, Session, SessionStore, Unfinished
from timeback_desktop.sessions.verdicts import KeptVerdict


def recover(store: SessionStore) -> tuple[Session, ...]:
    """Close every unfinished session where its last durable tick stood; return them."""
    return tuple(_close(store, unfinished) for unfinished in store.unfinished())


def _close(store: SessionStore, unfinished: Unfinished) -> Session:
    kept = wire.keep([w for segment in unfinished.open_segments for w in segment.windows()])
    ledger = Ledger()
    ledger.add([*unfinished.kept, *(each.segment for each in kept)])
    session = unfinished.session.end(ledger.totals(), EndReason.INTERRUPTED)
    verdicts = [
        part for open_one in unfinished.open_verdicts for part in _as_it_stood(open_one, ledger)
    ]
    events = [*wire.spent(session, kept)]
    for verdict in verdicts:
        events += wire.judged(session, verdict, ledger.engaged_ms(verdict.verdict))
    store.record(session, Change(kept, verdicts, (), [*events, wire.ended(session)]))
    return session


def _as_it_stood(open_one: KeptVerdict, ledger: Ledger) -> Iterator[KeptVerdict]:
    """Keep an open verdict's id, so that what was said to it still belongs to it."""
    for number, part in enumerate(ledger.cut(open_one.verdict)):
        yield KeptVerdict(mint() if number else open_one.id, part, interrupted=True)
