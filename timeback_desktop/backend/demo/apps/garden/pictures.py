"""Pictures that explain arithmetic, drawn as SVG; colours come from the style sheet."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from math import ceil

_DOT = 22
_LINE_LEFT, _LINE_WIDTH = 30, 540


def _svg(width: float, height: float, label: str, body: str) -> str:
    return (
        f'<svg class="picture" viewBox="0 0 {width:g} {height:g}" width="{width * 1.3:g}" '
        f'height="{height * 1.3:g}" role="img" '
        f'aria-label="{escape(label)}">{body}</svg>'
    )


def array(rows: int, columns: int) -> str:
    """Draw rows of dots, each row in one of two shades so that rows can be counted."""
    dots = "".join(
        f'<circle class="dot shade{row % 2}" cx="{_DOT * (column + 0.7):g}" '
        f'cy="{_DOT * (row + 0.7):g}" r="8"/>'
        for row in range(rows)
        for column in range(columns)
    )
    label = f"{rows} rows of {columns} dots"
    return _svg(_DOT * (columns + 0.4), _DOT * (rows + 0.4), label, dots)


def two_groups(first: int, second: int) -> str:
    """Draw two groups of dots side by side, five in a row."""
    body, gap = "", _DOT * 6.2
    for group, count in enumerate((first, second)):
        for index in range(count):
            x = group * gap + _DOT * (index % 5 + 0.7)
            y = _DOT * (index // 5 + 0.7)
            body += f'<circle class="dot shade{group}" cx="{x:g}" cy="{y:g}" r="8"/>'
    rows = ceil(max(first, second) / 5)
    label = f"{first} dots and {second} dots"
    width = gap + _DOT * (min(second, 5) + 0.4)
    return _svg(width, _DOT * (rows + 0.4), label, body)


def taken_away(total: int, taken: int) -> str:
    """Draw a row of dots, the last ones hollow because they were taken away."""
    body = "".join(
        f'<circle class="dot {"gone" if index >= total - taken else "shade0"}" '
        f'cx="{_DOT * (index % 10 + 0.7):g}" cy="{_DOT * (index // 10 + 0.7):g}" r="8"/>'
        for index in range(total)
    )
    label = f"{total} dots, {taken} of them taken away"
    width = _DOT * (min(total, 10) + 0.4)
    return _svg(width, _DOT * (ceil(total / 10) + 0.4), label, body)


def jumps(stops: list[int]) -> str:
    """Draw a number line with an arc from each stop to the next."""
    low, high = min(stops), max(stops)
    scale = _LINE_WIDTH / max(high - low, 1)
    places = [_LINE_LEFT + (stop - low) * scale for stop in stops]
    body = f'<path class="axis" d="M10 110H{_LINE_WIDTH + 50}"/>'
    for index, (start, end) in enumerate(pairwise(places)):
        middle, lift = (start + end) / 2, 100 - min(90, abs(end - start) * 0.6 + 30)
        change = stops[index + 1] - stops[index]
        body += f'<path class="jump" d="M{start:.1f} 106Q{middle:.1f} {lift:.1f} {end:.1f} 106"/>'
        height = (lift + 106) / 2 - 8
        body += f'<text class="by" x="{middle:.1f}" y="{height:.1f}">{change:+d}</text>'
    for stop, place in zip(stops, places, strict=True):
        body += f'<circle class="stop" cx="{place:.1f}" cy="110" r="6"/>'
        body += f'<text x="{place:.1f}" y="140">{stop}</text>'
    label = "A number line with jumps: " + ", ".join(str(stop) for stop in stops)
    return _svg(_LINE_WIDTH + 60, 150, label, body)


def area(tens: int, ones: int, times: int) -> str:
    """Draw a rectangle cut into a tens part and a ones part."""
    split = 60 + 400 * tens / (tens + ones)
    body = (
        f'<rect class="part shade0" x="60" y="30" width="{split - 60:.1f}" height="90" rx="6"/>'
        f'<rect class="part shade1" x="{split:.1f}" y="30" width="{460 - split:.1f}" '
        f'height="90" rx="6"/>'
        f'<text x="{(60 + split) / 2:.1f}" y="20">{tens}</text>'
        f'<text x="{(split + 460) / 2:.1f}" y="20">{ones}</text>'
        f'<text x="30" y="82">{times}</text>'
        f'<text class="on" x="{(60 + split) / 2:.1f}" y="82">{tens * times}</text>'
        f'<text class="on" x="{(split + 460) / 2:.1f}" y="82">{ones * times}</text>'
    )
    label = f"A rectangle in two parts: {tens} times {times} and {ones} times {times}"
    return _svg(480, 130, label, body)


def fraction_bars(*fractions: tuple[int, int]) -> str:
    """Draw one bar a fraction, all of the same length, so that they can be compared."""
    body = ""
    for row, (top, bottom) in enumerate(fractions):
        y, piece = 10 + row * 62, 460 / bottom
        for index in range(bottom):
            kind = f"shade{row % 2}" if index < top else "empty"
            x = 60 + index * piece
            body += (
                f'<rect class="part {kind}" x="{x:.1f}" y="{y}" '
                f'width="{piece - 2:.1f}" height="46" rx="4"/>'
            )
        body += f'<text x="28" y="{y + 31}">{top}/{bottom}</text>'
    label = "Bars for " + " and ".join(f"{top}/{bottom}" for top, bottom in fractions)
    return _svg(530, len(fractions) * 62 + 10, label, body)


def path(grown: int, length: int) -> str:
    """Draw the garden path: a flower for each question done, a seed for each to come."""
    body = f'<path class="trail" d="M20 62Q{length * 14} 22 {length * 28} 58T{length * 56} 52"/>'
    for index in range(length):
        x, y = 36 + index * 55, 58 + (-10 if index % 2 else 4)
        body += _flower(x, y, index) if index < grown else _seed(x, y)
    label = f"{grown} of {length} flowers have grown"
    return _svg(length * 56 + 20, 90, label, body)


def _flower(x: int, y: int, index: int) -> str:
    petals = "".join(
        f'<circle class="petal hue{index % 4}" cx="{x + dx}" cy="{y - 18 + dy}" r="7"/>'
        for dx, dy in ((-8, 0), (8, 0), (0, -8), (0, 8))
    )
    stem = f'<path class="stem" d="M{x} {y + 18}V{y - 12}"/>'
    return f'{stem}{petals}<circle class="heart" cx="{x}" cy="{y - 18}" r="5"/>'


def _seed(x: int, y: int) -> str:
    return f'<ellipse class="seed" cx="{x}" cy="{y + 8}" rx="9" ry="6"/>'
