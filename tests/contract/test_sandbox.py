"""Sandboxes: what they begin with, that nothing gets out of them, that they can begin again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select

from tests.helpers.backends import RUN_SECRET, InProcess, bearer, opened_site
from tests.helpers.developers import publisher, register, token_of
from tests.helpers.event_door import START, body, send
from tests.helpers.oneroster import COURSE, OF_COLLECTION, OF_PARAMETER, SCHOOL, complete
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.auth.service import TokenOwner, issue
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, seed_demo_school
from timeback_desktop.backend.sandbox.service import sandbox_of
from timeback_desktop.backend.sandbox.wiping import KEPT, emptied
from timeback_desktop.backend.scopes import EVERY_SCOPE
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.partition import State

ROSTER = "/sandbox/ims/oneroster/rostering/v1p2"
SIZES = {"orgs": 3, "courses": 6, "classes": 6, "teachers": 6, "students": 30, "enrollments": 36}
OF_NO_TENANT = {
    "accounts",
    "account_passwords",
    "client_assertions",
    "publishers",
    "refresh_tokens",  # they go with their sign-in
    "sign_in_redirects",
}
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def maker(site: InProcess) -> str:
    return publisher(site, "Maker")


def reset(site: InProcess, publisher_id: str) -> Any:
    return site.post(f"/publishers/1.0/{publisher_id}/sandbox/reset", RUN_SECRET)


def sizes(site: InProcess, token: str) -> dict[str, int]:
    counted = {}
    for name in SIZES:
        answer = site.get(f"{ROSTER}/{name}", token, params={"limit": 1})
        counted[name] = int(answer.headers["x-total-count"])
    return counted


def rows_of(connection: Connection, tenant: str, *, without: frozenset[str] = frozenset()) -> Rows:
    found = {}
    for table in metadata.sorted_tables:
        if "publisher_id" in table.c:
            columns = [column for column in table.c if column.name not in without]
            rows = connection.execute(select(*columns).where(table.c.publisher_id == tenant))
            found[table.name] = sorted(map(tuple, rows), key=repr)
    return found


def test_every_publisher_gets_the_canonical_school_once(site: InProcess, maker: str) -> None:
    first = register(site, name="One", publisherId=maker)
    token = token_of(site, first["sandbox"], "/sandbox")
    assert sizes(site, token) == SIZES
    second = register(site, name="Two", publisherId=maker)
    other = register(site, name="Three", publisherId=publisher(site, "Other"))
    assert sizes(site, token_of(site, second["sandbox"], "/sandbox")) == SIZES
    assert sizes(site, token_of(site, other["sandbox"], "/sandbox")) == SIZES
    ava = f"{ROSTER}/students/{ids.seeded(maker, 'user', 'ava.thompson')}"
    assert site.get(ava, token).json()["user"]["email"] == "ava.thompson@sandbox.example"
    stranger = token_of(site, other["sandbox"], "/sandbox")
    assert site.get(ava, stranger).status_code == 404


def test_apps_of_one_publisher_share_what_they_write(site: InProcess, maker: str) -> None:
    tokens = [
        token_of(site, register(site, name=name, publisherId=maker)["sandbox"], "/sandbox")
        for name in ("One", "Two")
    ]
    org = ids.seeded(maker, "org", "elementary")
    pupil = {
        "sourcedId": "new",
        "givenName": "Nia",
        "familyName": "Ng",
        "enabledUser": "true",
        "roles": [{"roleType": "primary", "role": "student", "org": {"sourcedId": org}}],
    }
    made = site.post(f"{ROSTER}/users", tokens[0], json={"user": pupil})
    assert made.status_code == 201, made.text
    assert site.get(f"{ROSTER}/students/new", tokens[1]).json()["user"]["givenName"] == "Nia"


class Crowd:
    """A school with something of everything, two sandboxes, and a token for the first."""

    def __init__(self, site: InProcess) -> None:
        self.site = site
        with writing(site.platform.engine) as connection:
            complete(connection)
        self.mine, self.other = publisher(site, "Mine"), publisher(site, "Theirs")
        self.app = register(site, name="App", publisherId=self.mine)
        register(site, name="App", publisherId=self.other)
        self.token = token_of(site, self.app["sandbox"], "/sandbox")
        with reading(site.platform.engine) as connection:
            self.tenant = str(sandbox_of(connection, self.mine))
            self.neighbour = str(sandbox_of(connection, self.other))
        owner = TokenOwner(kind=PrincipalKind.CLIENT, publisher_id=PUBLISHER_ID)
        with writing(site.platform.engine) as connection:
            issued = issue(connection, owner, EVERY_SCOPE, site.clock(), 3600)
        self.reader = issued.token

    def outside(self) -> list[Rows]:
        """Return everything that is not in the first sandbox."""
        others = (PUBLISHER_ID, self.neighbour, self.mine, self.other)
        with reading(self.site.platform.engine) as connection:
            return [rows_of(connection, tenant) for tenant in others]

    def real(self, path: str) -> str:
        """Return a path with the ids of the school's own people and things in it."""
        known = {**OF_PARAMETER, "user_id": STUDENT_ID, "course_id": COURSE, "school_id": SCHOOL}
        name = re.search(r"v1p2/([^{]+)/\{sourcedId}", path)
        if name:
            known["sourcedId"] = OF_COLLECTION.get(name.group(1), "x")
        return re.sub(r"\{(\w+)}", lambda found: known.get(found.group(1), "x"), path)

    def body(self, path: str) -> Any:
        """Return what the school itself holds at a path, as a body to be sent back."""
        collection = re.sub(r"/\{[^}]*}$", "", path)
        name = collection.partition("v1p2/")[2]
        if name not in OF_COLLECTION:
            return {}
        one = self.site.get(f"{collection}/{OF_COLLECTION[name]}", self.reader)
        return one.json() if one.status_code == 200 else {}


@pytest.fixture(scope="module")
def crowd(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with opened_site(school, tmp_path_factory.mktemp("crowd") / "data") as site:
        yield Crowd(site)


def writes(site: InProcess) -> list[tuple[str, str]]:
    found = [
        (method.upper(), path)
        for path, methods in site.app.openapi()["paths"].items()
        for method in methods
        if method in {"post", "put", "patch", "delete"}
    ]
    assert len(found) > 60
    return sorted(found)


def test_no_write_gets_out_of_a_sandbox(crowd: Crowd) -> None:
    """Send every write there is, in a sandbox that holds the very same ids as the school."""
    site, before, done = crowd.site, crowd.outside(), 0
    with writing(site.platform.engine) as connection:
        _empty(connection, crowd.tenant)
        _move_in(connection, crowd.tenant)
    for method, path in sorted(writes(site), key=lambda write: write[0] == "DELETE"):
        told = crowd.body(path)
        headers = {**bearer(crowd.token), "Content-Type": "application/json"}
        answer = site.request(method, "/sandbox" + crowd.real(path), headers=headers, json=told)
        assert answer.status_code < 500, (method, path, answer.text)
        done += answer.status_code in {200, 201, 202, 204}
    assert done > 40, "the bodies are good enough to be taken"
    for was, now in zip(before, crowd.outside(), strict=True):
        assert {name for name in was if was[name] != now[name]} == set()
    assert reset(site, crowd.mine).status_code == 200


def test_a_token_of_a_sandbox_opens_nothing_in_production(crowd: Crowd) -> None:
    site, before = crowd.site, crowd.outside()
    for method, path in writes(site):
        bare = site.request(method, crowd.real(path), json={})
        if bare.status_code == 401 and "WWW-Authenticate" in bare.headers:
            shown = site.request(method, crowd.real(path), headers=bearer(crowd.token), json={})
            assert shown.status_code == 401, (method, path)
    assert crowd.outside() == before


def test_events_of_a_sandbox_stay_there(crowd: Crowd) -> None:
    site, before = crowd.site, crowd.outside()
    student = ids.seeded(crowd.mine, "user", "ava.thompson")
    ava = caliper.Learner(student, "ava.thompson@sandbox.example", "Ava Thompson")
    app = caliper.App(crowd.app["applicationId"], "App", "Math")
    event = caliper.time_spent(ids.mint(), ava, app, ids.mint(), State.ON_TASK, None, START, 15_000)
    assert event is not None
    answer = send(site, crowd.token, body(event), "/sandbox/events/1.0/")
    assert answer.json()["results"][0]["status"] == "accepted", answer.text
    read = f"/insights/1.0/users/{student}/sessions"
    assert len(site.get(f"/sandbox{read}", crowd.token).json()["sessions"]) == 1
    assert site.get(read, crowd.reader).status_code in {403, 404}
    assert crowd.outside() == before


def test_a_reset_leaves_the_beginning_and_nobody_else_notices(crowd: Crowd) -> None:
    site, times = crowd.site, frozenset({"modified_ms", "entered", "created_ms"})
    assert reset(site, crowd.mine).status_code == 200
    with reading(site.platform.engine) as connection:
        beginning = rows_of(connection, crowd.tenant, without=times)
    with writing(site.platform.engine) as connection:
        _empty(connection, crowd.tenant)
        _move_in(connection, crowd.tenant)
        full = rows_of(connection, crowd.tenant, without=times)
    before = crowd.outside()
    assert full != beginning
    answer = reset(site, crowd.mine)
    assert answer.json() == {"publisherId": crowd.mine, "sandboxId": crowd.tenant}
    with reading(site.platform.engine) as connection:
        assert rows_of(connection, crowd.tenant, without=times) == beginning
    assert crowd.outside() == before
    assert sizes(site, crowd.token) == SIZES, "the token is as good as before"


def _empty(connection: Connection, tenant: str) -> None:
    for table in emptied():
        connection.execute(delete(table).where(table.c.publisher_id == tenant))


def _move_in(connection: Connection, tenant: str) -> None:
    """Copy all that the school holds into a tenant."""
    filled = 0
    for table in reversed(list(emptied())):
        rows = connection.execute(select(table).where(table.c.publisher_id == PUBLISHER_ID))
        copies = [{**row, "publisher_id": tenant} for row in rows.mappings()]
        if copies:
            connection.execute(insert(table).values(copies))  # one statement: parents need not lead
            filled += 1
    assert filled > 20


def test_a_reset_forgets_no_table() -> None:
    with_tenant = {table.name for table in metadata.sorted_tables if "publisher_id" in table.c}
    assert {table.name for table in (*emptied(), *KEPT)} == with_tenant
    assert set(metadata.tables) - with_tenant == OF_NO_TENANT, "does it hold what a tenant wrote?"


def test_a_sandbox_comes_with_the_first_app(site: InProcess, maker: str) -> None:
    assert reset(site, maker).status_code == 409
    with writing(site.platform.engine) as connection:
        seed_demo_school(connection, site.clock())
        tenants = select(func.count()).select_from(metadata.tables["publishers"])
        before = connection.scalar(tenants)
        assert sandbox_of(connection, maker) is None
    register(site, publisherId=maker)
    with reading(site.platform.engine) as connection:
        assert connection.scalar(tenants) == (before or 0) + 1
        assert sandbox_of(connection, maker) == ids.seeded(maker, "publisher", "sandbox")
