"""The load generator: sends bodies that were written before, as fast as it is answered.

It runs in a process of its own, is told by one line of JSON on standard input what to send,
and answers with one line of JSON. One thread, one selector, plain sockets: a request costs it
two system calls, so that it never is what is measured (see ``null_server``).
"""

from __future__ import annotations

import json
import mmap
import re
import selectors
import socket
import sys
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HANGS_UP = re.compile(rb"^HTTP/1\.0|\nconnection: *close\r", re.IGNORECASE)
_BUFFER = 1 << 20
_ARRIVING = memoryview(bytearray(_BUFFER))  # taken anew each time, it would cost a quarter of all
_SHOWN = 500
GIVES_UP_AFTER_S = 60.0


@dataclass(slots=True)
class Supply:
    """The bodies that are still to be sent, in their order."""

    bodies: memoryview
    lengths: array[int]
    head: bytes
    place: int
    offset: int
    again: bool

    def next(self) -> list[memoryview | bytes] | None:
        """Return the parts of the next request; None when all are sent."""
        if self.place >= len(self.lengths):
            if not self.again:
                return None
            self.place = self.offset = 0
        length, begin = self.lengths[self.place], self.offset
        self.place += 1
        self.offset += length
        return [self.head % length, self.bodies[begin : begin + length]]


@dataclass(slots=True)
class Log:
    """When each request began and ended, and how it was answered."""

    began: array[float] = field(default_factory=lambda: array("d"))
    ended: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[int] = field(default_factory=Counter)
    odd: str = ""

    def note(self, began: float, answer: bytes, refusal: bytes) -> None:
        """Note one answer."""
        self.ended.append(time.perf_counter())
        self.began.append(began)
        status = int(answer[9:12])
        self.statuses[status] += 1
        if not self.odd and (status >= 300 or (refusal and refusal in answer)):
            self.odd = answer[:_SHOWN].decode(errors="replace")


class Connection:
    """One connection: a request, its answer, the next request."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.began = 0.0
        self.got = b""
        self.unsent: memoryview | None = None
        self.open()

    def open(self) -> None:
        """Connect, or connect again to a server that hangs up after every answer."""
        self.socket = socket.create_connection(self.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        self.socket.settimeout(0)

    def begin(self, parts: list[memoryview | bytes]) -> bool:
        """Send a request as far as it goes; tell whether all of it went."""
        self.began = time.perf_counter()
        try:
            sent = self.socket.sendmsg(parts)
        except BlockingIOError:
            sent = 0
        if sent < sum(map(len, parts)):
            self.unsent = memoryview(b"".join(parts))[sent:]
        return self.unsent is None

    def go_on(self) -> bool:
        """Send more of a request; tell whether all of it is sent now."""
        if self.unsent is not None:
            self.unsent = self.unsent[self.socket.send(self.unsent) :] or None
        return self.unsent is None

    def answer(self) -> bytes | None:
        """Read what there is, and return the answer once it is whole."""
        size = self.socket.recv_into(_ARRIVING)
        if not size:
            raise ConnectionError(f"the server hung up after {self.got[:_SHOWN]!r}")
        self.got += _ARRIVING[:size]
        end = self.got.find(b"\r\n\r\n")
        length = _LENGTH.search(self.got, 0, end) if end > 0 else None
        if end > 0 and length is None:
            raise ConnectionError(f"an answer without a length: {self.got[:_SHOWN]!r}")
        if length is None or len(self.got) < end + 4 + int(length[1]):
            return None
        whole, self.got = self.got, b""
        return whole


@dataclass(slots=True)
class Load:
    """All connections, each with one request under way."""

    supply: Supply
    until: float
    refusal: bytes
    log: Log = field(default_factory=Log)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    busy: int = 0

    def run(self, address: tuple[str, int], connections: int) -> None:
        """Send until the time is over or all is sent, and wait for the last answers."""
        for _ in range(connections):
            one = Connection(address)
            self.selector.register(one.socket, selectors.EVENT_READ, one)
            self._next(one)
        while self.busy:
            ready = self.selector.select(GIVES_UP_AFTER_S)
            if not ready:
                raise ConnectionError(f"no answer within {GIVES_UP_AFTER_S} s")
            for key, events in ready:
                self._serve(key.data, events)

    def _serve(self, one: Connection, events: int) -> None:
        if events & selectors.EVENT_WRITE and one.go_on():
            self.selector.modify(one.socket, selectors.EVENT_READ, one)
        if events & selectors.EVENT_READ:
            answer = one.answer()
            if answer is not None:
                self.busy -= 1
                self.log.note(one.began, answer, self.refusal)
                if _HANGS_UP.search(answer, 0, answer.find(b"\r\n\r\n") + 2):
                    self._open_again(one)
                self._next(one)

    def _open_again(self, one: Connection) -> None:
        self.selector.unregister(one.socket)
        one.socket.close()
        one.open()
        self.selector.register(one.socket, selectors.EVENT_READ, one)

    def _next(self, one: Connection) -> None:
        parts = self.supply.next() if time.perf_counter() < self.until else None
        if parts is None:
            return
        self.busy += 1
        if not one.begin(parts):
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self.selector.modify(one.socket, both, one)


def summed_up(log: Log, begin: float, until: float) -> dict[str, Any]:
    """Return the rate after the warm-up and how long answers took, in milliseconds."""
    counted = [
        (ended, ended - began)
        for began, ended in zip(log.began, log.ended, strict=True)
        if begin <= ended <= until
    ]
    took = sorted(1000 * each for _, each in counted)
    span = max((ended for ended, _ in counted), default=begin) - begin
    return {
        "answered": len(log.ended),
        "requests_per_s": len(counted) / span if span else 0.0,
        "p50_ms": _percentile(took, 0.50),
        "p99_ms": _percentile(took, 0.99),
        "max_ms": took[-1] if took else 0.0,
        "statuses": {str(status): count for status, count in log.statuses.items()},
        "odd": log.odd,
    }


def _percentile(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def main() -> int:
    """Do what the line on standard input says."""
    told = json.loads(sys.stdin.readline())
    lengths = array("I")
    lengths.frombytes(Path(told["lengths"]).read_bytes())
    lengths = lengths[: told["most"]]
    headers = "".join(f"{name}: {value}\r\n" for name, value in told["headers"].items())
    address = (told["host"], told["port"])
    host = f"{address[0]}:{address[1]}"
    head = f"POST {told['path']} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: ".encode()
    with Path(told["bodies"]).open("rb") as file:
        everything = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    skip = told["skip"]
    head += b"%d\r\n\r\n"
    supply = Supply(everything, lengths, head, skip, sum(lengths[:skip]), told["again"])
    warm = time.perf_counter() + told["warm_up"]
    load = Load(supply, warm + told["seconds"], told["refusal"].encode())
    used = time.process_time()
    load.run(address, told["connections"])
    used = time.process_time() - used
    answer = {**summed_up(load.log, warm, load.until), "own_cpu_s": used}
    print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
