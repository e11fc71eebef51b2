"""A small D-Bus client on jeepney's messages: asks with a limit, hears without waiting.

jeepney's own connection waits for the bus's first answer for ever; a bus that hangs would
hang the window. Here every wait has its limit, and what was told in the meantime is drained
once a second.
"""

from __future__ import annotations

import select
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from timeback_desktop.host.probes.foreign import foreign
from timeback_desktop.host.probes.sensor import Unavailable

if TYPE_CHECKING:
    from socket import socket

ANSWER_S = 1.0  # how long a bus may be silent before it counts as dead
MOST_AT_ONCE = 256  # messages read in one look, however many a flood holds ready
_READ_BYTES = 65_536
_FOR_OURSELVES = "org.freedesktop.DBus"


class BusError(Exception):
    """The bus answered with an error; its name says which."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One signal: where it comes from, what it's called, what it says."""

    path: str
    interface: str
    member: str
    body: tuple[Any, ...]


class Bus:
    """One connection to a message bus; ``kind`` is ``SYSTEM`` or ``SESSION``."""

    def __init__(self, kind: str) -> None:
        self._waiting: deque[Any] = deque()
        self._serial = count(1)
        self._socket = _connect(kind)
        self._jeepney = foreign("jeepney")
        self._parser = self._jeepney.Parser()
        try:
            self.ask(_FOR_OURSELVES, "/org/freedesktop/DBus", _FOR_OURSELVES, "Hello")
        except Exception:
            self.close()
            raise

    def ask(
        self, name: str, path: str, interface: str, method: str, signature: str = "", *body: object
    ) -> tuple[Any, ...]:
        """Call a method and return its answer; raises ``BusError`` or ``TimeoutError``."""
        jeepney, serial = self._jeepney, next(self._serial)
        address = jeepney.DBusAddress(path, bus_name=name, interface=interface)
        message = jeepney.new_method_call(address, method, signature or None, body)
        # Asking must not start a program that isn't there.
        message.header.flags = jeepney.MessageFlag.no_auto_start
        self._socket.sendall(message.serialise(serial=serial))
        for _ in range(MOST_AT_ONCE):
            answer = self._next(ANSWER_S)
            if answer is None:
                break
            if self._field(answer, "reply_serial") != serial:
                self._keep(answer)
                continue
            if answer.header.message_type is jeepney.MessageType.error:
                raise BusError(self._field(answer, "error_name"))
            return tuple(answer.body)
        raise TimeoutError(f"{name} doesn't answer")

    def property_of(self, name: str, path: str, interface: str, wanted: str) -> Any:
        """Return the value of one property."""
        properties = "org.freedesktop.DBus.Properties"
        (told,) = self.ask(name, path, properties, "Get", "ss", interface, wanted)
        return told[1]

    def listen(self, rule: str) -> None:
        """Ask to be told of signals that fit a match rule."""
        self.ask(_FOR_OURSELVES, "/org/freedesktop/DBus", _FOR_OURSELVES, "AddMatch", "s", rule)

    def drain(self) -> list[Heard]:
        """Return the signals that have arrived, without waiting for more."""
        for _ in range(MOST_AT_ONCE):
            message = self._next(0)
            if message is None:
                break
            self._keep(message)
        told, self._waiting = self._waiting, deque()
        return [self._heard(signal) for signal in told]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _keep(self, message: Any) -> None:
        is_signal = message.header.message_type is self._jeepney.MessageType.signal
        if is_signal and len(self._waiting) < MOST_AT_ONCE:
            self._waiting.append(message)

    def _heard(self, signal: Any) -> Heard:
        path, interface, member = (
            str(self._field(signal, name)) for name in ("path", "interface", "member")
        )
        return Heard(path, interface, member, tuple(signal.body))

    def _field(self, message: Any, name: str) -> Any:
        return message.header.fields.get(self._jeepney.HeaderFields[name])

    def _next(self, wait_s: float) -> Any | None:
        """Return the next message, ``None`` when there is silence for so long."""
        while True:
            message = self._parser.get_next_message()
            if message is not None:
                return message
            ready, _, _ = select.select([self._socket], [], [], wait_s)
            if not ready:
                return None
            data = self._socket.recv(_READ_BYTES)
            if not data:
                raise ConnectionResetError("the bus hung up")
            self._parser.add_data(data)


def _connect(kind: str) -> socket:
    """Return an authenticated socket; no bus is no fault, just nothing to hear."""
    get_bus, prepare = foreign("jeepney.bus").get_bus, foreign("jeepney.io.blocking").prep_socket
    try:
        made: socket = prepare(get_bus(kind), timeout=ANSWER_S)
    except (OSError, LookupError, RuntimeError, ValueError) as error:
        raise Unavailable(f"There is no {kind.lower()} message bus.") from error
    made.settimeout(ANSWER_S)
    return made
