"""The lock installs everywhere, fits pyproject, and tells nothing about where it was made."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = {
    file.name: file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "packaging").glob("lock-*.txt"))
}
LOCK = LOCKS["lock-universal.txt"]
PINS = {
    canonicalize_name(name): Version(version)
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE)
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [
    line
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
    if not line.startswith("timeback-desktop[")
]


@pytest.mark.parametrize("line", WANTED)
def test_every_dependency_is_locked_to_a_version_it_allows(line):
    wanted = Requirement(line)
    assert wanted.specifier.contains(PINS[canonicalize_name(wanted.name)])


def test_no_release_is_a_preview():
    assert not [name for name, version in PINS.items() if version.is_prerelease]


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS.keys())
def test_every_version_has_hashes(lock):
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert len(entries) == len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS.keys())
def test_a_lock_names_no_address(lock):
    assert not re.findall(r"//|file:|--index|--find-links|@ ", lock)
