"""Verdicts, contests and reviews: their rows, and what was said to each verdict so far."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlite_utils import Database

from timeback_desktop.sessions.disputes import heard
from timeback_desktop.sessions.verdicts import (
    Contest,
    Dispute,
    Judgement,
    KeptVerdict,
    Review,
    figures,
)
from timeback_desktop.waste.verdict import ReviewResult, Verdict, kind_of

Row = dict[str, object]


class _VerdictRow(msgspec.Struct):
    """A verdict as it is written: a row of ``verdicts``, or an open one within its session."""

    id: str
    kind: str
    detail: str | None
    rule: str
    version: int
    from_ms: int
    to_ms: int
    started_at: int
    confidence: float
    thresholds: str
    counts: str
    interrupted: int

    @property
    def kept(self) -> KeptVerdict:
        verdict = Verdict(
            kind_of(self.kind),
            self.rule,
            self.version,
            self.from_ms,
            self.to_ms,
            self.started_at,
            self.confidence,
            _numbers.decode(self.thresholds),
            _numbers.decode(self.counts),
            self.detail,
        )
        return KeptVerdict(self.id, verdict, bool(self.interrupted))


_numbers = msgspec.json.Decoder(dict[str, float | int])
_several = msgspec.json.Decoder(tuple[_VerdictRow, ...])


def verdict_row(session_id: str, kept: KeptVerdict) -> Row:
    """Return a verdict as a row of ``verdicts``."""
    return {"session_id": session_id, **msgspec.structs.asdict(_written(kept))}


def verdict_of(row: Row) -> KeptVerdict:
    """Return the verdict of a row of ``verdicts``."""
    return msgspec.convert(row, _VerdictRow).kept


def write_open(verdicts: Iterable[KeptVerdict]) -> str:
    """Write open verdicts for the row of their session."""
    return msgspec.json.encode([_written(kept) for kept in verdicts]).decode()


def read_open(text: str) -> tuple[KeptVerdict, ...]:
    """Read the open verdicts in the row of a session."""
    return tuple(row.kept for row in _several.decode(text))


def keep_disputes(db: Database, session_id: str, disputes: Iterable[Dispute]) -> None:
    """Keep contests and reviews; each is another row, the newest counts."""
    for dispute in disputes:
        row: Row = {"verdict_id": dispute.verdict_id, "session_id": session_id}
        if isinstance(dispute, Contest):
            row |= {"by": dispute.by, "at": dispute.at_ms, "withdrawn": int(dispute.withdrawn)}
            db.table("contests").insert(row)
        else:
            row |= {"by": dispute.by, "at": dispute.at_ms, "result": str(dispute.result)}
            db.table("reviews").insert({**row, "notes": dispute.notes})


def judgements(
    db: Database, session_id: str, open_verdicts: Iterable[KeptVerdict] = ()
) -> tuple[Judgement, ...]:
    """Return a session's verdicts in order of time, with all that was said to them."""
    rows = db.query("SELECT * FROM verdicts WHERE session_id = ?", [session_id])
    found = [Judgement(kept) for kept in (*map(verdict_of, rows), *open_verdicts)]
    if not found:
        return ()
    standing = {each.id: each for each in found}
    said: list[Dispute] = [*_contests(db, session_id), *_reviews(db, session_id)]
    for dispute in said:
        if dispute.verdict_id in standing:
            standing[dispute.verdict_id] = heard(standing[dispute.verdict_id], dispute)
    return tuple(sorted(standing.values(), key=lambda each: (each.verdict.from_ms, each.id)))


def _contests(db: Database, session_id: str) -> list[Contest]:
    rows = db.query("SELECT * FROM contests WHERE session_id = ? ORDER BY seq", [session_id])
    return [
        Contest(row["verdict_id"], row["by"], row["at"], bool(row["withdrawn"])) for row in rows
    ]


def _reviews(db: Database, session_id: str) -> list[Review]:
    rows = db.query("SELECT * FROM reviews WHERE session_id = ? ORDER BY seq", [session_id])
    return [
        Review(row["verdict_id"], row["by"], row["at"], ReviewResult(row["result"]), row["notes"])
        for row in rows
    ]


def _written(kept: KeptVerdict) -> _VerdictRow:
    verdict = kept.verdict
    return _VerdictRow(
        id=kept.id,
        kind=str(verdict.kind),
        detail=verdict.detail,
        rule=verdict.rule,
        version=verdict.version,
        from_ms=verdict.from_ms,
        to_ms=verdict.to_ms,
        started_at=verdict.started_at_ms,
        confidence=float(verdict.confidence),
        thresholds=msgspec.json.encode(figures(verdict.thresholds)).decode(),
        counts=msgspec.json.encode(figures(verdict.counts)).decode(),
        interrupted=int(kept.interrupted),
    )
