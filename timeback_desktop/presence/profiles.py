"""Access profiles: how the limits give way to the way a person works.

A person who reads slowly, scans with a switch, listens to a screen reader or works on paper
leaves the screen alone for longer without being any less at work. Monitoring that forgets
this flags disabled students more; so nobody is shown less patience than the standard
profile, and the false idle time of every profile is measured by ``make detector``: the
worst may be at most twice the best.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from timeback_desktop.presence.thresholds import MINUTE, SECOND, Thresholds


class AccessProfile(StrEnum):
    """How a student works with the computer."""

    STANDARD = "standard"
    SLOW_READER = "slow_reader"
    SWITCH = "switch"
    SCREEN_READER = "screen_reader"
    PAPER = "paper"


def adapted(limits: Thresholds, profile: AccessProfile) -> Thresholds:
    """Return the limits as they are for a person of a profile; never shorter."""
    match profile:
        case AccessProfile.STANDARD:
            return limits
        case AccessProfile.SLOW_READER:
            # Half the pace of the slow third-grader that the standard assumes.
            return replace(_patient(limits, 1.5), read_factor=2 * limits.read_factor)
        case AccessProfile.SWITCH:
            # Scanning, eye gaze and dictation take 2 to 3 times as long, in even steps.
            return replace(_patient(limits, 2.5), rhythm=False, path_px=limits.path_px // 2)
        case AccessProfile.SCREEN_READER:
            # Speech is made outside the page, where no probe of ours listens.
            return replace(_patient(limits, 2.0), read_factor=2 * limits.read_factor)
        case AccessProfile.PAPER:
            paper = max(limits.work, 240 * SECOND)
            return replace(
                limits,
                work=paper,
                work_max=max(paper, limits.work_max),
                after_media=max(paper, limits.after_media),
                attested=max(10 * MINUTE, limits.attested),
                timeout=max(15 * MINUTE, limits.timeout),
            )


def _patient(limits: Thresholds, factor: float) -> Thresholds:
    """Return the limits with every wait for a sign stretched by a factor."""

    def stretched(limit: int) -> int:
        return int(limit * factor)

    return replace(
        limits,
        work=stretched(limits.work),
        work_max=stretched(limits.work_max),
        read_min=stretched(limits.read_min),
        read_max=stretched(limits.read_max),
        discussion=stretched(limits.discussion),
        after_media=stretched(limits.after_media),
        assessment=stretched(limits.assessment),
        attested=stretched(limits.attested),
        wander=stretched(limits.wander),
        timeout=stretched(limits.timeout),
    )
