"""Build dist/timeback-desktop, a folder that runs with no Python installed; print its size."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "packaging" / "timeback-desktop.spec"
BUNDLE = ROOT / "dist" / "timeback-desktop"


def size_mb(folder: Path) -> float:
    """Return what the files of a folder take, links counted once."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return sum(file.stat().st_size for file in files) / 1e6


def build(spec: Path = SPEC, output: Path = ROOT) -> int:
    """Run PyInstaller on a spec; return its exit code."""
    folders = ["--distpath", str(output / "dist"), "--workpath", str(output / "build" / "bundle")]
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN", *folders]
    return subprocess.run([*command, str(spec)], cwd=ROOT, check=False).returncode


def main() -> int:
    """Build the program and say how large it came out and how long it took."""
    started = time.monotonic()
    print("building the bundle, about a minute", flush=True)
    if code := build():
        return code
    took = time.monotonic() - started
    print(f"{BUNDLE}: {size_mb(BUNDLE):.0f} MB, built in {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
