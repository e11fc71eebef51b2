"""Starting other people's programs against a backend, and reading the accounts they give."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Account:
    """How the calls of one client went."""

    passed: dict[str, int]
    owed: dict[str, str]

    def lines(self) -> list[str]:
        """Tell it call by call."""
        good = [f"PASS {name}" for name in sorted(self.passed)]
        return [*good, *(f"OWED {name}: {why}" for name, why in sorted(self.owed.items()))]


def run(python: Path, script: str, *arguments: str, **told: str) -> Account:
    """Run one of the scripts beside this file in an environment of its own."""
    command = [str(python), str(HERE / script), *arguments]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    answer = subprocess.run(
        command, env={**kept, **told}, capture_output=True, check=False, text=True, timeout=_LIMIT_S
    )
    assert answer.returncode == 0, answer.stderr[-4000:]
    found = json.loads(answer.stdout.splitlines()[-1])
    return Account(found["passed"], found["owed"])
