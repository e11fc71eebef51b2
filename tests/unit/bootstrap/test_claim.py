"""Taking the data folder: one program at a time, the backend on its way, nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from timeback_desktop.bootstrap.claim import AlreadyRunning, Claim


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_second_program_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first = Claim(tmp_path, None)
    with pytest.raises(AlreadyRunning, match="already open"):
        Claim(tmp_path, None)
    first.release()
    Claim(tmp_path, None).release()


def test_a_backend_that_nobody_took_over_ends_with_the_claim(tmp_path: Path) -> None:
    claim = Claim(tmp_path, None)
    backend = claim._first
    assert backend is not None
    claim.release()
    assert not is_alive(backend.pid)


def test_the_first_backend_is_handed_over_once(tmp_path: Path) -> None:
    claim = Claim(tmp_path, None)
    first, second = claim.start_backend(), claim.start_backend()
    assert first.pid != second.pid
    for backend in (first, second):
        backend.stop()
    claim.release()
