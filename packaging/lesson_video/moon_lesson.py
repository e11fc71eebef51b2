"""The drawings of "How the Moon changes shape"; one function a chapter."""

from __future__ import annotations

from math import cos, pi, sin, sqrt, tau

from canvas import Canvas, ease
from PySide6.QtCore import QPointF, QRectF

GROUND = "#16223f"
_LIT, _DARK, _INK, _SUN, _SOFT = "#f3ead2", "#37425f", "#f5f1e6", "#ffc94d", "#8ea0c8"
_NAMES = (
    "New", "Crescent", "First quarter", "Gibbous",
    "Full", "Gibbous", "Last quarter", "Crescent",
)  # fmt: skip


def _stars(canvas: Canvas, t: float) -> None:
    for index in range(46):
        x, y = (index * 211 + 40) % 960, (index * 137 + 23) % 430
        canvas.fade(0.45 + 0.3 * sin(t * 0.7 + index))
        canvas.circle(x, y, 1.2 + index % 3 * 0.5, _INK)
    canvas.fade(1)


def _phase(canvas: Canvas, x: float, y: float, radius: float, turn: float) -> None:
    """Draw the Moon as seen from Earth; ``turn`` 0 is new, 0.5 is full."""
    canvas.circle(x, y, radius, _DARK)
    angle = (turn % 1) * tau
    side = 1 if angle < pi else -1
    steps = [sin(pi * (index / 60 - 0.5)) for index in range(61)]  # dense near the poles
    limb = [QPointF(x + side * radius * sqrt(max(0.0, 1 - v * v)), y + v * radius) for v in steps]
    edge = [
        QPointF(x + side * cos(angle) * radius * sqrt(max(0.0, 1 - v * v)), y + v * radius)
        for v in reversed(steps)
    ]
    canvas.shape(limb + edge, _LIT)
    _craters(canvas, x, y, radius)


def _craters(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.painter.setOpacity(0.12)
    for dx, dy, size in (
        (-0.3, -0.35, 0.2),
        (0.3, 0.1, 0.26),
        (-0.25, 0.4, 0.15),
        (0.35, -0.5, 0.1),
    ):
        canvas.circle(x + dx * radius, y + dy * radius, size * radius, "#000000")
    canvas.painter.setOpacity(1)


def _half_lit(
    canvas: Canvas, x: float, y: float, radius: float, colours: tuple[str, str] = (_LIT, _DARK)
) -> None:
    lit, dark = colours
    box = QRectF(x - radius, y - radius, radius * 2, radius * 2)
    canvas.circle(x, y, radius, dark)
    canvas.painter.setPen(lit)
    canvas.painter.setBrush(lit)
    canvas.painter.drawPie(box, 90 * 16, 180 * 16)


def _sun(canvas: Canvas, x: float, y: float, radius: float, t: float) -> None:
    for index in range(16):
        angle = index / 16 * tau + t * 0.08
        reach = radius * (1.22 + 0.05 * sin(t * 1.4 + index))
        inner, outer = radius * 1.08, reach + 14
        canvas.line(
            QPointF(x + cos(angle) * inner, y + sin(angle) * inner),
            QPointF(x + cos(angle) * outer, y + sin(angle) * outer),
            _SUN,
            6,
        )
    canvas.circle(x, y, radius, _SUN)


def _hills(canvas: Canvas) -> None:
    points = [QPointF(x, 430 + 26 * sin(x / 120) + 12 * sin(x / 47)) for x in range(0, 970, 12)]
    canvas.shape([QPointF(0, 540), *points, QPointF(960, 540)], "#0e1730")


def light(canvas: Canvas, line: int, part: float, t: float) -> None:
    """Show where moonlight comes from."""
    _stars(canvas, t)
    if line < 3:
        turn = {0: 0.5, 1: 0.5 + 0.42 * ease(part * 2), 2: 0.92 + 0.58 * ease(part)}[line]
        _phase(canvas, 480, 200, 120, turn)
        _hills(canvas)
        return
    if line == 3:
        canvas.circle(480, 225, 120, "#8b8f9c")
        _craters(canvas, 480, 225, 120)
        canvas.fade(part * 3)
        canvas.text(480, 60, "a ball of gray rock", _SOFT)
        return
    canvas.fade(part * 3 if line == 4 else 1)
    _sun(canvas, 110, 225, 74, t)
    for index in range(7):
        y = 135 + index * 30
        start = 215 + (t * 60 + index * 40) % 60
        for step in range(7):
            x = start + step * 60
            if x < 600:
                canvas.line(QPointF(x, y), QPointF(x + 22, y), _SUN, 3)
    canvas.fade(1)
    _half_lit(canvas, 720, 225, 100)
    _craters(canvas, 720, 225, 100)
    if line >= 5:
        canvas.fade(part * 2 if line == 5 else 1)
        canvas.text(672, 370, "bright side", _LIT, 24)
        canvas.text(800, 90, "dark side", _SOFT, 24)
    if line == 7:
        _half_lit(canvas, 430, 385, 40, ("#6fb3e0", "#24446b"))
        for index in range(3):
            reach = ease(part * 1.6 - index * 0.2)
            begin = QPointF(632, 200 + index * 34)
            tip = QPointF(632 - 165 * reach, begin.y() + (162 - index * 22) * reach)
            canvas.line(begin, tip, _LIT, 4)


def orbit(canvas: Canvas, line: int, part: float, t: float) -> None:
    """Show the Moon's way around Earth, and what is seen from there."""
    turns = {0: (0.1, 0.1), 1: (0.1, 1.0), 2: (0.0, 0.0), 3: (0.0, 0.0), 4: (0.0, 0.25)}
    start, end = turns.get(line, (0.25, 0.5) if line == 5 else (0.5, 1.0))
    turn = start + (end - start) * ease(part * 1.5 if line in {4, 5} else part)
    _stars(canvas, t)
    _sun(canvas, -20, 225, 90, t)
    canvas.painter.setOpacity(0.5)
    for index in range(27):
        x, y = 100 + index // 9 * 40 + (t * 40) % 40, 65 + index % 9 * 40
        canvas.line(QPointF(x, y), QPointF(x + 16, y), _SUN, 3)
    canvas.fade(1)
    canvas.ring(390, 225, 160, _SOFT)
    _half_lit(canvas, 390, 225, 52, ("#6fb3e0", "#24446b"))
    canvas.text(390, 225, "Earth", "#0e1730", 20)
    angle = turn * tau
    _half_lit(canvas, 390 - 160 * cos(angle), 225 + 160 * sin(angle), 26)
    if line >= 1:
        canvas.fade(part * 3 if line == 1 else 1)
        weeks = min(4, int(turn * 4 + 0.02))
        canvas.text(390, 30, f"{weeks} week{'' if weeks == 1 else 's'}", _SOFT, 24)
    canvas.fade(part * 2 if line == 2 else float(line > 2))
    canvas.box(QRectF(650, 80, 270, 300), "#0e1730", _SOFT, 24)
    if line >= 2:
        canvas.text(785, 115, "seen from Earth", _SOFT, 22)
        _phase(canvas, 785, 245, 88, turn)
    canvas.fade(1)


def names(canvas: Canvas, line: int, part: float, t: float) -> None:
    """Name the eight phases one after the other."""
    _stars(canvas, t)
    shown = min(line, 6) if line < 6 else 8
    for index in range(8):
        x, y = 130 + index % 4 * 233, 120 + index // 4 * 190
        new = (index == line - 1) if line < 6 else (line == 6 and index >= 5)
        if index >= shown:
            canvas.fade(0.25)
            canvas.ring(x, y, 62, _SOFT)
            canvas.fade(1)
            continue
        canvas.fade(part * 3 - (index - 5) * 0.5 if new else 1)
        _phase(canvas, x, y, 62 + (6 * sin(part * pi) if new else 0), index / 8)
        canvas.fade(part * 3 - (index - 5) * 0.5 if new and line == 6 else 1)
        canvas.text(x, y + 88, _NAMES[index], _SUN if new else _INK, 22)
    canvas.fade(1)


CHAPTERS = (light, orbit, names)
