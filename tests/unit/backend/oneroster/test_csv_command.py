from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.helpers import postgres
from tests.helpers.roster_files import package, small
from timeback_desktop.cli import main

pytestmark = pytest.mark.skipif(postgres.is_chosen(), reason="about the file in a data folder")


@pytest.fixture(autouse=True)
def data(empty_schools: str, tmp_path: Path) -> Path:
    """A data folder with two schools that have nothing: Here and There."""
    (tmp_path / "data").mkdir()
    return Path(shutil.copy(empty_schools, tmp_path / "data" / "backend.db"))


def call(folder: Path, *words: str) -> int:
    return main(["roster", *words, "--data", str(folder / "data")])


@pytest.fixture
def school(tmp_path: Path) -> Path:
    (tmp_path / "school.zip").write_bytes(package(small()))
    assert call(tmp_path, "import", str(tmp_path / "school.zip"), "--school", "Here") == 0
    return tmp_path


def test_a_school_is_set_up_and_moved_by_files_alone(school, capsys):
    copy, again = school / "copy.zip", school / "again.zip"
    assert call(school, "export", str(copy), "--school", "Here") == 0
    assert call(school, "import", str(copy), "--school", "Elm") == 0
    assert "users: 4 created, 0 changed" in capsys.readouterr().out
    assert call(school, "export", str(again), "--school", "Elm") == 0
    assert copy.read_bytes() == again.read_bytes()


def test_a_refused_package_ends_with_1_and_a_report(school, capsys):
    files = small()
    files["orgs"][0]["type"] = "castle"
    (school / "bad.zip").write_bytes(package(files))
    assert call(school, "import", str(school / "bad.zip"), "--school", "There") == 1
    told = capsys.readouterr().err
    assert "orgs.csv, line 2, type: is “castle”" in told
    assert "nothing was written" in told
    sheet = school / "refused.csv"
    assert (
        call(school, "import", str(school / "bad.zip"), "--school", "There", "--report", str(sheet))
        == 1
    )
    assert "castle" in sheet.read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("export", "x.zip"), 3, "There are several schools"),
        (("export", "x.zip", "--school", "Ash"), 3, "There is no such school"),
        (("import", "nothing.zip", "--school", "Ash"), 3, "There is no nothing.zip"),
        (("import", __file__, "--school", "Ash"), 1, "not a zip file"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path, capsys, words, code, why):
    assert call(tmp_path, *words) == code
    assert why in capsys.readouterr().err
