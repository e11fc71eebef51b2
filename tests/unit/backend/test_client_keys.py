from __future__ import annotations

import logging
from typing import Any

import pytest
from joserfc.jwk import ECKey

from timeback_desktop.backend.auth.client_keys import RemoteKeys
from timeback_desktop.errors import ContractFault

NOW_MS = 1_795_000_000_000
KEYS = {"keys": [{**ECKey.generate_key().as_dict(private=False), "kid": "a"}]}


def test_servers_that_are_slow_do_not_take_every_thread() -> None:
    remote, refused = RemoteKeys(), []

    def fetch_meanwhile(url: str) -> Any:
        """Answer only after one more set was asked for: as many at once as there may be."""
        try:
            remote.named(f"{url}x", "a", fetch_meanwhile, NOW_MS)
        except ContractFault as fault:
            refused.append((len(url), fault.status))
        return KEYS

    assert remote.named("x", "a", fetch_meanwhile, NOW_MS) is not None
    assert refused == [(8, 503)]
    assert remote.named("y", "a", lambda _: KEYS, NOW_MS) is not None


def test_a_set_that_is_known_is_used_while_others_are_fetched() -> None:
    remote = RemoteKeys()
    later_ms = NOW_MS + 3600_000
    remote.named("known", "a", lambda _: KEYS, NOW_MS)
    found = []

    def fetch_meanwhile(url: str) -> Any:
        deepest = len(url) == 8
        found.append(
            remote.named("known" if deepest else f"{url}x", "a", fetch_meanwhile, later_ms)
        )
        return KEYS

    remote.named("x", "a", fetch_meanwhile, later_ms)
    assert len(found) == 8
    assert None not in found


def test_a_set_is_forgotten_when_there_are_too_many() -> None:
    remote, asked = RemoteKeys(), []

    def fetch(url: str) -> Any:
        asked.append(url)
        return KEYS

    for number in range(257):
        remote.named(f"u{number}", "a", fetch, NOW_MS)
    remote.named("u256", "a", fetch, NOW_MS)
    assert len(asked) == 257
    remote.named("u0", "a", fetch, NOW_MS)
    assert len(asked) == 258


def test_a_server_without_keys_is_told_to_the_log_and_not_to_the_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_url: str) -> Any:
        raise ContractFault("There is no server named 'x'.", status=502)

    with caplog.at_level(logging.INFO):
        assert RemoteKeys().named("x", None, fail, NOW_MS) is None
    assert "no server named" in caplog.text


def test_a_clock_that_was_set_back_makes_no_set_eternal() -> None:
    remote, asked = RemoteKeys(), []

    def fetch(url: str) -> Any:
        asked.append(url)
        return KEYS

    for now_ms in (NOW_MS, NOW_MS - 3600_000):
        remote.named("x", "a", fetch, now_ms)
    assert asked == ["x", "x"]
