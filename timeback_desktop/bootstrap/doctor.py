"""``timeback-desktop doctor``: what this computer can tell, and where things lie.

It opens every probe once, reads none of them, and closes it: running it records nothing. It
needs no display, no Qt and no backend, and nothing it finds is a failure.
"""

from __future__ import annotations

import json
import os
import platform
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from timeback_desktop import __version__
from timeback_desktop.host.probes.selection import select_probes
from timeback_desktop.host.timezone import local_timezone
from timeback_desktop.paths import DataFolder
from timeback_desktop.presence.probes import Capability, HostProbes, ProbeState
from timeback_desktop.settings import SettingsUnreadable, load_settings

PARTS = ("PySide6-Essentials", "sqlite-utils", "mss", "python-xlib", "jeepney", "pynput")
STATE_WORDS = {
    ProbeState.WORKING: "works",
    ProbeState.OFF: "off",
    ProbeState.NEEDS_PERMISSION: "needs permission",
    ProbeState.UNAVAILABLE: "not here",
}
_WIDTH = 88
_INDENT = " " * 14


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything the doctor has to say."""

    versions: dict[str, str]
    desktop: str
    data_folder: Path
    data_folder_state: str
    settings: str
    probes: tuple[Capability, ...]

    def as_json(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "versions": self.versions,
            "desktop": self.desktop,
            "dataFolder": {"path": str(self.data_folder), "state": self.data_folder_state},
            "settings": self.settings,
            "probes": [asdict(line) for line in self.probes],
        }

    def as_text(self) -> str:
        """Return it for people."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        lines = [
            *_wrapped("versions", versions),
            *_wrapped("desktop", self.desktop),
            *_wrapped("data folder", f"{self.data_folder} ({self.data_folder_state})"),
            *_wrapped("settings", self.settings),
            "",
            "What this computer can tell while a session is open:",
        ]
        for probe in self.probes:
            lines += ["", *_probe_lines(probe)]
        return "\n".join(lines)


def run(data: Path | None, *, as_json: bool = False) -> int:
    """Print what was found; always 0, because a missing probe is no failure."""
    folder = DataFolder.at(data)
    try:
        settings = load_settings(folder.settings, timezone=local_timezone())
        state = "read" if folder.settings.exists() else "none; every value is the usual one"
        found = examine(folder.root, select_probes(settings.probes), state)
    except SettingsUnreadable as fault:
        found = examine(folder.root, select_probes(), str(fault))
    print(json.dumps(found.as_json(), indent=2) if as_json else found.as_text())  # noqa: T201
    return 0


def examine(folder: Path, probes: HostProbes, settings: str = "") -> Findings:
    """Look at this computer without changing or recording anything."""
    return Findings(
        versions=_versions(),
        desktop=_desktop(),
        data_folder=folder,
        data_folder_state=_state_of(folder),
        settings=settings,
        probes=probes.report(),
    )


def _versions() -> dict[str, str]:
    found = {"TimeBack Desktop": __version__, "Python": platform.python_version()}
    for part in PARTS:
        try:
            found[part] = version(part)
        except PackageNotFoundError:
            found[part] = "not installed"
    return found


def _desktop() -> str:
    if platform.system() != "Linux":
        return f"{platform.system()} {platform.release()}"
    kind = os.environ.get("XDG_SESSION_TYPE", "")
    if os.environ.get("WAYLAND_DISPLAY"):
        kind = "wayland"
    elif os.environ.get("DISPLAY"):
        kind = "x11"
    return f"Linux, {kind or 'no display'}"


def _state_of(folder: Path) -> str:
    if not folder.exists():
        return "not made yet"
    return "writable" if os.access(folder, os.W_OK) else "can't be written"


def _probe_lines(probe: Capability) -> Iterator[str]:
    name = probe.name.value.replace("_", " ")
    chosen = f" by {probe.backend}" if probe.state is ProbeState.WORKING else ""
    yield from _wrapped(name, STATE_WORDS[probe.state] + chosen)
    for label, text in (("why", probe.reason), ("lost", probe.lost), ("way out", probe.way_out)):
        if text:
            yield from _wrapped("", f"{label}: {text}")


def _wrapped(label: str, text: str) -> list[str]:
    first = f"{label:<{len(_INDENT)}}"
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
