"""What may be said to a verdict, by whom, and when: contests and reviews.

Only the student of a session contests what is flagged in it, and takes that back only while
no coach has looked. Anybody but that student may review; the newest review counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.model import OutgoingEvent, Session
from timeback_desktop.sessions.verdicts import Contest, Dispute, Judgement, Review
from timeback_desktop.waste.verdict import ReviewResult

MAX_NOTES = 2_000


class DisputeRefused(EnvironmentFault):
    """A contest or a review that this person cannot make, or not any more."""


@dataclass(frozen=True, slots=True)
class Case:
    """A judgement and the session it was made in."""

    session: Session
    judgement: Judgement


class DisputeStore(Protocol):
    """Where contests and reviews are kept. Every method is one durable transaction."""

    def case(self, verdict_id: str) -> Case | None:
        """Return a verdict that is kept here, with all that was said to it."""
        ...

    def dispute(self, session: Session, dispute: Dispute, event: OutgoingEvent) -> None:
        """Keep what was said, with its event."""
        ...


class Disputes:
    """Contests and reviews of verdicts that are kept already, from today or long ago."""

    def __init__(self, store: DisputeStore) -> None:
        self._store = store

    def contest(
        self, verdict_id: str, *, by: str, at_ms: int, withdrawn: bool = False
    ) -> Judgement:
        """Say "that was work", or take it back; return the judgement as it stands now."""
        case = self._case(verdict_id)
        return self._keep(case, contest(case, by=by, at_ms=at_ms, withdrawn=withdrawn))

    def review(
        self, verdict_id: str, *, by: str, at_ms: int, result: ReviewResult, notes: str = ""
    ) -> Judgement:
        """Say whether a verdict was right; return the judgement as it stands now."""
        case = self._case(verdict_id)
        return self._keep(case, review(case, by=by, at_ms=at_ms, result=result, notes=notes))

    def _case(self, verdict_id: str) -> Case:
        case = self._store.case(verdict_id)
        if case is None:
            raise unknown()
        return case

    def _keep(self, case: Case, dispute: Dispute | None) -> Judgement:
        if dispute is None:
            return case.judgement
        self._store.dispute(case.session, dispute, wire.disputed(case.session, dispute))
        return heard(case.judgement, dispute)


def contest(case: Case, *, by: str, at_ms: int, withdrawn: bool = False) -> Contest | None:
    """Return the contest, or ``None`` if it would change nothing.

    Raises ``DisputeRefused`` if this person may not, or not any more.
    """
    if by != case.session.learner.id:
        raise DisputeRefused("This is not your own work.", "Only its student can say so.")
    if case.judgement.contested is not withdrawn:
        return None
    if withdrawn and case.judgement.review is not None:
        raise DisputeRefused("Your coach has looked at it.", "Talk with your coach about it.")
    return Contest(case.judgement.id, by, at_ms, withdrawn)


def review(
    case: Case, *, by: str, at_ms: int, result: ReviewResult, notes: str = ""
) -> Review | None:
    """Return the review, or ``None`` if it would change nothing.

    Raises ``DisputeRefused`` if this person may not.
    """
    if not by or by == case.session.learner.id:
        raise DisputeRefused("A coach decides this.", "Ask your coach to look at it.")
    known, said = case.judgement.review, _plain(notes)
    if known is not None and (known.by, known.result, known.notes) == (by, result, said):
        return None
    return Review(case.judgement.id, by, at_ms, result, said)


def heard(judgement: Judgement, dispute: Dispute) -> Judgement:
    """Return the judgement once this was said to it."""
    if isinstance(dispute, Contest):
        return replace(judgement, contested=not dispute.withdrawn)
    return replace(judgement, review=dispute)


def unknown() -> DisputeRefused:
    """Return the fault for a verdict that is not here."""
    return DisputeRefused(
        "This moment is not in the record on this computer.", "Open the day again."
    )


def _plain(notes: str) -> str:
    """Return notes that every store and every peer takes."""
    sound = notes.replace("\0", "").encode("utf-8", "replace").decode()
    return sound.strip()[:MAX_NOTES]
