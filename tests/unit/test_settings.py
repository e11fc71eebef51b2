"""Settings: defaults, overrides, and a clear word about everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from timeback_desktop.settings import SettingsUnreadable, load_settings


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "settings.toml", timezone="Asia/Tokyo")
    assert (settings.timezone, settings.goal_minutes, settings.presence.work) == (
        "Asia/Tokyo",
        60,
        120_000,
    )


def test_a_school_may_set_its_zone_and_thresholds(tmp_path: Path) -> None:
    file = write(tmp_path / "s.toml", 'timezone = "America/New_York"\n[presence]\nwork = 90000\n')
    settings = load_settings(file, timezone="UTC")
    assert (settings.timezone, settings.presence.work, settings.presence.credit) == (
        "America/New_York",
        90_000,
        30_000,
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("time_zone = 'UTC'", "time_zone is not a setting"),
        ("[presence]\nwrok = 1", "presence.wrok is not a setting"),
        ("[presence]\nwork = 'long'", "presence.work"),
        ("timezone = 'Mars/Olympus'", "not an IANA zone"),
        ("goal_minutes = [", "cannot be used: "),
        ("presence = 3", "presence"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsUnreadable, match=named.replace(".", r"\.")):
        load_settings(write(tmp_path / "s.toml", text), timezone="UTC")


def test_a_file_of_noise_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsUnreadable, match="cannot be used"):
        load_settings(tmp_path / "s.toml", timezone="UTC")
