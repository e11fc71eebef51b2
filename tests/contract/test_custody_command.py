"""The command line that looks after what is kept about people, beside a running backend or not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.helpers.backends import InProcess
from timeback_desktop.backend.demo.school import PUBLISHER
from timeback_desktop.backend.demo.seed import STUDENT_ID
from timeback_desktop.cli import main


def run(site: InProcess, action: str, *more: str) -> int:
    settings = site.platform.settings
    given = ["--data", str(settings.data), "--school", PUBLISHER]
    if settings.database:
        given += ["--database", settings.database]
    return main(["privacy", action, *given, *more])


def test_an_export_is_written_and_noted(
    site: InProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "ava.zip"
    assert run(site, "export", "--user", STUDENT_ID, str(package)) == 0
    assert "README.txt" in zipfile.ZipFile(package).namelist()
    assert package.stat().st_mode & 0o077 == 0
    assert run(site, "audit") == 0
    end = capsys.readouterr().out.strip()
    assert end.startswith("1:")
    assert run(site, "audit", "--through", end) == 0
    assert run(site, "audit", "--through", f"1:{'0' * 64}") == 1
    assert run(site, "export", "--user", STUDENT_ID, str(package)) == 3  # never over another file


def test_what_is_old_goes(site: InProcess, capsys: pytest.CaptureFixture[str]) -> None:
    site.clock.ms = 1  # everything of this sign-in is from long ago
    site.sign_in()
    assert run(site, "expire") == 0
    assert "sign_ins: 1" in capsys.readouterr().out
    assert run(site, "expire") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("through", ["1", "x:y", f"1:{'g' * 64}", f"{'9' * 40}:{'0' * 64}"])
def test_an_end_that_is_none_is_refused(site: InProcess, through: str) -> None:
    assert run(site, "audit", "--through", through) == 2


def test_nobody_is_told_as_such(site: InProcess, tmp_path: Path) -> None:
    assert run(site, "export", "--user", "nobody", str(tmp_path / "x.zip")) == 2
    assert not (tmp_path / "x.zip").exists()
    assert main(["privacy", "expire", "--data", str(tmp_path / "empty")]) == 3
