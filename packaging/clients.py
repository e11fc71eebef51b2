"""The environments of other people's programs: published clients that the tests run unchanged.

None of them can live in .venv: one wants an older httpx, the others a newer Python. Each gets an
environment below ``.venv-clients``, made once from its own lock and used until the lock changes.
A machine without the newer Python has one environment less, and says so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from prepare import ROOT, NotPreparedError, run, say

FOLDER = ROOT / ".venv-clients"


@dataclass(frozen=True, slots=True)
class Clients:
    """One set of published packages, and the oldest Python that they accept."""

    name: str
    packages: tuple[str, ...]
    oldest_python: tuple[int, int]

    @property
    def lock(self) -> Path:
        """Return the file with every version and hash."""
        return ROOT / "packaging" / f"lock-clients-{self.name}.txt"

    @property
    def folder(self) -> Path:
        """Return where the environment lives."""
        return FOLDER / self.name

    @property
    def python(self) -> Path:
        """Return the interpreter of the environment."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


OLDER = Clients("0.3", ("timeback==0.3.0",), (3, 11))
NEWER = Clients(
    "0.4",
    tuple(
        f"timeback-{part}==0.4.0"
        for part in ("caliper", "case", "common", "core", "edubridge", "oneroster", "webhooks")
    ),
    (3, 12),
)
SERVER = Clients("sdk-0.4", ("timeback-sdk==0.4.0", "fastapi", "uvicorn"), (3, 12))
"""The SDK's server, apart from 0.3.0 because both call themselves ``timeback``."""
ALL = (OLDER, NEWER, SERVER)


def ready(clients: Clients) -> Path | None:
    """Return an interpreter with these clients, made now if need be; None without a Python."""
    found = interpreter(clients.oldest_python)
    if found is None:
        return None
    stamp = clients.folder / "prepared.sha256"
    wanted = hashlib.sha256(f"{found} {clients.folder}".encode() + clients.lock.read_bytes())
    if clients.python.exists() and stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return clients.python
    say(f"making an environment for the published clients {clients.name}")
    run(found, "-m", "venv", "--clear", str(clients.folder))
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
    run(str(clients.python), "-m", "pip", "install", *quiet, "-r", str(clients.lock))
    stamp.write_text(wanted.hexdigest())
    return clients.python


@lru_cache(maxsize=8)
def interpreter(oldest: tuple[int, int]) -> str | None:
    """Return a Python that is new enough: the one that runs this, or the oldest other one."""
    if sys.version_info[:2] >= oldest:
        return sys.executable
    fitting = [(version, path) for path in _candidates() if (version := _version(path)) >= oldest]
    return min(fitting)[1] if fitting else None


def _candidates() -> Iterator[str]:
    for minor in range(12, 20):
        if found := shutil.which(f"python3.{minor}"):
            yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or Path.home() / ".local/share/uv/python")
    for folder in (pyenv, uv):
        yield from sorted(str(path) for path in folder.glob("*/bin/python3"))


def _version(path: str) -> tuple[int, int]:
    """Ask an interpreter for its version; a shim that leads nowhere has none."""
    asked = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [path, "-c", asked], capture_output=True, check=True, text=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return (0, 0)
    major, minor = answer.stdout.split()
    return int(major), int(minor)


def main() -> int:
    """Make every environment that this machine can have, and say which it cannot."""
    for clients in ALL:
        try:
            found = ready(clients)
        except NotPreparedError as reason:
            say(str(reason))
            return 1
        if found is None:
            wanted = ".".join(map(str, clients.oldest_python))
            say(f"no Python {wanted} or newer here: the clients {clients.name} are not tested")
    return 0


if __name__ == "__main__":
    sys.exit(main())
