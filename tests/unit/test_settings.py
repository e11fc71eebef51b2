"""Settings: defaults, overrides, and a clear word about everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from timeback_desktop.presence.profiles import AccessProfile, adapted
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.settings import SettingsUnreadable, load_settings


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "settings.toml", timezone="Asia/Tokyo")
    assert (settings.timezone, settings.goal_minutes, settings.presence.work) == (
        "Asia/Tokyo",
        60,
        150_000,
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
        ("[rules]\nrushing_row = 'many'", "rules.rushing_row"),
        ("[rules]\nrow = 3", "rules.row is not a setting"),
        ("[probes]\ncamera = true", "probes.camera is not a setting"),
        ("[apps.x]\ncolour = 'red'", "apps.x.colour is not a setting"),
        ("[apps.x.presence]\nwork = -1", "apps.x.presence.work is below zero"),
        ("[apps.x.presence]\nwork = 'long'", "apps.x.presence.work"),
        ("[students.s]\naccess = 'lazy'", "access"),
        ("students = 3", "students"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsUnreadable, match=named.replace(".", r"\.")):
        load_settings(write(tmp_path / "s.toml", text), timezone="UTC")


def test_a_file_of_noise_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsUnreadable, match="cannot be used"):
        load_settings(tmp_path / "s.toml", timezone="UTC")


def test_the_later_word_wins_school_app_profile_student(tmp_path: Path) -> None:
    text = """
    [presence]
    work = 100000
    credit = 20000
    [apps.ixl.presence]
    work = 200000
    [apps.ixl.rules]
    rushing_mean_ms = 20000
    [students.ava]
    access = "switch"
    [students.ava.presence]
    credit = 60000
    """
    settings = load_settings(write(tmp_path / "s.toml", text), timezone="UTC")
    limits, rules = settings.limits_for("ixl", "ava")
    assert (limits.work, limits.credit, limits.rhythm) == (500_000, 60_000, False)
    assert rules.rushing_mean_ms == 20_000
    others, _ = settings.limits_for("other", "ben")
    assert (others.work, others.credit, others.rhythm) == (100_000, 20_000, True)


@pytest.mark.parametrize("profile", list(AccessProfile))
def test_no_profile_is_shown_less_patience(profile: AccessProfile) -> None:
    standard, theirs = Thresholds(), adapted(Thresholds(), profile)
    for name in ("work", "work_max", "read_max", "discussion", "after_media", "timeout"):
        assert getattr(theirs, name) >= getattr(standard, name)
    assert theirs.work_max < theirs.timeout
    assert theirs.read_max <= theirs.timeout
