"""All rules over one settled stream: who is told what, and what they found."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator

from timeback_desktop.presence.signal import AppEvent
from timeback_desktop.waste.answers import AnswerSheet
from timeback_desktop.waste.evidence import Answer, Heard, Moment
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.pace import Pace
from timeback_desktop.waste.rule import Finding, Findings, Rule
from timeback_desktop.waste.rules import all_rules
from timeback_desktop.waste.settling import Settling
from timeback_desktop.waste.spans import Spans

_MOST_HANDS = 1024

Found = tuple[Rule, Finding]


class Hearing:
    """Settle what comes in and put it before the rules; ``resting`` is time not on task."""

    def __init__(self, limits: RuleLimits, resting: Spans) -> None:
        self._settling = Settling(limits)
        self._resting = resting
        self._sheet = AnswerSheet(limits, self._engaged_ms)
        self._pace = Pace(limits)
        self._rules = all_rules(limits, self._pace)
        self._watching = [r for r in self._rules if type(r).passed is not Rule.passed]
        self._hearing = [r for r in self._rules if type(r).heard is not Rule.heard]
        self._hands: deque[int] = deque(maxlen=_MOST_HANDS)

    def add(self, moment: Moment) -> None:
        """Take in one second."""
        self._settling.add(moment)

    def hear(self, events: tuple[AppEvent, ...], now_ms: int, base_ms: int) -> None:
        """Take in app events that arrived at ``now_ms``; ``base_ms`` labels offset 0."""
        self._settling.hear(events, now_ms, base_ms)

    def settled(self, now_ms: int) -> list[Found]:
        """Return what was found in everything whose order is sure by now."""
        return list(self._run(self._settling.settled(now_ms)))

    def close(self) -> list[Found]:
        """Return what was found in the rest, and what stayed open."""
        found = list(self._run(self._settling.rest()))
        for answer in self._sheet.close():
            found += self._answered(answer)
        for rule in self._rules:
            found += [(rule, finding) for finding in rule.close()]
        return found

    @property
    def standing(self) -> list[Found]:
        """Return what the rules hold open."""
        open_ = [(rule, rule.standing) for rule in self._rules]
        return [(rule, finding) for rule, finding in open_ if finding is not None]

    def _run(self, stream: Iterable[Moment | Heard]) -> Iterator[Found]:
        for each in stream:
            if isinstance(each, Moment):
                yield from self._passed(each)
            else:
                yield from self._heard(each)

    def _passed(self, moment: Moment) -> Iterator[Found]:
        if moment.hand:
            self._hands.append(moment.to_ms)
        for rule in self._watching:
            findings = rule.passed(moment)
            if findings:
                yield from _of(rule, findings)
        for answer in self._sheet.wait(moment.to_ms):
            yield from self._answered(answer)

    def _heard(self, heard: Heard) -> Iterator[Found]:
        for rule in self._hearing:
            yield from _of(rule, rule.heard(heard))
        for answer in self._sheet.hear(heard):
            yield from self._answered(answer)

    def _answered(self, answer: Answer) -> Iterator[Found]:
        self._pace.judge(answer)
        if answer.began_ms is not None:
            hands = list(self._hands)
            answer.hands = bisect_right(hands, answer.at_ms) - bisect_left(hands, answer.began_ms)
        for rule in self._rules:
            yield from _of(rule, rule.answered(answer))

    def _engaged_ms(self, from_ms: int, to_ms: int) -> int:
        return to_ms - from_ms - self._resting.overlap_ms(from_ms, to_ms)


def _of(rule: Rule, findings: Findings) -> Iterator[Found]:
    return ((rule, finding) for finding in findings)
