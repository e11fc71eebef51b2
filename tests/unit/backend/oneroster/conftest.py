from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import postgres
from tests.helpers.roster_files import Tenants, file_in


@pytest.fixture(scope="module")
def empty_schools(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with two schools that have nothing, to be copied."""
    url = postgres.server().new() if postgres.is_chosen() else None
    made = Tenants.new(tmp_path_factory.mktemp("schools"), url)
    made.engine.dispose()
    return url or str(made.engine.url.database)


@pytest.fixture
def tenants(empty_schools: str, tmp_path: Path) -> Iterator[Tenants]:
    if postgres.is_chosen():
        url = postgres.server().copy(empty_schools)
    else:
        shutil.copy(empty_schools, tmp_path / "school.db")
        url = file_in(tmp_path)
    tenants = Tenants(tmp_path, url)
    yield tenants
    tenants.engine.dispose()
    if postgres.is_chosen():
        postgres.server().give_back(empty_schools, url)
