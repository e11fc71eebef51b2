"""A developer who has the README and curl gets to a student in the sandbox."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.helpers.backends import RunningBackend

README = Path(__file__).parents[2] / "README.md"


def commands() -> str:
    """Return the shell block of the section for developers."""
    section = README.read_text().partition("## For developers of learning apps")[2]
    (block,) = re.findall(r"```bash\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    return str(block)


@pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl"
)
def test_every_command_for_developers_works_as_it_stands(
    backend: RunningBackend, tmp_path: Path
) -> None:
    block = commands()
    (told,) = re.findall(r"^URL=.*$", block, re.MULTILINE)
    assert "8710" in told
    here = f"URL={backend.url} KEYS={backend.data / 'demo-credentials.json'}"
    script = "set -euo pipefail\n" + block.replace(told, here)
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    student = json.loads(ran.stdout)["user"]
    assert (student["givenName"], student["familyName"]) == ("Ana", "Lima")
    assert student["roles"][0]["role"] == "student"
    app = json.loads((tmp_path / "app.json").read_text())
    assert app["publisherId"] == backend.credentials["publisher"]["publisherId"]
