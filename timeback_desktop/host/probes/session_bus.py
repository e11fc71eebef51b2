"""What a Linux desktop tells over D-Bus: locked, asleep, somebody else's turn, untouched.

Signals are drained once a second. A session manager's *Lock* is only a wish until its
``LockedHint`` agrees, so it counts for a few looks and no longer: a desktop without a locker
must not make a child's whole lesson "away".
"""

from __future__ import annotations

from typing import Any

from timeback_desktop.host.probes.dbus import Bus, BusError, Heard
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.presence.signal import Power

LOGIN = "org.freedesktop.login1"
MANAGER = "org.freedesktop.login1.Manager"
SESSION = "org.freedesktop.login1.Session"
MANAGER_PATH = "/org/freedesktop/login1"
SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
)
MUTTER = "org.gnome.Mutter.IdleMonitor"
MUTTER_PATH = "/org/gnome/Mutter/IdleMonitor/Core"
WISH_LOOKS = 10


class Login:
    """Our session as systemd-logind sees it."""

    def __init__(self, pid: int) -> None:
        self._bus = Bus("SYSTEM")
        self._wish = 0
        self._slept = False
        try:
            self._path = self._find(pid)
            self._listen()
            self._hint = bool(self._property("LockedHint"))
            self._active = bool(self._property("Active"))
        except Exception:
            self._bus.close()
            raise

    def read(self) -> Power:
        """Return what was signalled since the last look, and what still holds."""
        self._slept = False
        self._wish = max(0, self._wish - 1)
        for signal in self._bus.drain():
            self._hear(signal)
        locked = self._hint or self._wish > 0
        return Power(locked=locked, suspended=self._slept, elsewhere=not self._active)

    def close(self) -> None:
        """Hang up."""
        self._bus.close()

    def _find(self, pid: int) -> str:
        try:
            (path,) = self._bus.ask(LOGIN, MANAGER_PATH, MANAGER, "GetSessionByPID", "u", pid)
        except BusError as error:
            raise Unavailable("This program runs in no login session.") from error
        return str(path)

    def _listen(self) -> None:
        sender = f"type='signal',sender='{LOGIN}'"
        self._bus.listen(f"{sender},interface='{MANAGER}',member='PrepareForSleep'")
        self._bus.listen(f"{sender},path='{self._path}'")

    def _property(self, name: str) -> Any:
        return self._bus.property_of(LOGIN, self._path, SESSION, name)

    def _hear(self, signal: Heard) -> None:
        ours = signal.path == self._path
        match signal.interface, signal.member:
            case "org.freedesktop.login1.Manager", "PrepareForSleep":
                self._slept = self._slept or not signal.body[0]
            case "org.freedesktop.login1.Session", "Lock" if ours:
                self._wish = WISH_LOOKS
            case "org.freedesktop.login1.Session", "Unlock" if ours:
                self._wish, self._hint = 0, False
            case "org.freedesktop.DBus.Properties", "PropertiesChanged" if ours:
                self._take(signal.body[1])

    def _take(self, changed: dict[str, tuple[str, Any]]) -> None:
        if "LockedHint" in changed:
            self._wish, self._hint = 0, bool(changed["LockedHint"][1])
        if "Active" in changed:
            self._active = bool(changed["Active"][1])


class Saver:
    """The screen saver of the desktop, by whichever of its names somebody answers."""

    def __init__(self) -> None:
        self._bus = Bus("SESSION")
        self._active: dict[str, bool] = {}
        try:
            for name, path in SAVERS:
                self._try(name, path)
        except Exception:
            self._bus.close()
            raise
        if not self._active:
            self._bus.close()
            raise Unavailable("No screen saver answers on the session bus.")

    def read(self) -> Power:
        """Return whether it runs."""
        for signal in self._bus.drain():
            if signal.member == "ActiveChanged" and signal.interface in self._active:
                self._active[signal.interface] = bool(signal.body[0])
        return Power(locked=any(self._active.values()))

    def close(self) -> None:
        """Hang up."""
        self._bus.close()

    def _try(self, name: str, path: str) -> None:
        rule = f"type='signal',sender='{name}',interface='{name}',member='ActiveChanged'"
        self._bus.listen(rule)
        try:
            (active,) = self._bus.ask(name, path, name, "GetActive")
        except BusError:
            return
        self._active[name] = bool(active)


class MutterIdle:
    """The idle clock of GNOME's compositor, the one that works under Wayland."""

    def __init__(self) -> None:
        self._bus = Bus("SESSION")
        try:
            self.read()
        except BusError as error:
            self._bus.close()
            raise Unavailable("The compositor has no idle clock on the session bus.") from error
        except Exception:
            self._bus.close()
            raise

    def read(self) -> int:
        """Return milliseconds since the last input to any program."""
        (idle,) = self._bus.ask(MUTTER, MUTTER_PATH, MUTTER, "GetIdletime")
        self._bus.drain()
        return int(idle)

    def close(self) -> None:
        """Hang up."""
        self._bus.close()
