from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.backends import (
    RUN_SECRET,
    InProcess,
    RunningBackend,
    ServedThread,
    TurnedClock,
)
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.demo.seed import seed_demo_school
from timeback_desktop.backend.lti.keys import SigningKeys
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.settings import Settings


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBackend]:
    """A real backend on a port, in a thread, with the demo school and its sample apps."""
    served = ServedThread(tmp_path_factory.mktemp("backend"))
    yield served.start()
    served.stop()


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo school and a signing key, made once and copied."""
    folder = tmp_path_factory.mktemp("school")
    engine = open_engine(Settings(folder).database_url)
    migrate(engine)
    with writing(engine) as connection:
        seed_demo_school(connection, TurnedClock().ms)
    engine.dispose()
    SigningKeys.open(folder / "keys", TurnedClock().ms)
    return folder


@pytest.fixture
def site(school: Path, tmp_path: Path) -> Iterator[InProcess]:
    """The bare app over a fresh demo school, with a clock that the test turns."""
    settings = Settings(tmp_path / "data", port=8899)
    shutil.copytree(school, settings.data)
    engine, clock = open_engine(settings.database_url), TurnedClock()
    keys = SigningKeys.open(settings.keys, clock())
    platform = Platform(settings, engine, keys, RUN_SECRET, clock)
    with asyncio.Runner() as loop:
        yield InProcess(platform, clock, loop)
    engine.dispose()
