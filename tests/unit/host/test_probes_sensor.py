"""The fence around a sensor: first that works, null when it breaks, one line in the log."""

import logging

import pytest

from timeback_desktop.host.probes.sensor import FAILURES_ENDURED, Candidate, Probe, Unavailable
from timeback_desktop.presence.probes import ProbeName, ProbeState

SECRET = "Marker in the text of an error"


class Scripted:
    """A sensor that plays a list of answers; an exception among them is raised."""

    def __init__(self, *answers, bad_close: bool = False) -> None:
        self.answers = list(answers)
        self.bad_close = bad_close
        self.closed = 0

    def read(self):
        answer = self.answers.pop(0) if self.answers else 7
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1
        if self.bad_close:
            raise OSError(SECRET)


def probe(*sensors) -> Probe:
    """A probe over sensors, or over what opening one raises."""

    def opening(made):
        def opened():
            if isinstance(made, Exception):
                raise made
            return made

        return opened

    named = [Candidate(f"way-{number}", opening(made)) for number, made in enumerate(sensors)]
    return Probe(ProbeName.IDLE_CLOCK, named, None, "what is lost")


def test_the_first_that_works_is_chosen():
    chosen = probe(Unavailable("No first."), ImportError(SECRET), Scripted(41), Scripted(42))
    chosen.start()
    assert chosen.look() == 41
    assert (chosen.capability.state, chosen.capability.backend) == (ProbeState.WORKING, "way-2")


def test_none_that_works_says_why_and_what_is_lost():
    none = probe(Unavailable("No first."), ImportError(SECRET))
    none.start()
    assert none.look() is None
    line = none.capability
    assert (line.state, line.backend, line.lost) == (ProbeState.UNAVAILABLE, "null", "what is lost")
    assert line.reason == "No first. way-1 can't be opened (ImportError)."


def test_a_missing_permission_outweighs_other_reasons():
    asks = Unavailable("Not allowed.", "Allow it.", state=ProbeState.NEEDS_PERMISSION)
    line = probe(Unavailable("No first.", "Buy one."), asks)
    line.start()
    assert line.capability.state is ProbeState.NEEDS_PERMISSION
    assert line.capability.way_out == "Allow it."


def test_switched_off_is_off():
    off = probe()
    off.start()
    assert (off.look(), off.capability.state) == (None, ProbeState.OFF)


def test_nothing_is_open_before_the_start_or_after_the_stop():
    sensor = Scripted(1, 2)
    some = probe(sensor)
    assert some.look() is None
    some.start()
    some.start()
    assert some.look() == 1
    some.stop()
    some.stop()
    assert (some.look(), sensor.closed) == (None, 1)
    assert some.capability.state is ProbeState.WORKING


def test_a_failure_is_unknown_and_the_sensor_is_opened_anew():
    sensor = Scripted(1, OSError(), 3)
    some = probe(sensor)
    some.start()
    assert [some.look() for _ in range(3)] == [1, None, 3]
    assert sensor.closed == 1


def test_a_broken_sensor_is_given_up_and_told_once(caplog):
    sensor = Scripted(*[RuntimeError(SECRET)] * 99, bad_close=True)
    some = probe(sensor)
    with caplog.at_level(logging.INFO, "timeback_desktop.host.probes.sensor"):
        for _ in range(3):  # sessions
            some.start()
            assert [some.look() for _ in range(20)] == [None] * 20
            some.stop()
    assert sensor.closed == 3 * FAILURES_ENDURED
    assert [record.getMessage() for record in caplog.records] == [
        "the probe of the idle_clock is off: way-0 stopped answering (RuntimeError)."
    ]
    assert SECRET not in repr(some.capability)


def test_failures_far_apart_are_endured():
    sensor = Scripted(*[1, OSError(), 1] * 10)
    some = probe(sensor)
    some.start()
    told = [some.look() for _ in range(30)]
    assert told.count(None) == 10
    assert some.capability.state is ProbeState.WORKING


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_person_who_interrupts_is_obeyed(error):
    class Interrupted(Scripted):
        def read(self):
            raise error

    some = probe(Interrupted())
    some.start()
    with pytest.raises(error):
        some.look()
