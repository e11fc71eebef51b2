"""Programs that others have published work against a real backend, changed in nothing but its address.

They run in environments of their own (``packaging/clients.py``) and call everything they can,
with data of a school that they found themselves: ``pytest -s`` shows it call by call.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from tests.clients import accounts
from tests.helpers.backends import RunningBackend, register_developer
from timeback_desktop.backend.settings import Settings

NO_PATCH = "the HTTP class of 0.3.0 has no PATCH, so the call fails before it is sent"
NO_STANDARDS = "frameworks of standards are not kept yet: their reads are empty"
STANDARDS = tuple(
    (f"case.{call}", NO_STANDARDS)
    for call in (
        "associations.get",
        "documents.get",
        "items.get",
        "packages.create",
        "packages.get",
        "packages.get_groups",
        "packages.update",
        "packages.upsert",
    )
)


@dataclass(frozen=True, slots=True)
class Case:
    """One client, what it runs, and what it cannot do, with the reason."""

    clients: str
    script: str
    profile: tuple[str, ...] = ()
    least: int = 0
    excused: tuple[tuple[str, str], ...] = ()


# The oldest goes first: its models refuse what newer clients may leave out of their rows.
CASES = {
    "0.3.0": Case(
        "OLDER",
        "older.py",
        least=135,
        excused=(
            ("rostering.patch_enrollment", NO_PATCH),
            ("gradebook.patch_assessment_line_item", NO_PATCH),
            ("gradebook.patch_assessment_result", NO_PATCH),
        ),
    ),
    "0.4.0 on the paths of BEYOND_AI": Case(
        "NEWER", "newer.py", ("BEYOND_AI",), least=370, excused=STANDARDS
    ),
    "0.4.0 on the paths of LEARNWITH_AI": Case(
        "NEWER", "newer.py", ("LEARNWITH_AI",), least=330, excused=STANDARDS
    ),
}


@pytest.fixture(scope="module")
def environments() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "packaging")
        import clients

        yield clients
    for name in ("clients", "prepare"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def told(backend: RunningBackend) -> dict[str, str]:
    """What a developer is told: the address, and credentials for everything but the apps."""
    settings = Settings(backend.data, database=backend.database)
    name, secret = register_developer(settings.database_url, "published-clients")
    return {"BASE_URL": backend.url, "CLIENT_ID": name, "CLIENT_SECRET": secret}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_published_client_finds_all_that_it_calls(
    environments: ModuleType, told: dict[str, str], case: Case
) -> None:
    python = environments.ready(getattr(environments, case.clients))
    if python is None:
        pytest.skip("no Python new enough for these clients")
    account = accounts.run(python, case.script, *case.profile, **told)
    sys.stdout.writelines(f"{line}\n" for line in account.lines())
    owed = account.owed.copy()
    for name, why in case.excused:
        assert owed.pop(name, None), f"{name} works by now, although {why}"
    assert owed == {}
    assert len(account.passed) >= case.least, "calls have got lost"
