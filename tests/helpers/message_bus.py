"""A message bus of a test's own: real socket, real D-Bus messages, answers by a table."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jeepney import (  # type: ignore[import-untyped]
    DBusAddress,
    HeaderFields,
    MessageType,
    Parser,
    new_error,
    new_method_return,
    new_signal,
)

Answer = tuple[str, tuple[Any, ...]]  # the signature and what it stands for
UNKNOWN = "org.freedesktop.DBus.Error.ServiceUnknown"


class MessageBus:
    """One client at a time; what ``answers`` doesn't name is an unknown service."""

    def __init__(self, path: Path) -> None:
        self.address = f"unix:path={path}"
        self.answers: dict[str, Answer] = {"Hello": ("s", (":1.7",)), "AddMatch": ("", ())}
        self.rules: list[str] = []
        self.is_silent = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def signal(self, path: str, interface: str, member: str, signature: str, *body: Any) -> None:
        """Send a signal to everybody who is connected."""
        message = new_signal(DBusAddress(path, interface=interface), member, signature, body)
        self.send(message.serialise(serial=999))

    def send(self, data: bytes) -> None:
        """Send any bytes to everybody who is connected."""
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.sendall(data)

    def hang_up(self) -> None:
        """Drop every connection and take no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the thread and every socket."""
        self.hang_up()
        self._thread.join()
        for each in (self._listener, *self._clients):
            each.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                with contextlib.suppress(OSError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        parser, serial = Parser(), 1
        parser.add_data(_authenticated(client))
        while True:
            message = parser.get_next_message()
            if message is None:
                data = client.recv(4096)
                if not data:
                    return
                parser.add_data(data)
            elif not self.is_silent:
                serial += 1
                client.sendall(self._answer(message).serialise(serial=serial))

    def _answer(self, message: Any) -> Any:
        assert message.header.message_type is MessageType.method_call
        method = message.header.fields[HeaderFields.member]
        if method == "AddMatch":
            self.rules.append(message.body[0])
        # A property or a method of one service is named with what it is asked for.
        wanted = [f"{method} {message.body[-1]}"] if message.body else []
        wanted += [f"{method} {message.header.fields.get(HeaderFields.destination)}", method]
        for name in wanted:
            if name in self.answers:
                signature, body = self.answers[name]
                return new_method_return(message, signature or None, body)
        return new_error(message, UNKNOWN)


def _authenticated(client: socket.socket) -> bytes:
    """Play the server's side of the handshake; return what came after it."""
    heard = b""
    while b"\r\n" not in heard:
        heard += client.recv(4096)
    client.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
    while b"BEGIN\r\n" not in heard:
        more = client.recv(4096)
        if not more:
            raise ConnectionResetError
        heard += more
    return heard.split(b"BEGIN\r\n", 1)[1]


@contextlib.contextmanager
def message_bus(folder: Path) -> Iterator[MessageBus]:
    """Yield a bus that lives as long as the context."""
    bus = MessageBus(folder / "bus")
    try:
        yield bus
    finally:
        bus.close()
