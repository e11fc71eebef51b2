"""Preparing a machine asks first, installs only what is missing, and says what it can't do."""

import subprocess
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"


class Machine:
    """A machine with some packages; remembers what was run on it."""

    def __init__(self, *installed: str, may_install: bool = True) -> None:
        self.installed = set(installed)
        self.may_install = may_install
        self.commands: list[tuple[str, ...]] = []

    def run(self, *command: str) -> None:
        self.commands.append(command)


@pytest.fixture
def preparation(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PACKAGING)
    import prepare

    return prepare


@pytest.fixture
def machine(preparation, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine("libasound2", "libdbus-1-3")
    monkeypatch.setattr(preparation, "is_installed", lambda name: name in machine.installed)
    monkeypatch.setattr(preparation, "has_candidate", lambda name: not name.endswith("t64"))
    monkeypatch.setattr(preparation, "root_prefix", lambda: [] if machine.may_install else None)
    monkeypatch.setattr(preparation, "run", machine.run)
    monkeypatch.setattr(preparation.shutil, "which", lambda name: f"/usr/bin/{name}")
    return machine


def test_only_what_is_missing_is_installed_after_one_update(preparation, machine):
    preparation.install_system_packages()
    update, install = machine.commands
    assert update[:2] == ("apt-get", "update")
    assert {"libnss3", "xvfb", "libglib2.0-0"} <= set(install)
    assert not {"libasound2", "libasound2t64", "libdbus-1-3", "libglib2.0-0t64"} & set(install)


def test_nothing_runs_when_nothing_is_missing(preparation, machine):
    machine.installed |= {names[0] for names in preparation.needed_packages()}
    preparation.install_system_packages()
    assert machine.commands == []


def test_somebody_without_rights_is_told_the_command(preparation, machine):
    machine.may_install = False
    with pytest.raises(preparation.NotPreparedError, match=r"sudo apt-get install .* libnss3"):
        preparation.install_system_packages()


def test_a_python_without_ensurepip_gets_it(preparation, machine, monkeypatch):
    monkeypatch.setattr(preparation.importlib.util, "find_spec", lambda _: None)
    preparation.install_system_packages()
    assert any(word.endswith("-venv") for word in machine.commands[-1])


def test_a_command_that_ends_badly_is_named(preparation):
    with pytest.raises(preparation.NotPreparedError, match="ended with 3: sh -c exit 3"):
        preparation.run("sh", "-c", "exit 3")


def test_an_old_python_is_refused_in_words(preparation, monkeypatch, capsys):
    monkeypatch.setattr(preparation.sys, "version_info", (3, 10, 9))
    assert preparation.main() == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().out


def test_the_makefile_lists_every_target():
    listing = subprocess.run(
        ["make", "help"], cwd=PACKAGING.parent, capture_output=True, text=True, check=True
    )
    for target in ("run", "test", "test-full", "check", "bench", "bundle", "screens", "lock"):
        assert f"make {target} " in listing.stdout
