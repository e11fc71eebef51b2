"""The guards of the test suite guard."""

import logging
import socket
from pathlib import Path

import platformdirs
import pytest

from tests.helpers.clock import FakeClock
from tests.helpers.logfail import WarningRecorder
from tests.helpers.loopback import LeftTheMachineError, is_loopback
from tests.helpers.processes import Child, ChildError

log = logging.getLogger("timeback_desktop.house")


def test_an_unexpected_warning_is_a_complaint(warning_recorder: WarningRecorder):
    log.warning("nobody knows me")
    assert warning_recorder.complaints == ["timeback_desktop.house: WARNING: nobody knows me"]
    warning_recorder.unexpected.clear()


def test_an_expected_warning_is_none(expect_warning, warning_recorder):
    expect_warning("set aside")
    assert warning_recorder.complaints == ["never logged: 'set aside'"]
    log.warning("the file was set aside")
    assert warning_recorder.complaints == []


def test_a_warning_announced_through_caplog_is_none(caplog, warning_recorder):
    with caplog.at_level(logging.WARNING):
        log.warning("announced")
    assert warning_recorder.complaints == []


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org", "127.0.0.1.nip.test"])
def test_no_connection_leaves_the_machine(loopback_only, host):
    with pytest.raises(LeftTheMachineError):
        socket.create_connection((host, 9), timeout=1)
    assert len(loopback_only) == 1
    loopback_only.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", b"localhost", None])
def test_this_machine_is_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.1.example.org", "fe80::1%eth0", "a" * 300])
def test_another_machine_is_not(host):
    assert not is_loopback(host)


def test_the_user_folders_are_those_of_the_test(own_home: Path):
    assert Path(platformdirs.user_data_dir("timeback-desktop")).is_relative_to(own_home)
    assert Path.home() == own_home


def test_the_clock_sleeps_without_being_awake():
    clock = FakeClock()
    start, after = clock.stamp(), clock.sleep(8_000)
    assert (after.mono_ms - start.mono_ms, after.awake_ms - start.awake_ms) == (8_000, 0)
    stepped = clock.step_wall(-3_600_000)
    assert (stepped.utc_ms - after.utc_ms, stepped.mono_ms) == (-3_600_000, after.mono_ms)


def test_a_child_is_heard_and_does_not_outlive_its_block():
    with Child("python3", "-c", "print('{\"ready\": true}', flush=True); input()") as child:
        assert child.await_json() == {"ready": True}
        assert child.is_running
    assert not child.is_running


def test_a_child_that_dies_is_told_with_its_last_words():
    with (
        Child("python3", "-c", "raise SystemExit('no room')") as child,
        pytest.raises(ChildError, match="no room"),
    ):
        child.await_line()
    assert child.await_end() == 1
