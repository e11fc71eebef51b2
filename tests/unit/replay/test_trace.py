"""A trace is read as it was recorded, or refused with the line that is wrong."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from timeback_desktop.presence.signal import AppEventKind, Context, Media, Surface
from timeback_desktop.replay.trace import TraceUnreadable, name_of, read_ticks


def write(folder: Path, *lines: object, name: str = "a.trace.jsonl") -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_heard(tmp_path: Path) -> None:
    line = {
        "t": 4000,
        "keys": 1,
        "clicks": 2,
        "wheel": 3,
        "moves": 4,
        "path_px": 5,
        "surface": "other_site",
        "visible": False,
        "locked": True,
        "audible": True,
        "media": "paused",
        "words": 6,
        "context": "reading",
        "screen_change": 0.25,
        "app_event": "answered_wrong",
        "colour": "unknown keys are ignored",
    }
    (tick,) = read_ticks(write(tmp_path, line))
    assert tick.stamp.mono_ms == tick.stamp.awake_ms == 5000
    assert (tick.inputs.keys, tick.inputs.path_px, tick.surface) == (1, 5, Surface.OTHER_SITE)
    assert tick.page is not None
    assert (tick.page.visible, tick.page.media, tick.page.context) == (
        False,
        Media.PAUSED,
        Context.READING,
    )
    assert (tick.power.locked, tick.screen_change) == (True, 0.25)
    assert [event.kind for event in tick.app_events] == [AppEventKind.ANSWERED_WRONG]


@pytest.mark.parametrize("line", [{"t": 0}, {"t": 0, "keys": None, "media": None, "words": None}])
def test_a_missing_key_takes_its_quiet_default(tmp_path: Path, line: object) -> None:
    (tick,) = read_ticks(write(tmp_path, line))
    assert tick.inputs.discrete == 0
    assert tick.surface is Surface.LEARNING
    assert tick.page is not None
    assert tick.page.visible
    assert tick.screen_change is None  # not measured is not the same as still


def test_sleep_and_locks_last_until_their_end(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        {"t": 0, "power": "lock"},
        {"t": 1000},
        {"t": 2000, "power": "unlock"},
        {"t": 3000, "power": "suspend"},
        {"t": 63000, "power": "resume"},
        {"t": 64000},
    )
    ticks = list(read_ticks(file))
    assert [tick.power.locked for tick in ticks] == [True, True, False, False, False, False]
    assert [tick.power.suspended for tick in ticks] == [False, False, False, False, True, False]
    assert [tick.stamp.awake_ms for tick in ticks][-2:] == [5000, 6000]


def test_a_wall_clock_that_is_set_moves_the_labels_alone(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        {"t": 0, "utc": "2026-03-29T00:59:59Z"},
        {"t": 1000},
        {"t": 2000, "utc": "2026-03-29T03:00:01+01:00"},
    )
    stamps = [tick.stamp for tick in read_ticks(file)]
    assert [stamp.mono_ms for stamp in stamps] == [1000, 2000, 3000]
    assert stamps[2].utc_ms - stamps[1].utc_ms == 3_601_000


@pytest.mark.parametrize("name", ["a.trace.jsonl", "a.trace.jsonl.gz"])
def test_plain_and_gzipped_read_alike(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = b'{"t": 0, "keys": 2}\n\n{"t": 1000}\n'
    path.write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    assert len(list(read_ticks(path))) == 2
    assert name_of(path) == "a"


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "null",
        '{"keys": 1}',
        '{"t": -1}',
        '{"t": 1.5}',
        '{"t": 1e99}',
        '{"t": true}',
        '{"t": 3, "keys": -1}',
        '{"t": 3, "keys": "many"}',
        '{"t": 3, "surface": "moon"}',
        '{"t": 3, "screen_change": 2}',
        '{"t": 3, "screen_change": NaN}',
        '{"t": 3, "utc": "yesterday"}',
        '{"t": 3, "utc": "2026-01-01T00:00:00"}',
        '{"t": 3, "utc": "99999-01-01T00:00:00Z"}',
        '{"t": 3, "power": "explode"}',
        '{"t": 3, "pad": "' + "x" * 70_000 + '"}',
        "\x00\x01",
    ],
)
def test_a_bad_line_stops_the_file_with_its_number(tmp_path: Path, bad: str) -> None:
    file = write(tmp_path, {"t": 0}, {"t": 1000}, bad, {"t": 2000})
    with pytest.raises(TraceUnreadable, match="line 3"):
        list(read_ticks(file))


def test_noise_and_cut_files_are_refused(tmp_path: Path) -> None:
    noise = tmp_path / "n.trace.jsonl.gz"
    noise.write_bytes(b"\x1f\x8b\x08noise")
    cut = tmp_path / "c.trace.jsonl.gz"
    cut.write_bytes(gzip.compress(b'{"t": 0}\n' * 5000)[:-12])
    for file in (noise, cut, tmp_path / "missing.trace.jsonl", tmp_path):
        with pytest.raises(TraceUnreadable):
            list(read_ticks(file))
