from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from timeback_desktop.backend.auth.models import accounts, publisher_members
from timeback_desktop.backend.db.engine import open_engine, reading
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.invitations import invited
from timeback_desktop.cli import main
from timeback_desktop.clock import now_ms


def test_the_first_administrator_gets_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "new" / "server"
    wanted = ["account", "create", "--data", str(data), "--email", "Boss@School.example"]
    assert (
        main([*wanted, "--admin", "--school", "Lakeside", "--issuer", "https://tb.example/"]) == 0
    )
    address, _, code = capsys.readouterr().out.strip().partition("?code=")
    assert address == "https://tb.example/invitation"
    assert main([*wanted, "--admin"]) == 0, "once more, for a link that was lost"
    newer = capsys.readouterr().out.strip().partition("?code=")[2]
    engine = open_engine(Settings(data).database_url)
    with reading(engine) as connection:
        assert connection.scalars(select(publishers.c.name)).all() == ["Lakeside"]
        assert connection.scalars(select(accounts.c.email)).all() == ["boss@school.example"]
        assert connection.scalars(select(publisher_members.c.role)).all() == ["owner"]
        assert invited(connection, code, now_ms()) is None
        assert invited(connection, newer, now_ms()) is not None
    engine.dispose()


@pytest.mark.parametrize("email", ["", "boss", "a b@school.example", "boss@", "@x", "a@b@c"])
def test_an_odd_address_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], email: str
) -> None:
    assert main(["account", "create", "--data", str(tmp_path), "--email", email]) == 2
    assert "e-mail" in capsys.readouterr().err
