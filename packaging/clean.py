"""Remove everything that was built in this checkout, the environment included."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
BUILT = ("build", "dist", ".venv", ".venv-clients", "timeback_desktop.egg-info", *CACHES)

for name in BUILT:
    shutil.rmtree(ROOT / name, ignore_errors=True)
print(f"removed {', '.join(BUILT)}")
