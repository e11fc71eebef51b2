"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import timeback_desktop

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "timeback_desktop"
MODULES = sorted(
    file for file in PACKAGE.rglob("*.py") if "versions" not in file.relative_to(PACKAGE).parts
)
LONGEST = 400

BACKEND_ALONE = """
import importlib, pkgutil, sys
for absent in ("PySide6", "shiboken6", "sqlite_utils", "mss", "pynput"):
    sys.modules[absent] = None
import timeback_desktop.backend as backend
for module in pkgutil.walk_packages(backend.__path__, "timeback_desktop.backend."):
    if ".migrations" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_says_why_it_exists_and_stays_readable(file):
    source = file.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "no docstring"
    assert source.count("\n") <= LONGEST
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", source)


def test_the_map_names_every_part():
    parts = {file.stem for file in PACKAGE.glob("*.py")} | {
        folder.parent.name for folder in PACKAGE.glob("*/__init__.py")
    }
    drawn = set(re.findall(r"\w+", timeback_desktop.__doc__ or ""))
    assert parts - {"__init__", "__main__"} <= drawn


def test_the_backend_can_be_lifted_out_without_qt():
    run = [sys.executable, "-c", BACKEND_ALONE]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_readme_names_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme


def test_no_source_knows_another_machine():
    found = [
        f"{name_of(file)}: {word}"
        for folder in ("packaging", "tests", "timeback_desktop")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".toml", ".txt", ".json", ".yml"}
        for word in re.findall(r"/(?:home|root|Users)/\w+/", file.read_text(encoding="utf-8"))
    ]
    assert found == []
