from __future__ import annotations

from timeback_desktop.backend.auth.throttle import Buckets

NOW_MS = 1_795_000_000_000


def drained(buckets: Buckets, key: str, now_ms: int) -> int:
    """Return how many tries there are at one moment."""
    tries = 0
    while buckets.take(key, now_ms) == 0:
        tries += 1
    return tries


def test_a_bucket_gives_its_burst_and_then_one_at_a_time() -> None:
    buckets = Buckets(burst=5, every_ms=1000)
    assert drained(buckets, "a", NOW_MS) == 5
    assert buckets.take("a", NOW_MS) == 1000
    assert buckets.take("a", NOW_MS + 400) == 600
    assert drained(buckets, "a", NOW_MS + 1000) == 1
    assert drained(buckets, "a", NOW_MS + 3600_000) == 5


def test_refused_tries_make_nobody_wait_longer() -> None:
    buckets = Buckets(burst=2, every_ms=1000)
    waits = {buckets.take("a", NOW_MS) for _ in range(1000)}
    assert waits == {0, 1000}
    assert buckets.take("a", NOW_MS + 1000) == 0


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(burst=2, every_ms=1000)
    assert [drained(buckets, key, NOW_MS) for key in "aba"] == [2, 2, 0]


def test_a_clock_that_was_set_back_makes_nobody_wait_for_it() -> None:
    buckets = Buckets(burst=2, every_ms=1000)
    assert drained(buckets, "a", NOW_MS) == 2
    earlier = NOW_MS - 3600_000
    assert buckets.take("a", earlier) == 1000
    assert [buckets.take("a", earlier + 1000) for _ in range(2)] == [0, 1000]


def test_a_flood_of_names_does_not_grow_without_end() -> None:
    buckets = Buckets(burst=2, every_ms=1000, most=50)
    for number in range(1000):
        assert buckets.take(number, NOW_MS) == 0
    assert len(buckets) == 50
