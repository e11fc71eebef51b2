"""Open the window with the demo school; with no display, open it unseen and leave a picture.

Arguments go to the program.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from virtual_display import has_display, is_available, virtual_display

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PICTURE = BUILD / "screenshot.png"


def environment(display: dict[str, str]) -> dict[str, str]:
    """Return the variables of the program; Chromium's sandbox refuses only the superuser."""
    env = {**os.environ, **display}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        env.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    return env


def timeback(arguments: list[str], display: dict[str, str]) -> int:
    """Run the program in its own process, in this terminal."""
    command = [sys.executable, "-m", "timeback_desktop", *arguments]
    with contextlib.suppress(KeyboardInterrupt):
        return subprocess.run(command, cwd=ROOT, env=environment(display), check=False).returncode
    return 0


def unseen_run(arguments: list[str]) -> int:
    """Run the program on a virtual display, or without any where Xvfb is missing."""
    if not is_available():
        return timeback(arguments, {"QT_QPA_PLATFORM": "offscreen"})
    with virtual_display() as display:
        return timeback(arguments, display)


def leave_picture(arguments: list[str]) -> int:
    """Open the window unseen, save its picture and say where it is."""
    print("no display here: opening the window unseen to take a picture", flush=True)
    data = [] if "--data" in arguments else ["--data", str(BUILD / "run-data")]
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.unlink(missing_ok=True)
    code = unseen_run(["run", *data, "--screenshot", str(PICTURE), *arguments])
    if code == 0 and PICTURE.exists():
        return 0  # the program has said where it lies
    print("the window did not come up: see the lines above")
    return code or 1


def main(arguments: list[str]) -> int:
    """Show the window where there is a display to show it on."""
    if has_display():
        return timeback(["run", *arguments], {})
    return leave_picture(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
