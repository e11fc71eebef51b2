from __future__ import annotations

import itertools
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from timeback_desktop.backend.keys.__main__ import main
from timeback_desktop.backend.keys.ring import LEAD_MS, MAX_AGE_MS, OVERLAP_MS
from timeback_desktop.backend.keys.signing import SigningKeys
from timeback_desktop.clock import now_ms
from timeback_desktop.errors import ContractFault, EnvironmentFault

NOW_MS, DAY_MS = 1_795_000_000_000, 24 * 3600 * 1000


@pytest.fixture(autouse=True, scope="module")
def quick_keys() -> Any:
    """Make each key only once: finding primes is not what these tests are about."""
    spare = itertools.cycle([RSAKey.generate_key(2048) for _ in range(6)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RSAKey, "generate_key", lambda *_: next(spare))
        yield


def kids(keys: SigningKeys, now_ms: int) -> list[str]:
    return [key["kid"] for key in keys.published(now_ms)["keys"]]


def signer(keys: SigningKeys, now_ms: int) -> str:
    told: Any = keys.published(now_ms)
    published = KeySet.import_key_set(told)
    return str(jwt.decode(keys.sign({"a": 1}, now_ms), published).header["kid"])


def test_keys_are_made_once_and_are_for_their_owner_only(tmp_path: Path) -> None:
    first = SigningKeys.open(tmp_path / "keys", NOW_MS)
    (kept,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    later = SigningKeys.open(tmp_path / "keys", NOW_MS + MAX_AGE_MS - 1)
    assert kids(later, NOW_MS) == kids(first, NOW_MS)
    assert "d" not in first.published(NOW_MS)["keys"][0]


def test_the_next_key_is_published_before_it_signs_and_the_last_one_for_a_while(
    tmp_path: Path,
) -> None:
    keys = SigningKeys.open(tmp_path, NOW_MS)
    first, second = kids(keys, NOW_MS)
    assert signer(keys, NOW_MS + MAX_AGE_MS - 1) == first
    turned_ms = NOW_MS + MAX_AGE_MS
    assert signer(keys, turned_ms) == second
    assert [kid in {first, second} for kid in kids(keys, turned_ms)] == [True, False, True]
    assert first in kids(keys, turned_ms + OVERLAP_MS - 1)
    assert first not in kids(keys, turned_ms + OVERLAP_MS)


def test_a_key_that_nobody_has_seen_yet_does_not_sign(tmp_path: Path) -> None:
    keys = SigningKeys.open(tmp_path, NOW_MS)
    before = signer(keys, NOW_MS)
    with pytest.raises(ContractFault, match="may sign in 600 s"):
        keys.turn(NOW_MS)
    assert signer(keys, NOW_MS) == before
    assert keys.turn(NOW_MS + LEAD_MS) == signer(keys, NOW_MS + LEAD_MS) != before


def test_keys_that_signed_in_quick_succession_all_stay_published(tmp_path: Path) -> None:
    keys = SigningKeys.open(tmp_path, NOW_MS)
    signed = [signer(keys, NOW_MS)]
    signed += [keys.turn(NOW_MS + LEAD_MS * turn) for turn in (1, 2, 3)]
    assert len(set(signed)) == 4
    assert set(signed) < set(kids(keys, NOW_MS + LEAD_MS * 3))


def test_a_turn_by_another_process_counts_at_once(tmp_path: Path) -> None:
    running = SigningKeys.open(tmp_path, NOW_MS)
    signer(running, NOW_MS)
    turned = SigningKeys.open(tmp_path, NOW_MS).turn(NOW_MS + LEAD_MS)
    assert signer(running, NOW_MS + LEAD_MS) == turned


def test_the_key_of_an_older_version_goes_on_signing(tmp_path: Path) -> None:
    old = RSAKey.generate_key(2048)
    (tmp_path / "current.pem").write_bytes(old.as_pem(private=True))
    os.utime(tmp_path / "current.pem", ns=(NOW_MS * 1_000_000,) * 2)
    keys = SigningKeys.open(tmp_path, NOW_MS + DAY_MS)
    assert signer(keys, NOW_MS + DAY_MS) == old.thumbprint()
    assert signer(keys, NOW_MS + MAX_AGE_MS) != old.thumbprint()
    assert old.thumbprint() in kids(keys, NOW_MS + MAX_AGE_MS)


@pytest.mark.parametrize("broken", [b"", b"[]", b"{", b'[{"jwk": {}}, 1]', b"\xff"])
def test_a_broken_file_is_told_to_the_person(tmp_path: Path, broken: bytes) -> None:
    SigningKeys.open(tmp_path, NOW_MS)
    (tmp_path / "signing-keys.json").write_bytes(broken)
    with pytest.raises(EnvironmentFault, match="signing keys"):
        SigningKeys.open(tmp_path, NOW_MS)


def test_a_private_key_that_was_changed_signs_nothing(tmp_path: Path) -> None:
    keys = SigningKeys.open(tmp_path, NOW_MS)
    path = tmp_path / "signing-keys.json"
    told = json.loads(path.read_bytes())
    told[0]["jwk"]["d"] = told[1]["jwk"]["d"][:-4]
    path.write_text(json.dumps(told))
    with pytest.raises(EnvironmentFault, match="signing keys"):
        keys.sign({}, NOW_MS)


def test_the_command_line_turns_the_keys_and_not_twice_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = SigningKeys.open(tmp_path / "keys", now_ms() - LEAD_MS)
    following = kids(keys, NOW_MS)[1]
    assert main(["--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{following} signs from now on.\n"
    assert main(["--data", str(tmp_path)]) == 1
    assert "too new" in capsys.readouterr().err
