"""The small stores of the kit forget in time, stay bounded, and cannot be forged."""

import pytest

from timeback_desktop.backend.demo.apps.kit.config import origin_of
from timeback_desktop.backend.demo.apps.kit.expiring import ExpiringStore
from timeback_desktop.backend.demo.apps.kit.seal import Seal


def test_a_value_is_kept_for_its_time_and_not_longer():
    now = [0.0]
    store = ExpiringStore(lifetime_s=10, most=5, now=lambda: now[0])
    store.put("a", 1)
    now[0] = 9.9
    assert store.get("a") == 1
    now[0] = 10.0
    assert store.get("a") is None
    assert len(store) == 0


def test_what_is_taken_is_gone():
    store = ExpiringStore(lifetime_s=10, most=5)
    store.put("a", 1)
    assert (store.take("a"), store.take("a")) == (1, None)


def test_a_flood_pushes_out_the_oldest_only():
    store = ExpiringStore(lifetime_s=10, most=100)
    for number in range(1_000):
        store.put(str(number), number)
    assert len(store) == 100
    assert store.get("899") is None
    assert [store.get(str(number)) for number in range(900, 1_000)] == list(range(900, 1_000))


def test_reading_a_full_store_loses_nothing():
    store = ExpiringStore(lifetime_s=10, most=2)
    store.put("a", 1)
    store.put("b", 2)
    assert (store.get("a"), store.get("b"), len(store)) == (1, 2, 2)


def test_a_sealed_token_opens_only_unchanged_and_for_its_purpose():
    seal = Seal("key", "session")
    signed = seal.sign("token")
    assert seal.open(signed) == "token"
    for forged in (
        signed[:-1],
        signed + "0",
        "token.",
        ".",
        "",
        None,
        "tokén." + signed,
        signed.replace("t", "x", 1),
    ):
        assert seal.open(forged) is None
    assert Seal("key", "login").open(signed) is None
    assert Seal("other", "session").open(signed) is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8000/a?b", "http://127.0.0.1:8000"),
        ("https://App.Example:443/", "https://app.example"),
        ("http://[::1]:80/x", "http://[::1]"),
        ("http://127.0.0.1@evil.test/", ""),
        ("javascript:alert(1)", ""),
        ("http://host:port/", ""),
        ("//host/", ""),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(url, origin):
    assert origin_of(url) == origin
