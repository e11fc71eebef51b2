"""Run every check of the sources, all of them even when an early one fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
SUFFIX = ".exe" if sys.platform == "win32" else ""

CHECKS = (
    ("style", ("ruff", "check", ".")),
    ("layout", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
    ("types of packaging and test support", ("mypy", "packaging", "tests/helpers")),
    ("import contracts", ("lint-imports",)),
)


def passes(what: str, command: tuple[str, ...]) -> bool:
    """Run one check and say how it went."""
    print(f"--- {what}: {' '.join(command)}", flush=True)
    program = str(SCRIPTS / f"{command[0]}{SUFFIX}")
    return subprocess.run([program, *command[1:]], cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Run them all; return 1 when any found something."""
    failed = [what for what, command in CHECKS if not passes(what, command)]
    print("check: " + (f"not clean: {', '.join(failed)}" if failed else "clean"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
