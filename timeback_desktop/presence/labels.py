"""What the machine calls a stretch: every label it can give without a limit."""

from __future__ import annotations

from typing import Final

from timeback_desktop.partition import State
from timeback_desktop.presence.segments import Label

WORK: Final = Label(State.ON_TASK)
PAUSE: Final = Label(State.PAUSED, "paused")
BREAK: Final = Label(State.PAUSED, "break")
LOCKED: Final = Label(State.AWAY, "locked")
AWAY: Final = Label(State.AWAY, "away")
TRANSIT: Final = Label(State.TRANSIT, "transit")
FILM: Final = Label(State.PASSIVE_OK, "video")
READING: Final = Label(State.PASSIVE_OK, "reading")
NO_SIGNAL: Final = Label(State.UNKNOWN, "no_signal")
ASLEEP: Final = Label(State.SUSPENDED)
STALLED: Final = Label(State.UNKNOWN, "stall")
SIMULATED: Final = Label(State.IDLE, "simulated_input")
