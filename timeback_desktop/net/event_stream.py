"""Server-sent events, read from the bytes of a stream as the WHATWG's HTML standard has it.

Pure: bytes in, events out, however they are cut. What the standard leaves to the reader's
judgement is bounded: a line or an event that grows without end is a :class:`StreamFault`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_LETTERS = 16 * 1024 * 1024
_LINE_END = re.compile(r"\r\n|\r|\n")
_DIGITS = re.compile(r"[0-9]{1,9}")


class StreamFault(ValueError):
    """What came is more than any event of ours can be."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event, with the last id that was told up to it."""

    type: str
    data: str
    last_id: str = ""


@dataclass(slots=True)
class EventStream:
    """What has been read of one stream; ``retry_ms`` is how long its server wants us to wait."""

    last_id: str = ""
    retry_ms: int | None = None
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )
    _begun: bool = False
    _after_cr: bool = False
    _rest: list[str] = field(default_factory=list)
    _size: int = 0
    _type: str = ""
    _data: list[str] = field(default_factory=list)
    _next_id: str | None = None

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """Read on, and yield the events that are whole now."""
        for line in self._lines(self._decoder.decode(chunk)):
            event = self._line(line)
            if event is not None:
                yield event

    def _lines(self, text: str) -> Iterator[str]:
        """Cut at line ends; a CR at the end of a chunk may be half of one."""
        if text and not self._begun:
            self._begun, text = True, text.removeprefix("\ufeff")
        if text and self._after_cr:
            self._after_cr, text = False, text.removeprefix("\n")
        start = 0
        for end in _LINE_END.finditer(text):
            self._rest.append(text[start : end.start()])
            line, start = "".join(self._rest), end.end()
            self._rest.clear()
            self._after_cr = end[0] == "\r" and start == len(text)
            yield line
        self._keep(text[start:])

    def _keep(self, rest: str) -> None:
        if rest:
            self._rest.append(rest)
        if self._size + sum(map(len, self._rest)) > MOST_LETTERS:
            raise StreamFault("an event is longer than any of ours")

    def _line(self, line: str) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                self._type = value
            case "data":
                self._data.append(value)
                self._size += len(value) + 1
            case "id" if "\0" not in value:
                self._next_id = value
            case "retry" if _DIGITS.fullmatch(value):
                self.retry_ms = int(value)
        return None

    def _dispatch(self) -> ServerEvent | None:
        """End an event; one without data only tells its id."""
        if self._next_id is not None:
            self.last_id = self._next_id
        told, kind = self._data, self._type or "message"
        self._data, self._type, self._size = [], "", 0
        return ServerEvent(kind, "\n".join(told), self.last_id) if told else None
