"""What the shield says: the truth about this very moment."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from timeback_desktop.sessions.recorder import Snapshot
from timeback_desktop.ui.screens.shield import ShieldView


def _tr(text: str) -> str:
    return QCoreApplication.translate("Shield", text)


def shield_view(snapshot: Snapshot) -> ShieldView:
    """Return the facts for a session as it stands."""
    never = (
        _tr("Which keys you press, or what you type"),
        _tr("What the page says, its name, or its address"),
        _tr("Pictures of the screen"),
        _tr("The camera or the microphone"),
        _tr("Anything outside this window"),
    )
    if snapshot.paused:
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
        ),
        never=never,
    )
