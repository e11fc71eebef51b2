from __future__ import annotations

import pytest

from timeback_desktop.backend.auth.tries import wait_after


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(0, 0), (4, 0), (5, 5), (6, 10), (7, 20), (10, 160), (11, 300), (12, 300), (10_000, 300)],
)
def test_the_wait_grows_and_is_bounded(tries: int, seconds: int) -> None:
    assert wait_after(tries) == seconds * 1000
