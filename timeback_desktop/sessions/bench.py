"""The judge's verdicts on their way into the record: named, held, kept, disputed.

A verdict is held until everything under it is final: so it never outlives the session, its
events follow those of the time it lies over, and what was sent is never taken back. Until
then it is open, with the id that it will keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from timeback_desktop.ids import mint
from timeback_desktop.intervals import Interval
from timeback_desktop.partition import State
from timeback_desktop.presence.machine import PresenceMachine
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.signal import Tick
from timeback_desktop.sessions.disputes import heard
from timeback_desktop.sessions.ledger import Ledger
from timeback_desktop.sessions.verdicts import Dispute, Judgement, KeptVerdict
from timeback_desktop.waste.verdict import Kind, Verdict

_Key = tuple[Kind, str, int]


class Judge(Protocol):
    """Who judges: :class:`~timeback_desktop.waste.judge.WasteJudge`, outside of tests."""

    def tick(self, tick: Tick, state: State, /) -> tuple[Verdict, ...]:
        """Take in a sample and the live state; return the verdicts that became final."""
        ...

    def take(self, segments: Sequence[Segment], /) -> tuple[Verdict, ...]:
        """Take in final segments; return the wasted stretches that are whole."""
        ...

    def simulated(self, intervals: Iterable[Interval], /) -> None:
        """Learn where input looked automatic."""
        ...

    def close(self) -> tuple[Verdict, ...]:
        """Return everything that was still open."""
        ...

    @property
    def open_verdicts(self) -> tuple[Verdict, ...]:
        """Everything that is open, as it stands."""
        ...


class Bench:
    """The verdicts of one open session, final ones entered into its ledger."""

    def __init__(self, judge: Judge, ledger: Ledger) -> None:
        self._judge = judge
        self._ledger = ledger
        self._ids: dict[_Key, str] = {}
        self._held: list[Verdict] = []
        self._kept: dict[str, KeptVerdict] = {}
        self._said: dict[str, list[Dispute]] = {}
        self._simulated: tuple[Interval, ...] = ()

    def tick(self, tick: Tick, machine: PresenceMachine) -> None:
        """Let the judge see what one sample saw."""
        self._note_simulated(machine)
        self._held.extend(self._judge.tick(tick, machine.live[0]))

    def take(self, segments: Sequence[Segment]) -> None:
        """Let the judge see what became final; the ledger has it already."""
        self._held.extend(self._judge.take(segments))

    def settle(self) -> tuple[KeptVerdict, ...]:
        """Return the verdicts over time that is final by now."""
        return self._keep([each for each in self._held if each.to_ms <= self._ledger.to_ms])

    def close(self, machine: PresenceMachine) -> tuple[KeptVerdict, ...]:
        """Return everything that was still open, up to the session's end."""
        self._note_simulated(machine)
        self._held.extend(self._judge.close())
        return self._keep(list(self._held))

    def open_verdicts(self, open_segments: Sequence[Segment]) -> tuple[KeptVerdict, ...]:
        """Return what is judged but may still change, as it stands now."""
        standing = [*self._held, *self._judge.open_verdicts]
        return tuple(
            KeptVerdict(self._name(part), part)
            for verdict in standing
            for part in self._ledger.cut(verdict, open_segments)
        )

    def kept_since(self, offset: int) -> Iterable[KeptVerdict]:
        """Return the final verdicts that ended at an offset or later."""
        return (kept for kept in self._kept.values() if kept.verdict.to_ms >= offset)

    def judgement(self, verdict_id: str, open_segments: Sequence[Segment]) -> Judgement | None:
        """Return a verdict, open or kept, with all that was said to it."""
        known = self._kept.get(verdict_id)
        standing = (known,) if known else self.open_verdicts(open_segments)
        return next((self.heard(each) for each in standing if each.id == verdict_id), None)

    def heard(self, kept: KeptVerdict) -> Judgement:
        """Return a verdict with all that was said to it."""
        judgement = Judgement(kept)
        for dispute in self._said.get(kept.id, ()):
            judgement = heard(judgement, dispute)
        return judgement

    @property
    def contested(self) -> frozenset[Kind]:
        """The kinds of verdicts that the student says were work."""
        kept = (self.heard(self._kept[each]) for each in self._said if each in self._kept)
        return frozenset(each.verdict.kind for each in kept if each.contested)

    def hear(self, dispute: Dispute) -> None:
        """Take in a contest or a review."""
        self._said.setdefault(dispute.verdict_id, []).append(dispute)
        self._enter()

    def _keep(self, final: list[Verdict]) -> tuple[KeptVerdict, ...]:
        if not final:
            return ()
        self._held = [each for each in self._held if each not in final]
        kept = []
        for part in (part for verdict in final for part in self._ledger.cut(verdict)):
            kept.append(KeptVerdict(self._name(part), part))
            self._ids.pop(_key(part))  # the id is taken; another verdict may begin here
        self._kept.update((each.id, each) for each in kept)
        self._enter()
        return tuple(kept)

    def _enter(self) -> None:
        self._ledger.judge(self.heard(kept) for kept in self._kept.values())

    def _name(self, verdict: Verdict) -> str:
        """Return the id of a verdict; it is the same while its beginning is."""
        key = _key(verdict)
        if key not in self._ids:
            self._ids[key] = mint()
        return self._ids[key]

    def _note_simulated(self, machine: PresenceMachine) -> None:
        simulated = machine.simulated
        if simulated != self._simulated:
            self._simulated = simulated
            self._judge.simulated(simulated)


def _key(verdict: Verdict) -> _Key:
    return verdict.kind, verdict.rule, verdict.from_ms
