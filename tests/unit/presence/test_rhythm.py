"""People are never metronomic; things are, whatever they press."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest

from timeback_desktop.presence.rhythm import Rhythm
from timeback_desktop.presence.signal import InputCounts

Second = tuple[InputCounts, float | None] | None
WINDOWS = 10_000
STYLES = ("worker", "wanderer", "clicker", "typist", "scroller")


def alarm(seconds: list[Second]) -> int | None:
    """Return the second at which input is called simulated, if it is."""
    rhythm = Rhythm()
    for index, second in enumerate(seconds, start=1):
        if second is None:
            rhythm.quiet()
        elif not rhythm.hear(index * 1000, *second):
            return index
    return None


def metronome(
    period: float, make: Callable[[Random], InputCounts], *, seconds: int = 125, burst: int = 1
) -> list[Second]:
    rng = Random(5)
    heard: list[Second] = [None] * seconds
    beat = 0.3
    while beat < seconds:
        for index in range(int(beat), min(int(beat) + burst, seconds)):
            heard[index] = (make(rng), 0.004)
        beat += period
    return heard


THINGS = {
    "a pointer nudged": lambda _: InputCounts(moves=1, path_px=60),
    "a pointer nudged about as far": lambda rng: InputCounts(moves=1, path_px=rng.randint(50, 70)),
    "a key": lambda _: InputCounts(keys=1),
    "several keys": lambda _: InputCounts(keys=4),
    "a click": lambda _: InputCounts(clicks=1),
    "a click after a move": lambda _: InputCounts(clicks=1, moves=3, path_px=80),
    "the wheel": lambda _: InputCounts(wheel=2),
    "a touch": lambda _: InputCounts(touches=1),
}


@pytest.mark.parametrize("period", [1, 1.5, 2, 2.5, 3, 5, 7, 10, 15, 20, 26, 30])
@pytest.mark.parametrize("thing", THINGS)
def test_a_metronome_is_found_within_two_minutes(thing: str, period: float) -> None:
    found = alarm(metronome(period, THINGS[thing]))
    assert found is not None
    # Sampling may add a second or two, and a beat cannot be told before it comes.
    assert found <= 120 + min(period, 7)


@pytest.mark.parametrize("period", [8, 15, 25])
def test_a_pointer_led_round_in_circles_is_found(period: float) -> None:
    assert alarm(metronome(period, THINGS["a pointer nudged about as far"], burst=3)) is not None


def test_a_slow_metronome_is_found_at_its_fifth_beat() -> None:
    found = alarm(metronome(45, THINGS["a pointer nudged"], seconds=300))
    assert found is not None
    assert found <= 4 * 45 + 2


def person(rng: Random, style: str, seconds: int = 120) -> list[Second]:
    heard: list[Second] = [None] * seconds
    median, sigma = rng.uniform(2, 25), rng.uniform(0.5, 1.2)
    at = rng.uniform(0, 5)
    while at < seconds:
        length = 1 if style in {"wanderer", "clicker"} else rng.choice([1, 1, 2, 4, 9])
        for index in range(int(at), min(int(at) + length, seconds)):
            heard[index] = _a_second(rng, style)
        at += length - 1 + rng.lognormvariate(math.log(median), sigma)
    return heard


def _a_second(rng: Random, style: str) -> Second:
    far = rng.randint(51, 900)
    made = {
        "worker": InputCounts(rng.choice([0, 0, 2]), rng.choice([0, 1, 1]), 0, 0, 5, far),
        "wanderer": InputCounts(moves=rng.randint(1, 20), path_px=far),
        "clicker": InputCounts(clicks=1, moves=3, path_px=rng.randint(0, 400)),
        "typist": InputCounts(keys=max(1, round(rng.gauss(4, 1.5)))),
        "scroller": InputCounts(wheel=rng.randint(1, 6)),
    }[style]
    return made, rng.choice([None, rng.uniform(0, 0.01), rng.uniform(0, 0.4)])


def test_no_person_is_ever_taken_for_a_metronome() -> None:
    rng = Random(20261123)
    alarms = [
        style
        for index in range(WINDOWS)
        if alarm(person(rng, style := STYLES[index % len(STYLES)])) is not None
    ]
    assert alarms == []


def test_an_answer_in_the_app_clears_the_doubt() -> None:
    rhythm = Rhythm()
    for second in range(1, 200):
        if second % 5 == 0:
            rhythm.hear(second * 1000, InputCounts(clicks=1), None)
            if second % 50 == 0:
                rhythm.certify()
        else:
            rhythm.quiet()
    assert rhythm.simulated_from is None


def test_the_person_who_comes_back_is_heard_at_once() -> None:
    rhythm = Rhythm()
    for second in range(1, 140):
        if second % 10 == 0:
            rhythm.hear(second * 1000, InputCounts(moves=1, path_px=60), 0.0)
        else:
            rhythm.quiet()
    assert rhythm.simulated_from == 10_000
    assert rhythm.hear(143_000, InputCounts(keys=3), 0.2)
    assert rhythm.simulated_from is None
