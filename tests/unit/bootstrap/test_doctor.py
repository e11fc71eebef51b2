"""The doctor says how each probe stands, records nothing, and never fails."""

import json

import pytest

from timeback_desktop.bootstrap import doctor
from timeback_desktop.presence.probes import Capability, NoProbes, ProbeName, ProbeState


class OneProbe(NoProbes):
    """A system with one thing to say; looking at it would be recording."""

    def report(self):
        return (
            Capability(ProbeName.SCREEN, ProbeState.WORKING, "x11-strips"),
            Capability(
                ProbeName.POWER,
                ProbeState.NEEDS_PERMISSION,
                "null",
                "Not allowed.",
                "Locks.",
                "Allow it.",
            ),
        )

    def look(self):
        raise AssertionError


def test_people_read_what_is_lost_and_the_way_out(tmp_path):
    text = doctor.examine(tmp_path / "none", OneProbe()).as_text()
    assert "screen        works by x11-strips" in text
    assert "power         needs permission" in text
    for line in ("why: Not allowed.", "lost: Locks.", "way out: Allow it.", "not made yet"):
        assert line in " ".join(text.split())
    assert not (tmp_path / "none").exists()


def test_machines_read_the_same(tmp_path):
    told = doctor.examine(tmp_path, OneProbe()).as_json()
    assert json.loads(json.dumps(told))["probes"][1]["way_out"] == "Allow it."
    assert told["dataFolder"] == {"path": str(tmp_path), "state": "writable"}
    assert told["versions"]["mss"]


def test_it_runs_with_no_display_at_all(monkeypatch, capsys, tmp_path):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    for kind in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", "unix:path=/nowhere")
    assert doctor.run(tmp_path, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert [line["name"] for line in told["probes"]] == list(ProbeName)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (None, "every value is the usual one"),
        ("[probes]\nscreen = false\n", "read"),
        ("[probes]\ncamera = true\n", "probes.camera is not a setting"),
    ],
)
def test_it_reads_the_schools_settings_and_survives_bad_ones(tmp_path, capsys, settings, told):
    if settings is not None:
        (tmp_path / "settings.toml").write_text(settings)
    assert doctor.run(tmp_path, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert told in found["settings"]
    if told == "read":
        assert found["probes"][0]["state"] == "off"
