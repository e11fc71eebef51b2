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

import httpx
import pytest

from tests.clients import accounts
from tests.helpers.backends import RunningBackend, bearer, register_developer
from timeback_desktop.backend.demo.apps.garden import app as garden
from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.backend.settings import Settings

NO_PATCH = "the HTTP class of 0.3.0 has no PATCH, so the call fails before it is sent"
NO_STANDARDS = "frameworks of standards are not kept yet: their reads are empty"
LESSONS = ("attempt-details", "attempts", "complete", "list", "next", "start", "submit")
NO_READS = "that platform takes events and tells nothing of them: the client refuses to ask"
NO_LESSONS = "lessons are PowerPath's, which is no part of this platform yet"
OWN_SIGN_IN = "the app has a sign-in of its own"
SEND_ONLY = tuple(
    (f"caliper.{call}", NO_READS)
    for call in (
        "events.get",
        "events.list",
        "events.stream",
        "events.validate",
        "jobs.get_status",
        "jobs.wait_for_completion",
    )
)
SPENT = {"active": 615, "inactive": 120, "waste": 60, "unknown": 30, "anti-pattern": 20}
BY_THE_PAGE = dict.fromkeys(SPENT) | {"active": 145, "inactive": 50}
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
    """One client, what it runs, and what it cannot do, with the reason.

    ``told`` are the seconds of a student that it tells of, for Insights to give back.
    """

    clients: str
    script: str
    profile: tuple[str, ...] = ()
    least: int = 0
    excused: tuple[tuple[str, str], ...] = ()
    told: tuple[str, dict[str, int | None]] | None = None
    is_slow: bool = False


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
        "NEWER", "newer.py", ("BEYOND_AI",), 375, STANDARDS, ("b-student", SPENT)
    ),
    "0.4.0 on the paths of LEARNWITH_AI": Case(
        "NEWER", "newer.py", ("LEARNWITH_AI",), 337, STANDARDS + SEND_ONLY, ("l-student", SPENT)
    ),
    "the server of timeback-sdk 0.4.0": Case(
        "SERVER",
        "server_sdk.py",
        least=7,
        excused=(
            *((f"/identity/{call}", OWN_SIGN_IN) for call in ("signin", "callback", "signout")),
            *((f"/lessons/{call}", NO_LESSONS) for call in LESSONS),
        ),
        told=("sdk-student", BY_THE_PAGE),
        is_slow=True,
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
    credentials = {"CLIENT_ID": name, "CLIENT_SECRET": secret}
    return {"BASE_URL": backend.url, "APP_ID": demo_id("application", garden.SLUG), **credentials}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name, marks=[pytest.mark.slow] if case.is_slow else [])
        for name, case in CASES.items()
    ],
)
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
    if case.told is not None:
        student, seconds = case.told
        assert claimed(told, student) == seconds


def claimed(told: dict[str, str], student: str) -> dict[str, int | None]:
    """Return what Insights tell that apps told of the last seven days, in seconds by type."""
    proof, address = (told["CLIENT_ID"], told["CLIENT_SECRET"]), told["BASE_URL"]
    grant = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{address}/auth/1.0/token", data=grant, auth=proof)
    token = str(answer.raise_for_status().json()["access_token"])
    path = f"{address}/insights/1.0/users/{student}/overview"
    found = httpx.get(path, headers=bearer(token), timeout=30)
    return dict(found.raise_for_status().json()["totals"]["claimed"])
