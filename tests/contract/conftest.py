from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import postgres
from tests.helpers.backends import (
    InProcess,
    RunningBackend,
    ServedThread,
    TurnedClock,
    opened_site,
)
from tests.helpers.oneroster import WholeSchool, whole_school
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.demo.seed import seed_demo_school
from timeback_desktop.backend.keys.signing import SigningKeys
from timeback_desktop.backend.settings import Settings


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBackend]:
    """A real backend on a port, in a thread, with the demo school and its sample apps."""
    database = postgres.server().new() if postgres.is_chosen() else None
    served = ServedThread(tmp_path_factory.mktemp("backend"), database)
    yield served.start()
    served.stop()


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A demo school and a signing key, made once to be copied; on the database of this run."""
    database = postgres.server().new() if postgres.is_chosen() else None
    made = Settings(tmp_path_factory.mktemp("school"), database=database)
    engine = open_engine(made.database_url)
    migrate(engine)
    with writing(engine) as connection:
        seed_demo_school(connection, TurnedClock().ms)
    engine.dispose()
    SigningKeys.open(made.keys, TurnedClock().ms)
    return made


@pytest.fixture
def site(school: Settings, tmp_path: Path) -> Iterator[InProcess]:
    """The bare app over a fresh demo school, with a clock that the test turns."""
    with opened_site(school, tmp_path / "data") as site:
        yield site


@pytest.fixture(scope="module")
def roster(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSchool]:
    """The bare app over a demo school with something of everything; for reading only."""
    with opened_site(school, tmp_path_factory.mktemp("roster") / "data") as site:
        yield whole_school(site)
