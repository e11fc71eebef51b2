from __future__ import annotations

import stat
from pathlib import Path

import pytest

from timeback_desktop.backend.private_file import write_private


def test_a_private_file_is_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret.json"
    write_private(path, b"first")
    path.chmod(0o644)
    write_private(path, b"second")
    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.json"]


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private(tmp_path / "taken", b"x")
    assert (tmp_path / "taken").is_dir()
