"""Write the lock again: every version and hash, for every system, and no address of any index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    "uv pip compile pyproject.toml --universal --python-version 3.11 --prerelease disallow "
    "--extra desktop --extra probes --extra dev --generate-hashes "
    "--no-emit-index-url --no-emit-find-links --no-header --no-annotate "
    "--output-file packaging/lock-universal.txt"
)


def main() -> int:
    """Run uv from the environment that runs this; it's no part of the lock itself."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    command = [sys.executable, "-m", *COMPILE.split(), *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
