"""Nothing in a test may leave this machine: other addresses are refused and fail the test.

Python's audit events see every socket of this process, whichever library opens it. A hook can't
be taken away again, so one hook reports to whichever guard is on duty.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator

import pytest

_WATCHED = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0}
_LOCAL_NAMES = frozenset({"", "localhost", "0.0.0.0", "::"})
_escapes: list[str] = []


class LeftTheMachineError(OSError):
    """A test tried to reach another machine."""


def is_loopback(host: object) -> bool:
    """Tell whether a host as given to a socket is this machine."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    position = _WATCHED.get(event)
    if position is None:
        return
    target = arguments[position]
    if event != "socket.getaddrinfo":
        if not isinstance(target, tuple):  # a Unix socket's path
            return
        target = target[0]
    if not is_loopback(target):
        _escapes.append(f"{event} to {target!r}")
        raise LeftTheMachineError(f"tests stay on this machine: {event} to {target!r}")


@pytest.fixture(scope="session")
def _audit() -> None:
    sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def loopback_only(_audit: None) -> Iterator[list[str]]:
    """Fail the test that tried to reach another machine, even when the code hid the refusal."""
    _escapes.clear()
    yield _escapes
    if _escapes:
        pytest.fail("left the machine:\n" + "\n".join(_escapes), pytrace=False)
