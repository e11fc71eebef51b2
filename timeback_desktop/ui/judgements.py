"""Judgements as the screens tell them: in what order, in which words, where on a strip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from PySide6.QtCore import QCoreApplication

from timeback_desktop.partition import State
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.ui.widgets import StripMark
from timeback_desktop.ui.words import kind_word, length_text, measure_text, time_of_day
from timeback_desktop.waste.sentences import sure
from timeback_desktop.waste.verdict import Insight, Verdict


def strip_marks(judgements: Iterable[Judgement]) -> list[StripMark]:
    """Return where judgements stand on a strip; one that a coach overturned is gone."""
    return [
        StripMark(
            from_ms=each.verdict.started_at_ms,
            to_ms=each.verdict.started_at_ms + each.verdict.ms,
            word=kind_word(each.verdict.kind, each.verdict.detail),
            above=not isinstance(each.verdict.kind, State),
            contested=each.contested and each.review is None,
        )
        for each in judgements
        if not each.overturned
    ]


def contested_first(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return judgements in the order in which a coach looks: what waits for an answer first."""

    def order(each: Judgement) -> tuple[bool, int]:
        waits = each.contested and each.review is None
        return not waits, each.verdict.started_at_ms

    return sorted(judgements, key=order)


def in_time(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return judgements in the order in which it happened."""
    return sorted(judgements, key=lambda each: each.verdict.started_at_ms)


def may_contest(judgement: Judgement) -> bool:
    """Tell whether a student can still say "that was work", or take it back."""
    return judgement.review is None and not isinstance(judgement.verdict.kind, Insight)


def title(verdict: Verdict) -> str:
    """Name what a verdict is about."""
    return kind_word(verdict.kind, verdict.detail)


def when(verdict: Verdict, where: tzinfo) -> str:
    """Say when a verdict's stretch was, and how long."""
    start = time_of_day(verdict.started_at_ms, where, seconds=True)
    end = time_of_day(verdict.started_at_ms + verdict.ms, where, seconds=True)
    return _tr("{start} to {end}, {length}").format(
        start=start, end=end, length=length_text(verdict.ms)
    )


def evidence(verdict: Verdict) -> Sequence[tuple[str, str]]:
    """Return what a verdict rests on, as (what, said) lines."""
    lines = [
        (_tr("Rule"), f"{verdict.rule.replace('_', ' ')}, {_tr('version')} {verdict.version}"),
        (_tr("Compared with"), _listed(verdict.thresholds)),
        (_tr("Seen"), _listed(verdict.counts)),
        (_tr("How sure"), f"{sure(verdict.confidence)} ({verdict.confidence:.0%})"),
    ]
    return [(what, said) for what, said in lines if said]


def _listed(measures: Mapping[str, float]) -> str:
    return ", ".join(measure_text(key, value) for key, value in measures.items())


def _tr(text: str) -> str:
    return QCoreApplication.translate("Judgement", text)
