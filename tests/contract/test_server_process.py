from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from tests.helpers.backends import RUN_SECRET, SESSION, bearer, form_of
from tests.helpers.processes import Child
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.settings import Settings

NEEDS_SIGNALS = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends by the pipe")


def start(data: Path, *arguments: str) -> Child:
    module = "timeback_desktop.backend"
    return Child(sys.executable, "-m", module, "--data", str(data), *arguments)


def start_supervised(data: Path, *arguments: str) -> Child:
    child = start(data, "--supervised", *arguments)
    child.tell(json.dumps({"run_secret": RUN_SECRET}))
    return child


def test_a_supervised_backend_serves_until_its_parent_is_gone(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    with start_supervised(data, "--seed", "demo") as child:
        told = child.await_json()
        assert told == {"url": told["url"], "pid": child.pid}
        assert urlsplit(told["url"]).hostname == "127.0.0.1"
        launch_something(told["url"])
        child.hang_up()
        assert child.await_end() == 0
        said = child.errors()
    assert not any(secret in said for secret in ("eyJ", "login_hint", RUN_SECRET, "Bearer"))
    assert stat.S_IMODE((data / "backend.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "keys" / "signing-keys.json").stat().st_mode) == 0o600


def launch_something(url: str) -> None:
    with httpx.Client(base_url=f"{url}/desktop/1.0") as desktop:
        people = desktop.get("/profiles", headers=bearer(RUN_SECRET)).json()["profiles"]
        student = next(person for person in people if person["role"] == "student")
        asked = {"userId": student["id"]}
        signed = desktop.post("/sign-in", json=asked, headers=bearer(RUN_SECRET)).json()
        desktop.headers.update(bearer(signed["accessToken"]))
        app = desktop.get("/catalog").json()["applications"][0]
        asked = {"applicationId": app["id"], "sessionId": SESSION}
        begun = httpx.get(desktop.post("/launches", json=asked).json()["url"])
        assert "id_token" in form_of(httpx.get(begun.headers["location"]))


@NEEDS_SIGNALS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_backend_started_alone_ends_cleanly_on_a_signal(tmp_path: Path, number: int) -> None:
    with start(tmp_path) as child:
        url = child.await_json()["url"]
        answer = httpx.get(f"{url}/desktop/1.0/profiles", headers=bearer(RUN_SECRET))
        assert answer.status_code == 401, "nobody gave it a run secret"
        os.kill(child.pid, number)
        assert child.await_end() == 0
        with pytest.raises(AssertionError, match="without a line"):
            child.await_line()


def test_a_second_start_finds_the_school_as_it_was(tmp_path: Path) -> None:
    told = []
    for _ in range(2):
        with start_supervised(tmp_path, "--seed", "demo") as child:
            url = child.await_json()["url"]
            credentials = json.loads((tmp_path / "demo-credentials.json").read_text())
            for client in (credentials, credentials["publisher"]):
                assert client.pop("tokenUrl").startswith(url)
            keys = httpx.get(f"{url}/.well-known/jwks.json").json()
            told.append((credentials, keys))
            launch_something(url)
            child.hang_up()
            assert child.await_end() == 0
    assert told[0] == told[1]


def test_a_killed_backend_comes_back(tmp_path: Path) -> None:
    with start_supervised(tmp_path, "--seed", "demo") as child:
        child.await_json()
        child.kill()
    with start_supervised(tmp_path, "--seed", "demo") as child:
        launch_something(child.await_json()["url"])


def test_a_database_of_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    engine = open_engine(Settings(tmp_path).database_url)
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = (tmp_path / "backend.db").read_bytes()
    with start(tmp_path) as child:
        assert child.await_end() == 3
        assert "newer version" in child.errors()
        assert "Traceback" not in child.errors()
    assert (tmp_path / "backend.db").read_bytes() == before


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with start(tmp_path, "--port", port) as child:
            assert child.await_end() == 4
            assert f"Port {port}" in child.errors()
            assert "Traceback" not in child.errors()


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "backend.db").write_bytes(b"this is no database" * 1000)
    with start(tmp_path) as child:
        assert child.await_end() == 4
        assert "database cannot be used" in child.errors()
        assert "Traceback" not in child.errors()


@pytest.mark.parametrize(
    "line", ["{}", "[]", "not json", '{"run_secret": 7}', '{"run_secret":"x"}']
)
def test_a_parent_that_says_nothing_sensible_is_told_so(tmp_path: Path, line: str) -> None:
    with start(tmp_path, "--supervised") as child:
        child.tell(line)
        assert child.await_end() == 2
        assert "run_secret" in child.errors()


def test_a_parent_that_dies_before_it_speaks_leaves_nothing_behind(tmp_path: Path) -> None:
    with start(tmp_path / "data", "--supervised") as child:
        child.hang_up()
        assert child.await_end() == 0
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--port", "70000"], 2),
        (["--port", "-1"], 2),
        (["--seed", "nothing"], 2),
        (["--issuer", "nonsense"], 2),
        (["--issuer", "http://school.example"], 2),
        (["--database", "nonsense"], 4),
        (["--database", "oracle+nothing://user:hidden@db.example/x"], 4),
    ],
)
def test_arguments_that_make_no_sense_are_told_in_a_sentence(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    with start(tmp_path, *arguments) as child:
        assert child.await_end() == code
        said = child.errors()
    assert said.strip()
    assert not any(word in said for word in ("Traceback", "hidden"))


def test_mounting_the_command_imports_nothing_heavy() -> None:
    look = "import sys, timeback_desktop.backend.server; print(','.join(sys.modules))"
    with Child(sys.executable, "-c", look) as child:
        loaded = set(child.await_line().split(","))
    assert not loaded & {"fastapi", "sqlalchemy", "uvicorn", "pydantic", "alembic"}
