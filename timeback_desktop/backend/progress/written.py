"""The table of rules in words, for whoever wants to know how points come about. Pure."""

from __future__ import annotations

from typing import Any

from timeback_desktop.backend.progress.evidence import LONGEST_WORK_MS
from timeback_desktop.backend.progress.rules import (
    GAMING_KINDS,
    HABITUAL,
    MASTERED,
    PASSED,
    RULES,
    WASTEFUL,
    Gaming,
    Rule,
)

Json = dict[str, Any]


def rules() -> Json:
    """Write the table: the first row that fits decides."""
    return {
        "unit": "One point stands for one minute of focused work.",
        "base": (
            "What the content is worth (the xp of its metadata); where that is not known, "
            "the minutes of focused work that the desktop measured."
        ),
        "shown": "claimedXp is what apps told, awardedXp what this table gives; never both in one.",
        "attempts": "Counted here for each student and activity; an app may only tell of more.",
        "thresholds": {
            "passed": PASSED,
            "mastered": MASTERED,
            "wasteful": WASTEFUL,
            "habitual": HABITUAL,
            "longestWorkHours": LONGEST_WORK_MS // 3_600_000,
        },
        "gaming": {
            str(kind): sorted(str(word) for word, of in GAMING_KINDS.items() if of is kind)
            for kind in Gaming
        },
        "rules": [_rule(place, rule) for place, rule in enumerate(RULES, 1)],
    }


def _rule(place: int, rule: Rule) -> Json:
    return {
        "place": place,
        "rule": rule.name,
        "multiplier": None if rule.factor is None else rule.factor / 100,
        "attempts": str(rule.tries),
        "accuracyFrom": rule.at_least,
        "accuracyBelow": rule.below,
        "wasteful": rule.wasteful,
        "gaming": None if rule.gaming is None else str(rule.gaming),
        "reason": rule.words,
    }
