"""Why an app could not be entered, in words a child can act on, and whose side it is.

The browser reports a :class:`Problem`; :func:`explain` makes the sentence. The code of
the network error stays out of the sentence: it helps nobody in front of the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from timeback_desktop.errors import LaunchFailed, Side
from timeback_desktop.launch.navigation import Place

ABORTED: Final = -3
"""Chromium's code for a load that was replaced by another: not a failure."""

# Chromium's net error codes (net_error_list.h).
_OFFLINE: Final = frozenset({-21, -106, -109, -130, -137, -138})
_NO_SUCH_NAME: Final = frozenset({-105, -166, -802})
_TOO_SLOW: Final = frozenset({-7, -118, -803})
_LOOP: Final = frozenset({-310})
_NO_SECURE_LINK: Final = frozenset({-107, -113, -117, -123, *range(-299, -199)})

_RETRY: Final = "Wait a moment, then press Retry."
_RETRY_OR_TELL: Final = "Press Retry. If it happens again, tell your coach."
_TELL: Final = "Tell your coach, so that it can be put right."
_CHECK_NETWORK: Final = "Check that this computer is online, then press Retry."


class ProblemKind(StrEnum):
    """What went wrong with a load."""

    HTTP = "http"
    NETWORK = "network"
    CERTIFICATE = "certificate"
    CRASH = "crash"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Problem:
    """One load that went wrong: ``code`` is the HTTP status or Chromium's error code."""

    kind: ProblemKind
    code: int = 0


def explain(problem: Problem, *, app_name: str, place: Place) -> LaunchFailed:
    """Say what happened, what to do and whose side it is; ``place`` is where it happened."""
    at_platform = place is Place.TRANSIT
    who = "TimeBack" if at_platform else app_name
    side = Side.PLATFORM if at_platform else Side.APP
    match problem.kind:
        case ProblemKind.HTTP:
            return _http(problem.code, who, side)
        case ProblemKind.NETWORK:
            return _network(problem.code, who, side)
        case ProblemKind.CERTIFICATE:
            return _insecure(who, side)
        case ProblemKind.CRASH:
            return LaunchFailed(f"The page of {app_name} stopped.", _RETRY_OR_TELL, side=Side.APP)
        case ProblemKind.TIMEOUT if place is Place.OTHER_SITE:
            return LaunchFailed(f"{app_name} led to another website.", _RETRY_OR_TELL, side=side)
        case ProblemKind.TIMEOUT:
            return LaunchFailed(f"{who} is taking very long to open.", _RETRY, side=side)
        case _:
            assert_never(problem.kind)


def _http(status: int, who: str, side: Side) -> LaunchFailed:
    if status in {401, 403, 407}:
        return LaunchFailed(f"{who} did not let you in.", _RETRY_OR_TELL, side=side)
    if status in {404, 410}:
        return LaunchFailed(f"{who} could not find this page.", _TELL, side=side)
    if status in {408, 504}:
        return LaunchFailed(f"{who} took too long to answer.", _RETRY, side=side)
    if status in {429, 502, 503}:
        return LaunchFailed(f"{who} is busy right now.", _RETRY, side=side)
    if status >= 500:
        return LaunchFailed(f"{who} has a problem of its own.", _RETRY_OR_TELL, side=side)
    return LaunchFailed(f"{who} did not understand the visit.", _RETRY_OR_TELL, side=side)


def _network(code: int, who: str, side: Side) -> LaunchFailed:
    if code in _OFFLINE:
        cause = "This computer cannot reach the network."
        return LaunchFailed(cause, _CHECK_NETWORK, side=Side.NETWORK)
    if code in _NO_SUCH_NAME:
        return LaunchFailed(f"{who} cannot be found from here.", _CHECK_NETWORK, side=Side.NETWORK)
    if code in _TOO_SLOW:
        return LaunchFailed(f"{who} took too long to answer.", _RETRY, side=Side.NETWORK)
    if code in _LOOP:
        return LaunchFailed(f"{who} is sending you in circles.", _TELL, side=side)
    if code in _NO_SECURE_LINK:
        return _insecure(who, side)
    return LaunchFailed(f"{who} does not answer.", _RETRY_OR_TELL, side=side)


def _insecure(who: str, side: Side) -> LaunchFailed:
    return LaunchFailed(f"The way to {who} is not safe.", _TELL, side=side)
