"""What every end-to-end test starts from: a data folder whose doubts are short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6 import QtWebEngineWidgets  # noqa: F401 - before the application object exists
from PySide6.QtWidgets import QApplication

from tests.e2e.person import Person
from timeback_desktop.ui import theme

SHORT_DOUBTS = """timezone = "UTC"
[presence]
work = 3000
credit = 1000
read_min = 3000
read_max = 3000
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder: idle after three seconds, so that a test need not wait two minutes."""
    folder = tmp_path / "Dåta folder"
    folder.mkdir()
    (folder / "settings.toml").write_text(SHORT_DOUBTS, encoding="utf-8")
    return folder


@pytest.fixture
def person(qapp: QApplication, data: Path) -> Iterator[Callable[[], Person]]:
    """Start the program as often as the test asks, and end each that is still there."""
    people: list[Person] = []
    theme.apply(theme.Theme(), qapp)

    def start() -> Person:
        people.append(Person(qapp, data))
        people[-1].open_window()
        return people[-1]

    yield start
    for one in people:
        if not one.program.is_over:
            one.leave()
