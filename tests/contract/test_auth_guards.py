from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests.helpers import postgres
from tests.helpers.backends import RUN_SECRET, InProcess
from timeback_desktop.backend.db.engine import writing


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8899", 200),
        ("localhost:8899", 200),
        ("127.0.0.1", 400),
        ("127.0.0.1:8898", 400),
        ("LOCALHOST:8899", 400),
        ("localhost.:8899", 400),
        ("127.0.0.1:8899.evil.example", 400),
        ("evil.example:8899", 400),
        ("evil.example", 400),
        ("[::1]:8899", 400),
        ("", 400),
    ],
)
def test_only_our_own_names_are_answered(site: InProcess, host: str, status: int) -> None:
    answer = site.request("GET", "/.well-known/jwks.json", headers={"Host": host})
    assert answer.status_code == status


def test_two_hosts_are_one_too_many(site: InProcess) -> None:
    headers = [("Host", "127.0.0.1:8899"), ("Host", "evil.example")]
    assert site.request("GET", "/.well-known/jwks.json", headers=headers).status_code == 400


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_page_of_another_origin_is_let_in(site: InProcess, method: str) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = site.request(method, "/.well-known/jwks.json", headers=headers)
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_refused(site: InProcess, announced: bool) -> None:
    async def pieces():
        for _ in range(300):
            yield b"x" * 1024

    content = b"x" * 300 * 1024 if announced else pieces()
    headers = {"Authorization": f"Bearer {RUN_SECRET}", "Content-Type": "application/json"}
    answer = site.request("POST", "/desktop/1.0/sign-in", content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["message"]


def test_the_log_holds_the_path_and_no_secret(
    site: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "timeback_desktop.backend")
    site.get("/desktop/1.0/profiles?access_token=hidden-in-query", RUN_SECRET)
    site.get("/a%0Ab")
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("timeback_desktop")]
    assert lines[0].startswith("GET '/desktop/1.0/profiles' 200 ")
    assert lines[1].startswith(r"GET '/a\nb' 404 ")
    assert not any("hidden" in line or RUN_SECRET in line for line in lines)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/desktop/1.0/catalog", 405), ("GET", "/../etc", 404)],
)
def test_every_error_is_json_with_a_message(
    site: InProcess, method: str, path: str, status: int
) -> None:
    answer = site.request(method, path)
    assert answer.status_code == status
    assert answer.json()["message"]


def make_silent(engine: Engine) -> None:
    """Make the database unusable: take a table away, or close its doors where it has any."""
    if engine.dialect.name != "sqlite":
        postgres.server().close_doors(engine)
        return
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE access_tokens RENAME TO elsewhere"))


def test_a_database_that_does_not_answer_is_503_and_says_when_to_come_back(
    site: InProcess, expect_warning: Callable[[str], None]
) -> None:
    expect_warning("database did not answer")
    make_silent(site.platform.engine)
    answer = site.get("/desktop/1.0/catalog", "some-token")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "access_tokens" not in answer.text


def test_a_bug_is_500_and_tells_nothing(site: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.platform.keys.__class__, "published", lambda *_: 1 / 0)
    answer = site.get("/.well-known/jwks.json")
    assert (answer.status_code, list(answer.json())) == (500, ["message"])
    assert "division" not in answer.text
