"""A soft bed of tones: slow plucked notes of a pentatonic scale over a quiet low one."""

from __future__ import annotations

import wave
from array import array
from math import exp, sin, tau
from pathlib import Path

RATE = 24_000
_ROOTS = (130.81, 110.0, 87.31, 98.0)
_SCALE = (2.0, 2.25, 2.5, 3.0, 3.375, 4.0)
_ORDER = (0, 3, 2, 4, 1, 3, 5, 2)


def _add(track: list[float], start_s: float, pitch: float, length_s: float, loud: float) -> None:
    begin, fade = int(start_s * RATE), 3.2 / length_s
    for index in range(min(int(length_s * RATE), len(track) - begin)):
        t = index / RATE
        body = sin(tau * pitch * t) + 0.25 * sin(tau * pitch * 2 * t)
        track[begin + index] += loud * min(1.0, t / 0.06) * exp(-t * fade) * body


def write_music(path: Path, length_s: float) -> None:
    """Write a WAV file of this length, fading out at its end."""
    track = [0.0] * int(length_s * RATE)
    for bar in range(int(length_s // 8) + 1):
        root = _ROOTS[bar % len(_ROOTS)]
        _add(track, bar * 8.0, root, 9.0, 0.09)
        for beat, step in enumerate(_ORDER):
            _add(track, bar * 8.0 + beat, root * _SCALE[(step + bar) % 6], 3.5, 0.05)
    last = 3 * RATE
    samples = array("h")
    for index, value in enumerate(track):
        left = min(1.0, (len(track) - index) / last)
        samples.append(int(max(-1.0, min(1.0, value * left)) * 32_000))
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, len(samples), "NONE", ""))
        sound.writeframes(samples.tobytes())
