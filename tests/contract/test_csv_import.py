from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, insert, select

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.roster_files import large, package, small
from tests.helpers.writers import token_with
from timeback_desktop.backend import scopes
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.endpoints import IMPORTS_PATH as IMPORTS
from timeback_desktop.backend.oneroster.files import jobs
from timeback_desktop.backend.oneroster.files.importing import Options
from timeback_desktop.backend.oneroster.files.models import import_jobs
from timeback_desktop.backend.oneroster.files.running import JobRun
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.settings import Settings

HERE, THERE = "a-school-of-files", "another-school-of-files"
ALL = (*scopes.ROSTER, *scopes.PRIVATE)


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("imports") / "data") as site:
        with writing(site.platform.engine) as connection:
            for tenant in (HERE, THERE):
                register_publisher(connection, tenant, tenant, site.clock())
        yield site
        site.platform.imports.close()


@pytest.fixture(scope="module")
def token(site: InProcess) -> str:
    return token_with(site, *ALL, tenant=HERE)


def send(site: InProcess, token: str, content: bytes, **query: Any) -> httpx.Response:
    headers = {**bearer(token), "Content-Type": "application/zip"}
    return site.request("POST", IMPORTS, headers=headers, content=content, params=query)


def done(site: InProcess, token: str, content: bytes, **query: Any) -> dict[str, Any]:
    """Send a package, wait for its end and return what is told of it."""
    answer = send(site, token, content, **query)
    assert answer.status_code == 202, answer.text
    site.platform.imports.wait(60)
    return dict(site.get(answer.headers["location"], token).raise_for_status().json())


def count(site: InProcess, tenant: str = HERE) -> int:
    with reading(site.platform.engine) as connection:
        asked = select(func.count()).select_from(users).where(users.c.publisher_id == tenant)
        return int(connection.scalar(asked) or 0)


def broken(rows: int = 3) -> bytes:
    files = small()
    told = [{**each, "sourcedId": f"=bad{n}"} for n in range(rows) for each in files["orgs"][:1]]
    files["orgs"] += [{**each, "type": "castle"} for each in told]
    return package(files)


def test_a_school_of_some_hundred_is_taken_in_with_its_counts(site, token):
    answer = send(site, token, package(large(300)))
    assert answer.json().keys() == {"jobId", "state"}
    assert answer.headers["location"] == f"{IMPORTS}/{answer.json()['jobId']}"
    site.platform.imports.wait(60)
    job = site.get(answer.headers["location"], token).json()
    assert (job["state"], job["failure"], job["refused"]) == ("completed", None, [])
    assert job["counts"]["users"] == {"created": 312, "changed": 0, "putAway": 0, "unchanged": 0, "refused": 0}  # fmt: skip
    assert job["progress"] | {"file": ""} == {"file": "", "rowsRead": 2153, "rowsTotal": 2153, "percent": 100}  # fmt: skip
    students = site.get("/rostering/1.0/students?limit=1", token)
    assert students.headers["x-total-count"] == "300"
    enrolled = site.get("/ims/oneroster/rostering/v1p2/students/s7/classes", token).json()
    assert len(enrolled["classes"]) == 5


def test_refused_rows_are_told_in_pages_and_as_a_sheet(site, token):
    before = count(site)
    job = done(site, token, broken())
    assert (job["state"], job["refusedTotal"], count(site)) == ("failed", 3, before)
    assert job["failure"].startswith("3 rows were refused, so nothing was written.")
    place = f"{IMPORTS}/{job['jobId']}"
    (page,) = site.get(f"{place}?limit=1&offset=1", token).json()["refused"]
    assert page["message"].startswith("is “castle”; it must be one of department")
    assert {**page, "message": ""} == {"file": "orgs.csv", "line": 5, "sourcedId": "=bad1", "column": "type", "message": ""}  # fmt: skip
    sheet = site.get(f"{place}/refused.csv", token)
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [(row["line"], row["sourcedId"]) for row in rows] == [("4", "'=bad0"), ("5", "'=bad1"), ("6", "'=bad2")]  # fmt: skip


def test_leniently_and_dry_are_told_apart(site):
    token = token_with(site, *ALL, tenant=THERE)
    dry = done(site, token, broken(), mode="lenient", dryRun="true")
    assert (dry["state"], dry["counts"]["orgs"]["created"], count(site, THERE)) == ("completed", 2, 0)  # fmt: skip
    real = done(site, token, broken(), mode="lenient")
    assert (real["state"], real["refusedTotal"], count(site, THERE)) == ("completed", 3, 4)
    fewer = package({"users": small()["users"][:1]})
    assert "3 of 4 active users" in done(site, token, fewer)["failure"]
    assert done(site, token, fewer, confirm="true")["counts"]["users"]["putAway"] == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "not a zip file"), (package({"users": []})[:-9], "not a zip file"),
     (package({"lineItems": []}), "does not let you write lineItems.csv")],
)  # fmt: skip
def test_a_package_that_cannot_be_taken_fails_as_a_job(site, content, why):
    token = token_with(site, scopes.ROSTER_CREATEPUT, tenant=HERE)
    job = done(site, token, content)
    assert (job["state"], why in job["failure"]) == ("failed", True)


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({}, {"Content-Type": "application/json"}, 415),
        ({}, {"Content-Type": ""}, 415),
        ({"mode": "kind"}, {}, 422),
        ({"dryRun": "perhaps"}, {}, 422),
    ],
)
def test_a_request_that_is_not_as_agreed_begins_no_job(site, token, query, headers, status):
    told = {**bearer(token), "Content-Type": "application/zip", **headers}
    answer = site.request("POST", IMPORTS, headers=told, content=b"x", params=query)
    assert answer.status_code == status


def test_a_package_may_have_64_mib_and_nothing_else_may(site, token):
    headers = {**bearer(token), "Content-Type": "application/zip"}
    length = {"Content-Length": str(64 * 1024 * 1024 + 1)}
    answer = site.request("POST", IMPORTS, headers={**headers, **length}, content=b"x")
    assert answer.status_code == 413
    big = b"x" * (300 * 1024)
    assert site.request("POST", f"{IMPORTS}/x", headers=headers, content=big).status_code == 413
    assert done(site, token, big)["state"] == "failed"


def test_others_neither_begin_nor_see_nor_stop_an_import(site, token):
    job = done(site, token, b"x")
    place = f"{IMPORTS}/{job['jobId']}"
    stranger = token_with(site, *ALL, tenant=THERE)
    for method, path in (("GET", place), ("GET", f"{place}/refused.csv"), ("DELETE", place)):
        answer = site.request(method, path, headers=bearer(stranger))
        assert answer.status_code == 404
        assert "There is no such import." in answer.text
    reader = token_with(site, scopes.ROSTER_READONLY, tenant=HERE)
    assert send(site, reader, b"x").status_code == 403
    assert site.get(place, reader).status_code == 200
    assert send(site, "nobody", b"x").status_code == 401


@pytest.mark.parametrize(("role", "status"), [("teacher", 403), ("siteAdministrator", 202)])
def test_of_people_only_administrators_may(site, role, status):
    from tests.helpers.oneroster import token as token_of

    done(site, token_with(site, *ALL, tenant=THERE), package(small()))
    with writing(site.platform.engine) as connection:
        who = (users.c.publisher_id == THERE, users.c.id == "t1")
        connection.execute(users.update().where(*who).values(role=role))
    owner = {"publisher_id": THERE, "user_id": "t1", "kind": PrincipalKind.USER}
    token = token_of(site.platform.engine, site.clock(), scopes.ROSTER_CREATEPUT, **owner)
    assert send(site, token, b"x").status_code == status
    site.platform.imports.wait(60)


def lingering(site: InProcess, age_ms: int = 0) -> str:
    """Leave a job behind as a process does that dies at work."""
    with writing(site.platform.engine) as connection:
        job = {"publisher_id": HERE, "id": f"lingering-{age_ms}", "state": "checking"}
        told = {"options": {}, "progress": {}, "counts": {}, "notices": []}
        then = site.clock() - age_ms
        connection.execute(insert(import_jobs).values(**job, **told, created_ms=then, touched_ms=then))  # fmt: skip
    return job["id"]


def test_one_import_at_a_time_and_a_dead_one_stands_in_nobodys_way(site, token):
    place = f"{IMPORTS}/{lingering(site)}"
    answer = send(site, token, b"x")
    assert (answer.status_code, "not done yet" in answer.text) == (409, True)
    with writing(site.platform.engine) as connection:
        jobs.end_lost(connection, site.clock(), alone=True)  # what a start does
    job = site.get(place, token).json()
    assert (job["state"], "ended before the import was done" in job["failure"]) == ("failed", True)
    silent = site.get(f"{IMPORTS}/{lingering(site, jobs.LOST_AFTER_MS + 1)}", token).json()
    assert silent["state"] == "failed"


def test_an_import_can_be_cancelled_until_it_has_ended(site, token):
    place = f"{IMPORTS}/{lingering(site, 1)}"
    assert site.request("DELETE", place, headers=bearer(token)).status_code == 202
    book = jobs.JobLog(site.platform.engine, jobs.JobKey(HERE, "lingering-1"))
    with writing(site.platform.engine) as connection:
        assert not book.may_go_on(connection)
        jobs.end_lost(connection, site.clock(), alone=True)
    assert site.request("DELETE", place, headers=bearer(token)).status_code == 409


@pytest.mark.parametrize("by", ["this process", "another one"])
def test_a_running_import_stops_when_told(site, token, by):
    engine, before = site.platform.engine, count(site)
    with writing(engine) as connection:
        key = jobs.begin_job(connection, HERE, {}, site.clock())
    content = io.BytesIO(package(large(30)))
    run = JobRun(engine, key, content, site.platform.settings.data, Options(confirmed=True), site.clock)  # fmt: skip
    if by == "this process":
        run.stop.set()
    else:
        with writing(engine) as connection:
            jobs.cancel_job(connection, key, site.clock())
    run()
    job = site.get(f"{IMPORTS}/{key.id}", token).json()
    assert (job["state"], job["failure"]) == ("failed", "It was cancelled. Nothing was written.")
    assert (content.closed, count(site)) == (True, before)


def test_what_demographics_hold_is_told_only_to_those_who_may_see_it(site, token):
    files = small() | {"demographics": [{"sourcedId": "s1", "sex": "secret"}]}
    job = done(site, token, package(files))
    assert "secret" in job["refused"][0]["message"]
    reader = token_with(site, scopes.ROSTER_READONLY, tenant=HERE)
    for path in (f"{IMPORTS}/{job['jobId']}", f"{IMPORTS}/{job['jobId']}/refused.csv"):
        assert "secret" not in site.get(path, reader).text


def test_only_the_newest_reports_are_kept(site, token):
    for _ in range(jobs.KEPT + 2):
        last = done(site, token, b"x")
    with reading(site.platform.engine) as connection:
        mine = import_jobs.c.publisher_id == HERE
        kept = list(connection.scalars(select(import_jobs.c.id).where(mine)))
    assert len(kept) == jobs.KEPT
    assert last["jobId"] in kept
