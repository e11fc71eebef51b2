"""What only a database server can show: several backends on one of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import InternalError

from tests.helpers import postgres
from tests.helpers.backends import InProcess, bearer, register_developer
from tests.helpers.processes import Child
from timeback_desktop.backend.db.engine import open_engine, reading, writing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not postgres.is_chosen(), reason="about databases that are servers"),
]


@pytest.fixture
def database() -> Iterator[str]:
    address = postgres.server().new()
    yield address.replace("+psycopg", "")  # as an operator would write it
    postgres.server().drop(address)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = open_engine(database)
    yield engine
    engine.dispose()


@contextmanager
def started(data: Path, *arguments: str) -> Iterator[tuple[Child, str]]:
    command = (sys.executable, "-m", "timeback_desktop.backend", "--data", str(data))
    with Child(*command, *arguments) as child:
        yield child, child.await_json()["url"]
        child.terminate()
        assert child.await_end() == 0


def token_of(url: str, own: tuple[str, str]) -> str:
    asked = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{url}/auth/1.0/token", data=asked, auth=own)
    return str(answer.raise_for_status().json()["access_token"])


def test_two_backends_on_one_database_are_one_platform(database: str, tmp_path: Path) -> None:
    given = ("--database", database)
    with started(tmp_path / "a", *given, "--seed", "demo") as (_, first):
        developer = register_developer(database, "developer")
        with started(tmp_path / "b", *given) as (_, second):
            token = token_of(second, developer)
            orgs = "/ims/oneroster/rostering/v1p2/orgs"
            told = {"org": {"sourcedId": "new", "name": "New", "type": "school"}}
            made = httpx.post(first + orgs, json=told, headers=bearer(token))
            found = httpx.get(f"{second}{orgs}/new", headers=bearer(token))
    assert (made.status_code, found.status_code) == (201, 200)
    assert found.json()["org"]["name"] == "New"


def test_a_writer_waits_for_the_other_and_sees_what_it_wrote(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE counted (n int)"))
        connection.execute(text("INSERT INTO counted VALUES (0)"))

    def add_one(_: int) -> None:
        with writing(engine) as connection:
            seen = connection.scalar(text("SELECT n FROM counted"))
            connection.execute(text("UPDATE counted SET n = :n"), {"n": seen + 1})

    with ThreadPoolExecutor(8) as many:
        list(many.map(add_one, range(40)))
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT n FROM counted")) == 40


def test_a_reader_sees_one_state_and_may_write_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE counted (n int)"))
    with reading(engine) as reader:
        assert reader.scalar(text("SELECT count(*) FROM counted")) == 0
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO counted VALUES (1)"))
        assert reader.scalar(text("SELECT count(*) FROM counted")) == 0
        with pytest.raises(InternalError, match="read-only"):
            reader.execute(text("INSERT INTO counted VALUES (2)"))


@pytest.mark.parametrize("odd", ["nul \x00", "x" * 5_000, "half a pair \ud800"])
def test_a_text_that_cannot_be_kept_is_refused_and_never_a_fault_of_ours(
    site: InProcess, odd: str
) -> None:
    developer = register_developer(site.platform.settings.database_url, "developer")
    asked = {"grant_type": "client_credentials"}
    token = site.post("/auth/1.0/token", data=asked, auth=developer).json()["access_token"]
    orgs = "/ims/oneroster/rostering/v1p2/orgs"
    body = json.dumps({"org": {"sourcedId": "odd", "name": odd, "type": "school"}})
    assert site.post(orgs, token, content=body).status_code in range(400, 500)
    quoted = quote(odd.encode(errors="surrogatepass"))
    assert site.get(f"{orgs}?filter=name='{quoted}'", token).status_code < 500
