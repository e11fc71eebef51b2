"""How a student's days compare with the days before: with his own, never with anybody else's.

A baseline is the median of his days in the 28 before the range, and their median absolute
deviation: one strange day moves neither. Days on which nothing was counted are no days, and
fewer than five days are no baseline. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from statistics import linear_regression, median
from typing import Any

from timeback_desktop.backend.rollups.figures import Figures

Json = dict[str, Any]
BASELINE_DAYS = 28
FEWEST_DAYS = 5
_MAD_TO_DEVIATION = 1.4826
"""By how much a median absolute deviation is smaller than a standard deviation."""


def _engaged(figures: Figures) -> float | None:
    totals = figures.spent.totals
    return totals.engaged_ms / 1000 if totals and totals.counted_ms else None


def _waste_share(figures: Figures) -> float | None:
    totals = figures.spent.totals
    return totals.waste_share if totals else None


def _accuracy(figures: Figures) -> float | None:
    return figures.correct / figures.answered if figures.answered else None


METRICS: Mapping[str, Callable[[Figures], float | None]] = {
    "engaged_s": _engaged,
    "waste_share": _waste_share,
    "accuracy": _accuracy,
    "xp": lambda figures: figures.xp,
}


def trend(
    days: Mapping[int, Figures], before: Mapping[int, Figures], first: date, last: date
) -> Json | None:
    """Compare days with the days before them, which lie between ``first`` and ``last``."""
    told = {name: _compared(days, before, value) for name, value in METRICS.items()}
    if not any(told.values()):
        return None
    baseline = {"from": first.isoformat(), "to": last.isoformat(), "fewestDays": FEWEST_DAYS}
    return {"baseline": baseline, "metrics": told}


def _compared(
    days: Mapping[int, Figures],
    before: Mapping[int, Figures],
    value: Callable[[Figures], float | None],
) -> Json | None:
    now, then = _values(days, value), list(_values(before, value).values())
    if not now or len(then) < FEWEST_DAYS:
        return None
    current, usual = median(now.values()), median(then)
    spread = median(abs(each - usual) for each in then)
    return {
        "current": round(current, 4),
        "days": len(now),
        "median": round(usual, 4),
        "mad": round(spread, 4),
        "baselineDays": len(then),
        "deviations": _deviations(current - usual, spread),
        "slopePerWeek": _slope(now),
    }


def _values(
    days: Mapping[int, Figures], value: Callable[[Figures], float | None]
) -> dict[int, float]:
    found = ((day, value(figures)) for day, figures in sorted(days.items()))
    return {day: each for day, each in found if each is not None}


def _deviations(difference: float, spread: float) -> float | None:
    """Return how many standard deviations a difference is; ``None`` when no two days differ."""
    return round(difference / (_MAD_TO_DEVIATION * spread), 2) if spread else None


def _slope(now: Mapping[int, float]) -> float | None:
    if len(now) < FEWEST_DAYS:
        return None
    return round(linear_regression(list(now), list(now.values())).slope * 7, 4)
