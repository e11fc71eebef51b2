"""Where the program keeps its files: one folder, nameable, everything inside it.

``DIR/client.db`` is the client's store, ``DIR/backend/`` belongs to the bundled backend,
``DIR/webviews/`` holds one browser profile per (student, app), ``DIR/logs/`` the logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder of one installation."""

    root: Path

    @classmethod
    def default(cls) -> DataFolder:
        """Return the folder that the operating system assigns to this program."""
        return cls(Path(platformdirs.user_data_dir("timeback-desktop", appauthor=False)))

    @classmethod
    def at(cls, root: Path | None) -> DataFolder:
        """Return the folder that was named, the default one if none was."""
        return cls(root) if root else cls.default()

    @property
    def settings(self) -> Path:
        """Return the path of the school's settings."""
        return self.root / "settings.toml"

    @property
    def client_database(self) -> Path:
        """Return the path of the client's store."""
        return self.root / "client.db"

    @property
    def backend(self) -> Path:
        """Return the folder of the bundled backend."""
        return self.root / "backend"

    @property
    def webviews(self) -> Path:
        """Return the folder of the browser profiles."""
        return self.root / "webviews"

    @property
    def logs(self) -> Path:
        """Return the folder of the logs."""
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        """Return the path of the lock that keeps a second instance out."""
        return self.root / "instance.lock"

    def create(self) -> DataFolder:
        """Make the folders, readable by this user only, and return self."""
        for folder in (self.root, self.backend, self.webviews, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self
