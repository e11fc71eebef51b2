from __future__ import annotations

import os
import stat
from pathlib import Path

from timeback_desktop.backend.lti.keys import SigningKeys, exchange

NOW_MS, DAY_MS = 1_795_000_000_000, 24 * 3600 * 1000


def made_at(folder: Path, utc_ms: int) -> None:
    os.utime(folder / "current.pem", ns=(utc_ms * 1_000_000, utc_ms * 1_000_000))


def test_keys_are_made_once_and_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = SigningKeys.open(folder, NOW_MS)
    made_at(folder, NOW_MS)
    assert stat.S_IMODE((folder / "current.pem").stat().st_mode) == 0o600
    assert SigningKeys.open(folder, NOW_MS + 90 * DAY_MS).published() == first.published()


def test_a_key_past_its_age_is_exchanged_and_stays_published(tmp_path: Path) -> None:
    old = SigningKeys.open(tmp_path, NOW_MS).current.thumbprint()
    made_at(tmp_path, NOW_MS)
    renewed = SigningKeys.open(tmp_path, NOW_MS + 91 * DAY_MS)
    kids = [key["kid"] for key in renewed.published()["keys"]]
    assert kids == [renewed.current.thumbprint(), old]
    assert kids[0] != kids[1]


def test_a_second_exchange_retires_the_oldest_key(tmp_path: Path) -> None:
    oldest = SigningKeys.open(tmp_path, NOW_MS).current.thumbprint()
    exchange(tmp_path)
    exchange(tmp_path)
    kids = [key["kid"] for key in SigningKeys.open(tmp_path, NOW_MS).published()["keys"]]
    assert len(kids) == 2
    assert oldest not in kids
