"""What the shield says, and what the computer can tell: the truth about this very moment."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from timeback_desktop.presence.probes import Capability, ProbeName, ProbeState
from timeback_desktop.ui.screens.computer import ComputerLine
from timeback_desktop.ui.screens.shield import ShieldView

_TITLES: dict[ProbeName, object] = {
    ProbeName.SCREEN: QT_TRANSLATE_NOOP("Shield", "Movement on the screen"),
    ProbeName.FOREGROUND: QT_TRANSLATE_NOOP("Shield", "The program in front"),
    ProbeName.IDLE_CLOCK: QT_TRANSLATE_NOOP("Shield", "Time since the last input"),
    ProbeName.POWER: QT_TRANSLATE_NOOP("Shield", "A locked, dark or sleeping screen"),
    ProbeName.GLOBAL_INPUT: QT_TRANSLATE_NOOP("Shield", "Input outside TimeBack"),
}
_TOLD: dict[ProbeName, object] = {
    ProbeName.SCREEN: QT_TRANSLATE_NOOP(
        "Shield", "How much of the screen changes, as one number. No picture is kept."
    ),
    ProbeName.FOREGROUND: QT_TRANSLATE_NOOP(
        "Shield", "What kind of program is in front, never its name."
    ),
    ProbeName.IDLE_CLOCK: QT_TRANSLATE_NOOP(
        "Shield", "How long no key or mouse was used on this computer."
    ),
    ProbeName.POWER: QT_TRANSLATE_NOOP(
        "Shield", "Whether the screen is locked or dark, or the computer sleeps."
    ),
    ProbeName.GLOBAL_INPUT: QT_TRANSLATE_NOOP(
        "Shield", "How many keys and clicks go to other programs, never which."
    ),
}
_STATES: dict[ProbeState, object] = {
    ProbeState.WORKING: QT_TRANSLATE_NOOP("Shield", "Works here"),
    ProbeState.OFF: QT_TRANSLATE_NOOP("Shield", "Switched off"),
    ProbeState.NEEDS_PERMISSION: QT_TRANSLATE_NOOP("Shield", "Needs a permission"),
    ProbeState.UNAVAILABLE: QT_TRANSLATE_NOOP("Shield", "Not possible here"),
}


def _tr(text: object) -> str:
    return QCoreApplication.translate("Shield", str(text))


def shield_view(capabilities: Iterable[Capability], *, awake: bool) -> ShieldView:
    """Return the facts of a session; while paused (not ``awake``) no probe runs."""
    never = (
        _tr("Which keys you press, or what you type"),
        _tr("What the page says, its name, or its address"),
        _tr("Pictures of the screen"),
        _tr("The camera or the microphone"),
        _tr("Names of other programs, or what you do in them"),
    )
    if not awake:
        return ShieldView(
            summary=_tr("You are on a pause. Only the length of the pause is recorded."),
            recorded=(),
            never=(*never, _tr("How much you type or click, until you go on")),
        )
    return ShieldView(
        summary=_tr("While this app is open, TimeBack counts your time in it."),
        recorded=(
            _tr("How long you are in this app, second by second"),
            _tr("How many keys, clicks and scrolls, not which"),
            _tr("Whether a video or sound plays"),
            _tr("Whether this window is in front"),
            _tr("About how many words are on the page"),
            _tr("When you start and answer a question, if the app tells it"),
        ),
        never=never,
        running=tuple(
            _tr(_TOLD[each.name]) for each in capabilities if each.state is ProbeState.WORKING
        ),
    )


def computer_lines(capabilities: Iterable[Capability]) -> list[ComputerLine]:
    """Return what this computer can tell, one line a probe, in plain words."""
    return [
        ComputerLine(
            title=_tr(_TITLES[each.name]),
            standing=_tr(_STATES[each.state]),
            works=each.state is ProbeState.WORKING,
            told=_tr(_TOLD[each.name]),
            reason=each.reason,
            lost=each.lost,
            way_out=each.way_out,
        )
        for each in capabilities
    ]
