"""Listeners only add one; what a key was is in no object afterwards."""

import gc
import types

import pytest

from timeback_desktop.host.probes.listening import Listeners
from timeback_desktop.presence.signal import InputCounts

SECRET = "the key that was pressed"


class FakeListener:
    def __init__(self, **callbacks) -> None:
        self.callbacks = callbacks
        self.alive = False

    def start(self) -> None:
        self.alive = True

    def stop(self) -> None:
        self.alive = False

    def join(self, _seconds: float) -> None:
        assert not self.alive

    def is_alive(self) -> bool:
        return self.alive


@pytest.fixture
def listeners() -> Listeners:
    module = types.SimpleNamespace(Listener=FakeListener)
    return Listeners(types.SimpleNamespace(keyboard=module, mouse=module))


def test_each_event_adds_one_and_is_forgotten(listeners):
    keyboard, mouse = (thread.callbacks for thread in listeners._threads)
    keyboard["on_press"](SECRET)
    keyboard["on_press"](SECRET, True)
    mouse["on_move"](10, 10)
    mouse["on_move"](13, 14, False)
    mouse["on_click"](1, 1, SECRET, True)
    mouse["on_click"](1, 1, SECRET, False, False)
    mouse["on_scroll"](1, 1, 0, -1)
    held = gc.get_referents(listeners, listeners.__dict__, listeners._counts)
    assert SECRET not in repr(held)
    assert listeners.read() == InputCounts(keys=2, clicks=1, wheel=1, moves=2, path_px=5)
    assert listeners.read() == InputCounts()


def test_a_listener_that_ends_is_a_failure(listeners):
    listeners._threads[0].stop()
    with pytest.raises(RuntimeError):
        listeners.read()


def test_close_ends_both_threads(listeners):
    listeners.close()
    assert not any(thread.is_alive() for thread in listeners._threads)
