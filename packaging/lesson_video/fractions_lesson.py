"""The drawings of "Why fractions need equal parts"; one function a chapter."""

from __future__ import annotations

from math import cos, radians, sin

from canvas import Canvas, ease
from PySide6.QtCore import QPointF, QRectF

GROUND = "#fbf4e4"
_INK, _SOFT, _CAKE, _EDGE = "#3a3147", "#8a7f92", "#f0b78a", "#fffaf0"
_FRIENDS = ("#5b8fd6", "#4fa58a", "#d98ab5", "#e0a13c")
_UNEQUAL = ((100, 150), (250, 110), (0, 70), (70, 30))
_EQUAL = ((90, 90), (180, 90), (270, 90), (0, 90))


def _friend(canvas: Canvas, x: float, y: float, colour: str, mood: float) -> None:
    canvas.circle(x, y, 34, colour)
    canvas.circle(x - 11, y - 6, 4, _INK)
    canvas.circle(x + 11, y - 6, 4, _INK)
    for step in range(-10, 10, 2):
        bend = [y + 14 + mood * (4 - (v * v) / 25) for v in (step, step + 2)]
        canvas.line(QPointF(x + step, bend[0]), QPointF(x + step + 2, bend[1]), _INK, 3)


def _cake(canvas: Canvas, parts: tuple[tuple[int, int], ...], spread: float) -> None:
    canvas.circle(330, 225, 178, "#efe3cb")
    for index, (start, span) in enumerate(parts):
        middle = radians(start + span / 2)
        x, y = 330 + cos(middle) * spread, 225 - sin(middle) * spread
        canvas.wedge(QRectF(x - 150, y - 150, 300, 300), start, span, _CAKE)
        far = 92
        canvas.circle(x + cos(middle) * far, y - sin(middle) * far, 10, _FRIENDS[index])


def fair(canvas: Canvas, line: int, part: float, t: float) -> None:
    """Cut a cake in a way that is not fair, then in one that is."""
    moods = {0: 1.0, 1: 1.0, 2: 1 - 2 * ease(part), 3: -1.0, 4: -1 + ease(part), 5: ease(part)}
    for index, colour in enumerate(_FRIENDS):
        bob = 3 * sin(t * 1.6 + index)
        mood = moods.get(line, 1.0)
        glad = 1.0 if index == 0 and line in {2, 3} else mood
        _friend(canvas, 660 + index % 2 * 140, 140 + index // 2 * 150 + bob, colour, glad)
    if line == 0:
        canvas.circle(330, 225, 178, "#efe3cb")
        canvas.circle(330, 225, 150, _CAKE)
    elif line <= 3:
        _cake(canvas, _UNEQUAL, 16 * ease(part * 2) if line == 1 else 16)
    elif line == 4:
        _cake(canvas, ((90, 180), (270, 180)), 10 * ease(part * 2 - 0.6))
    else:
        _cake(canvas, _EQUAL, 16 * ease(part * 2) if line == 5 else 16)
    if line in {2, 3}:
        canvas.fade(part * 2 if line == 2 else 1)
        canvas.text(330, 35, "4 pieces, not the same size", _SOFT)
    if line == 6:
        canvas.fade(part * 2)
        canvas.text(330, 35, "4 equal parts", "#2f7d6a", 30)
    canvas.fade(1)


def _bar(canvas: Canvas, y: float, parts: int, coloured: float, height: float = 84) -> None:
    width = 640 / parts
    for index in range(parts):
        box = QRectF(160 + index * width + 2, y, width - 4, height)
        canvas.box(box, "#fffaf0", "#cfc2ad", 8)
        fill = ease(coloured - index)
        if fill > 0:
            box.setWidth((width - 4) * fill)
            canvas.box(box, "#e0a13c", "", 8)


def _fraction(canvas: Canvas, x: float, top: str, bottom: str, glow: str = "") -> None:
    canvas.text(x, 110, top, "#d0792a" if glow == "top" else _INK, 76)
    canvas.line(QPointF(x - 46, 166), QPointF(x + 46, 166), _INK, 7)
    canvas.text(x, 222, bottom, "#3f74b8" if glow == "bottom" else _INK, 76)


def numbers(canvas: Canvas, line: int, part: float, t: float) -> None:
    """Show what the top and the bottom number of a fraction say."""
    counts = {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: ease(part * 2), 6: 3 + ease(part * 2), 7: 4.0}
    coloured = counts.get(line, 1 + ease(part * 3) + ease(part * 3 - 1.5))
    top = max(1, int(coloured + 0.1))
    glow = {1: "bottom", 2: "bottom", 3: "top", 4: "top", 5: "top"}.get(line, "")
    canvas.fade(part * 3 if line == 0 else 1)
    _fraction(canvas, 480, str(top), "4", glow)
    _bar(canvas, 300, 4, coloured)
    if line in {1, 2, 7}:
        canvas.text(725, 222, "equal parts in one whole", "#3f74b8", 24)
    if line in {3, 4, 5, 7}:
        canvas.text(235, 110, "parts that we have", "#d0792a", 24)
    if line == 2:
        for index in range(4):
            canvas.fade(part * 4 - index * 0.6)
            canvas.text(240 + index * 160, 342, str(index + 1), _INK, 34)
    if line == 6:
        canvas.fade(part * 2 - 0.6)
        canvas.text(700, 166, "= 1 whole", "#2f7d6a", 40)
    canvas.fade(1)
    _friend(canvas, 84, 342 + 3 * sin(t * 1.6), _FRIENDS[1], 1.0)


def names(canvas: Canvas, line: int, part: float, t: float) -> None:
    """Cut the same bar finer and finer: new names for the same size."""
    rows = ((2, 1, "1/2"), (4, 2, "2/4"), (8, 4, "4/8"))
    shown = {0: 1, 1: 2, 2: 2, 3: 3, 4: 3}.get(line, 3)
    for row in range(shown):
        parts, coloured, name = rows[row]
        new = line in {1, 3} and row == shown - 1
        canvas.fade(part * 2 if new or (line == 0) else 1)
        _bar(canvas, 50 + row * 125, parts, coloured, 88)
        if not (new and part < 0.5):
            canvas.text(90, 94 + row * 125, name, _INK, 40)
    canvas.fade(1)
    if line >= 2:
        for step in range(0, 360, 24):
            canvas.line(QPointF(480, 40 + step), QPointF(480, 50 + step), "#2f7d6a", 5)
    if line >= 5:
        canvas.fade(part * 2 if line == 5 else 1)
        canvas.text(870, 220 + 3 * sin(t * 1.6), "=", "#2f7d6a", 76)
    canvas.fade(1)


CHAPTERS = (fair, numbers, names)
