"""Every test gets a home of its own, so that nothing touches the files of who runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Where platformdirs, Qt and Chromium look on Linux, macOS and Windows.
_FOLDERS = {
    "HOME": ".",
    "USERPROFILE": ".",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": "run",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
}

# Chromium's threads read the environment for a second or so after their start. A variable that
# is new then makes the C library move the environment under their hands, and the process dies
# of a segmentation fault. So each is here before any test; from then on only values change.
for variable in _FOLDERS:
    os.environ.setdefault(variable, "")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point every folder of the user into a fresh one, and return it."""
    home = tmp_path_factory.mktemp("home")
    for variable, relative in _FOLDERS.items():
        folder = home / relative
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        monkeypatch.setenv(variable, str(folder))
    return home
