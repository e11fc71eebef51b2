"""Where threads meet widgets: results and faults come back on the window's thread, in order."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from pytestqt.qtbot import QtBot

from timeback_desktop.errors import BackendUnavailable, TimeBackError
from timeback_desktop.ui.tasks import Tasks


def test_a_result_comes_back_on_the_windows_thread(qtbot: QtBot) -> None:
    tasks, seen = Tasks(), []
    worker: list[int] = []
    tasks.run(
        lambda: worker.append(threading.get_ident()) or 7,
        lambda value: seen.append((value, threading.get_ident())),
        seen.append,
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(7, threading.get_ident())]
    assert worker != [threading.get_ident()]
    tasks.close()


def test_a_fault_goes_to_whoever_deals_with_faults(qtbot: QtBot) -> None:
    tasks, faults = Tasks(), []

    def fail() -> None:
        raise BackendUnavailable("away", "wait")

    tasks.run(fail, lambda _: None, faults.append)
    qtbot.waitUntil(lambda: bool(faults))
    assert isinstance(faults[0], TimeBackError)
    tasks.close()


def test_a_bug_is_raised_where_the_crash_handler_sees_it(qtbot: QtBot) -> None:
    tasks = Tasks()
    with qtbot.captureExceptions() as raised:
        tasks.run(lambda: 1 // 0, lambda _: None, lambda _: None)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError
    tasks.close()


def test_what_is_posted_keeps_its_order(qtbot: QtBot) -> None:
    tasks, seen = Tasks(), []
    for number in range(200):
        tasks.post(lambda number=number: seen.append(number))
    qtbot.waitUntil(lambda: len(seen) == 200)
    assert seen == list(range(200))
    tasks.close()


def test_after_the_end_nothing_is_called_any_more(qtbot: QtBot) -> None:
    tasks, seen = Tasks(), []
    late: Future[int] = Future()
    tasks.follow(late, seen.append, seen.append)
    tasks.close()
    late.set_result(1)
    tasks.post(lambda: seen.append(2))
    qtbot.wait(50)
    assert seen == []
