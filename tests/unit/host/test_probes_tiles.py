"""Tiles tell how much moved, at any width, and remember nothing but figures."""

import pytest

from timeback_desktop.host.probes.tiles import COLUMNS, ROWS, Tiles, rows_of


def strip(width: int, colour: bytes = b"\x00\x00\x00\x00") -> bytearray:
    return bytearray(colour * width)


def picture(width: int, colour: bytes = b"\x00\x00\x00\x00", rows: int = ROWS) -> list[bytearray]:
    return [strip(width, colour) for _ in range(rows)]


@pytest.mark.parametrize("width", [1, 7, 63, 64, 65, 1366, 1920, 3840, 7680])
def test_nothing_moves_and_then_everything_does(width):
    tiles = Tiles(width)
    assert tiles.change(picture(width)) is None
    assert tiles.change(picture(width)) == 0.0
    assert tiles.change(picture(width, b"\xff\xff\xff\x00")) == 1.0


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_every_colour_counts(channel):
    tiles = Tiles(1920)
    colour = bytearray(4)
    colour[channel] = 255
    tiles.change(picture(1920))
    assert tiles.change(picture(1920, bytes(colour))) == 1.0


def test_the_byte_without_meaning_does_not():
    tiles = Tiles(1920)
    tiles.change(picture(1920, b"\x10\x20\x30\x00"))
    assert tiles.change(picture(1920, b"\x10\x20\x30\xff")) == 0.0


@pytest.mark.parametrize(("step", "moved"), [(11, 0.0), (12, 0.0), (13, 1.0), (-13, 1.0)])
def test_a_tile_moves_when_its_mean_passes_the_limit(step, moved):
    tiles = Tiles(1280)
    tiles.change(picture(1280, bytes([100, 100, 100, 0])))
    assert tiles.change(picture(1280, bytes([100 + step] * 3 + [0]))) == moved


def test_a_corner_is_its_share():
    tiles = Tiles(1280)
    tiles.change(picture(1280))
    changed = picture(1280)
    for row in changed[: ROWS // 2]:
        row[: 640 * 4] = b"\xff\xff\xff\x00" * 640
    assert tiles.change(changed) == 0.25


def test_a_slow_fade_is_seen_when_it_has_gone_far_enough():
    """Each step is measured against the last look, so a fade of 5 a second isn't a change."""
    tiles = Tiles(64)
    shares = [tiles.change(picture(64, bytes([level] * 3 + [0]))) for level in range(0, 50, 5)]
    assert shares == [None, *[0.0] * 9]


@pytest.mark.parametrize("height", [1, 2, 17, 18, 19, 720, 2160])
def test_rows_lie_inside_and_apart(height):
    rows = rows_of(100, height)
    assert len(rows) == len(set(rows)) == min(ROWS, height)
    assert all(100 <= row < 100 + height for row in rows)


def test_a_strip_of_another_length_is_refused():
    with pytest.raises(ValueError, match="extended slice"):
        Tiles(100).change([strip(99)])


def test_only_figures_are_kept():
    tiles = Tiles(1920)
    tiles.change(picture(1920, b"PIX\x00"))
    kept = [tiles._sums, tiles._hashes]
    assert b"PIX" not in repr(kept).encode()
    assert all(isinstance(number, int) for row in tiles._sums for number in row)
    assert sum(map(len, tiles._sums)) == ROWS * COLUMNS
