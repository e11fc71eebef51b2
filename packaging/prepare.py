"""Bring a fresh checkout to the point where everything runs: system libraries, .venv, program.

Only the standard library is used, because nothing else is there yet. Each step looks first and
works only when something is missing, so calling this before every ``make`` target is cheap.
On Debian and Ubuntu the libraries come from apt; on macOS and Windows the wheels carry them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "lock-universal.txt"
STAMP = VENV / "prepared.sha256"
OLDEST_PYTHON = (3, 11)

# One line per need; several names are the same library in older and newer releases.
QT_LIBRARIES = (
    ("libasound2t64", "libasound2"),
    ("libdbus-1-3",),
    ("libegl1",),
    ("libfontconfig1",),
    ("libgl1",),
    ("libglib2.0-0t64", "libglib2.0-0"),
    ("libnss3",),
    ("libxcomposite1",),
    ("libxdamage1",),
    ("libxkbcommon0",),
    ("libxkbfile1",),
    ("libxrandr2",),
    ("libxtst6",),
)
X11_PLUGIN = (
    ("libxcb-cursor0",),
    ("libxcb-icccm4",),
    ("libxcb-keysyms1",),
    ("libxcb-shape0",),
    ("libxkbcommon-x11-0",),
)
VIRTUAL_DISPLAY = (("xvfb",), ("fonts-dejavu-core",), ("fonts-inter",))
DATABASE_SERVER = (("postgresql",),)  # for make test-full, which runs the backend's tests on it


class NotPreparedError(Exception):
    """Something is missing that only the person at the machine can provide."""


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"[prepare] {text}", flush=True)


def run(*command: str) -> None:
    """Run a command that has to succeed; only its complaints are shown."""
    env = {**os.environ, "PYTHONWARNINGS": "ignore"}
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(command, check=True, env=env, stdin=quiet, stdout=quiet)
    except subprocess.CalledProcessError as error:
        raise NotPreparedError(
            f"this command ended with {error.returncode}: {' '.join(command)}"
        ) from error


def is_installed(package: str) -> bool:
    """Ask dpkg whether a package is installed."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package],
        capture_output=True,
        check=False,
        text=True,
    )
    return answer.stdout.strip() == "installed"


def has_candidate(package: str) -> bool:
    """Ask apt whether it knows a real package of this name."""
    answer = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", package],
        capture_output=True,
        check=False,
        text=True,
    )
    return answer.returncode == 0 and answer.stdout.startswith("Package:")


def needed_packages(*, full: bool = False) -> list[tuple[str, ...]]:
    """Return what the program and its tests need of the system, each with its other names."""
    needs = [*QT_LIBRARIES, *X11_PLUGIN, *VIRTUAL_DISPLAY, *(DATABASE_SERVER if full else ())]
    if importlib.util.find_spec("ensurepip") is None:
        needs.append((f"python{sys.version_info[0]}.{sys.version_info[1]}-venv",))
    return needs


def root_prefix() -> list[str] | None:
    """Return what to put before apt-get to be allowed to install, or None when nothing helps."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def install_system_packages(*, full: bool = False) -> None:
    """Install by apt what is missing, or say which command does it."""
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        say("no apt here: the libraries that Qt links have to be there already")
        return
    missing = [names for names in needed_packages(full=full) if not any(map(is_installed, names))]
    if not missing:
        return
    prefix = root_prefix()
    if prefix is None:
        wanted = " ".join(names[-1] for names in missing)
        raise NotPreparedError(
            "some system libraries are missing; please run this once and try again:\n"
            f"  sudo apt-get install --no-install-recommends {wanted}"
        )
    say("looking up system packages: apt-get update")
    run(*prefix, "apt-get", "update", "-qq")
    chosen = [next(filter(has_candidate, names), names[-1]) for names in missing]
    say(f"installing {len(chosen)} system packages: {' '.join(chosen)}")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *chosen]
    run(*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *install)  # sudo drops the variable


def venv_python() -> Path:
    """Return the interpreter of the checkout's own environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint() -> str:
    """Sum up everything that the environment is made from."""
    import tomllib  # noqa: PLC0415 - an older Python has to reach the line that says so

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    made_from = [project["build-system"], project["project"], project["tool"]["setuptools"]]
    digest = hashlib.sha256(f"{sys.version} {VENV} {made_from}".encode())
    digest.update(LOCK.read_bytes())
    return digest.hexdigest()


def create_venv() -> None:
    """Make .venv; an environment whose interpreter has gone is made afresh."""
    if venv_python().exists():
        return
    say("making .venv")
    run(sys.executable, "-m", "venv", "--clear", str(VENV))


def install_locked() -> None:
    """Install exactly the locked versions, each checked against its hash, then this checkout."""
    python = str(venv_python())
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    say("installing the locked Python packages (about 700 MB the first time)")
    run(*pip, "--require-hashes", "-r", str(LOCK))
    run(*pip, "--no-build-isolation", "--editable", str(ROOT))


def prepare(*, full: bool = False) -> None:
    """Do all that is missing, and nothing else."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise NotPreparedError("Python 3.11 or newer is needed; name one with make PYTHON=...")
    started = time.monotonic()
    if sys.platform == "linux":
        install_system_packages(full=full)
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and venv_python().exists():
        return
    create_venv()
    install_locked()
    STAMP.write_text(wanted)
    say(f"ready after {time.monotonic() - started:.0f} s")


def main() -> int:
    """Prepare, or say in words what is missing."""
    try:
        prepare(full="--full" in sys.argv[1:])
    except NotPreparedError as reason:
        say(str(reason))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
