from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.oneroster import whole_school
from tests.helpers.writers import token_with
from timeback_desktop.backend import scopes
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID
from timeback_desktop.backend.endpoints import EXPORTS_PATH as EXPORTS
from timeback_desktop.backend.endpoints import IMPORTS_PATH as IMPORTS
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.settings import Settings

ALL = (*scopes.ROSTER, *scopes.PRIVATE)
EMPTY = "an-empty-school"


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("exports") / "data") as site:
        with writing(site.platform.engine) as connection:
            register_publisher(connection, EMPTY, EMPTY, site.clock())
        whole_school(site)
        yield site
        site.platform.imports.close()


def exported(site: InProcess, *scopes_: str, tenant: str = PUBLISHER_ID) -> bytes:
    answer = site.get(EXPORTS, token_with(site, *scopes_, tenant=tenant))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


def read(content: bytes, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))


def test_what_is_exported_imports_into_an_empty_school_and_exports_the_same(site):
    before = exported(site, *ALL)
    token = token_with(site, *ALL, tenant=EMPTY)
    headers = {**bearer(token), "Content-Type": "application/zip"}
    answer = site.request("POST", IMPORTS, headers=headers, content=before)
    site.platform.imports.wait(60)
    job = site.get(answer.headers["location"], token).json()
    assert (job["state"], job["failure"]) == ("completed", None)
    site.clock.pass_seconds(3600)
    assert exported(site, *ALL, tenant=EMPTY) == before


def test_a_package_tells_all_that_is_active_in_bulk(site):
    content = exported(site, *ALL)
    told = {row["propertyName"]: row["value"] for row in read(content, "manifest.csv")}
    assert (told["oneroster.version"], told["file.users"]) == ("1.2", "bulk")
    assert told["file.lineItemScoreScales"] == "absent"
    people = read(content, "users.csv")
    assert {row["status"] + row["dateLastModified"] for row in people} == {""}
    assert "password" not in people[0]
    ava = next(row for row in people if row["sourcedId"] == STUDENT_ID)
    assert (ava["givenName"], ava["enabledUser"]) == ("Ava", "true")
    assert {row["userSourcedId"] for row in read(content, "roles.csv")} == {row["sourcedId"] for row in people}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "private", "grades"),
    [
        ((scopes.ROSTER_READONLY,), False, False),
        ((scopes.ROSTER_READONLY, scopes.GRADEBOOK_READONLY), False, True),
        ((scopes.ROSTER_READONLY, scopes.ROSTER_DEMOGRAPHICS_READONLY), True, False),
    ],
)
def test_a_caller_is_given_only_what_it_may_read(site, asked, private, grades):
    with zipfile.ZipFile(io.BytesIO(exported(site, *asked))) as archive:
        names = set(archive.namelist())
    assert ("demographics.csv" in names, "results.csv" in names) == (private, grades)
    assert {"users.csv", "enrollments.csv"} <= names


def test_without_the_scope_or_a_school_nothing_is_given(site):
    weak = token_with(site, scopes.ROSTER_CORE_READONLY, scopes.ROSTER_CREATEPUT)
    assert site.get(EXPORTS, weak).status_code == 403
    assert site.get(EXPORTS).status_code == 401
    assert site.get(EXPORTS, site.sign_in()).status_code == 403


def test_who_was_put_away_is_left_out_with_all_that_points_to_them(site):
    with writing(site.platform.engine) as connection:
        who = (users.c.publisher_id == PUBLISHER_ID, users.c.id == STUDENT_ID)
        connection.execute(update(users).where(*who).values(status="tobedeleted"))
    with zipfile.ZipFile(io.BytesIO(exported(site, *ALL))) as archive:
        assert not [name for name in archive.namelist() if STUDENT_ID.encode() in archive.read(name)]  # fmt: skip
