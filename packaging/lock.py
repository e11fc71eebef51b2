"""Write the lock again: every version and hash, for every system, and no address of any index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import clients
import peers

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    "uv pip compile --universal --prerelease disallow --generate-hashes --quiet "
    "--no-emit-index-url --no-emit-find-links --no-header --no-annotate"
)
OURS = (
    "pyproject.toml --python-version 3.11 --extra desktop --extra probes --extra dev "
    "--output-file packaging/lock-universal.txt"
)


def compile_lock(arguments: list[str], packages: str | None = None) -> None:
    """Write one lock, of our own project or of the packages that are named."""
    command = [sys.executable, "-m", *COMPILE.split(), *arguments, *sys.argv[1:]]
    subprocess.run(command, cwd=ROOT, check=True, text=True, input=packages)


def main() -> int:
    """Run uv from the environment that runs this; it's no part of the locks themselves."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    compile_lock(OURS.split())
    for each in (*clients.ALL, *peers.ALL):
        python = ".".join(map(str, each.oldest_python))
        written = str(each.lock.relative_to(ROOT))
        wanted = ["-", "--python-version", python, "--output-file", written]
        compile_lock(wanted, "\n".join(each.packages))
    return 0


if __name__ == "__main__":
    sys.exit(main())
