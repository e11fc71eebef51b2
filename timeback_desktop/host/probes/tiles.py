"""How much of a picture changed, told from strips of it without keeping a pixel.

A strip is one row of pixels, 4 bytes each: blue, green, red and one that means nothing. Each
strip becomes ``COLUMNS`` sums of brightness; a strip whose keyed hash is that of the last look
isn't summed again, so a picture at rest costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

ROWS = 18
COLUMNS = 64
MOVED = 12  # of 255: how far the mean of a tile has to move to count as changed
SAMPLES = 24  # bytes looked at in a tile; more don't change the answer, only the bill


def rows_of(top: int, height: int) -> list[int]:
    """Return the rows to read: the middle of each of ``ROWS`` bands, fewer if there are fewer."""
    bands = min(ROWS, height)
    return [top + (2 * band + 1) * height // (2 * bands) for band in range(bands)]


class Tiles:
    """The sums of the tiles as they were at the last look."""

    __slots__ = ("_edges", "_hashes", "_limits", "_padding", "_step", "_sums", "_width")

    def __init__(self, width: int) -> None:
        columns = min(COLUMNS, width)
        self._width = width
        self._edges = [column * width // columns * 4 for column in range(columns + 1)]
        # One more than a multiple of four: the samples take turns at blue, green and red.
        self._step = 4 * max(1, width // columns // SAMPLES) + 1
        self._padding = bytes(width)
        self._limits = [MOVED * _colours(a, b, self._step) for a, b in pairwise(self._edges)]
        self._hashes: list[int] = []
        self._sums: list[list[int]] = []

    def change(self, strips: Iterable[bytearray]) -> float | None:
        """Return the share of tiles that moved since the last picture; ``None`` for the first."""
        before, hashes = self._sums, self._hashes
        self._sums, self._hashes = [], []
        moved = 0
        for row, strip in enumerate(strips):
            strip[3::4] = self._padding
            digest = hash(bytes(strip))
            if row < len(hashes) and hashes[row] == digest:
                sums = before[row]
            else:
                sums = self._sums_of(strip)
                moved += self._moved(before[row], sums) if row < len(before) else 0
            self._hashes.append(digest)
            self._sums.append(sums)
        tiles = len(self._sums) * len(self._limits)
        return moved / tiles if before and tiles else None

    def _sums_of(self, strip: bytearray) -> list[int]:
        step = self._step
        return [sum(strip[a:b:step]) for a, b in pairwise(self._edges)]

    def _moved(self, before: list[int], now: list[int]) -> int:
        compared = zip(before, now, self._limits, strict=True)
        return sum(abs(old - new) > limit for old, new, limit in compared)


def _colours(begin: int, end: int, step: int) -> int:
    """Return how many of the bytes looked at are a colour and not padding."""
    return sum(1 for place in range(begin, end, step) if place % 4 != 3)
