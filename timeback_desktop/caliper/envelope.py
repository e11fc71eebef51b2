"""Wrap encoded events into an envelope, and open what a peer sent, suspecting everything.

An envelope is judged as a whole here: what is wrong with it refuses all of it. What is
wrong with one item is the business of ``validation``.

Opening is cheap, because every event passes here: one pass over the bytes that makes no
objects of what is in the items, and a slower look, with the sentences for the peer, only
where that pass finds something odd. An item is decoded when somebody asks for its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from timeback_desktop.caliper.datatypes import MAX_MOMENT, moment_ms
from timeback_desktop.caliper.vocabulary import CONTEXT_V1P2, DATA_VERSIONS
from timeback_desktop.clock import iso_utc
from timeback_desktop.errors import ContractFault

MAX_ITEMS = 1000
MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
_DEPTH_OF_ITEM = MAX_DEPTH - 2  # the envelope and its list are two levels
_LARGE = 256 * 1024
_KEYS = ("sensor", "sendTime", "dataVersion", "data")
_ENOUGH = 64
_COMPACT = len('{"sensor":"","sendTime":"","dataVersion":"","data":[]}')
_COLON = re.compile(rb"\s*:")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)


class EnvelopeFault(ContractFault):
    """An envelope that is refused as a whole, and why."""

    @property
    def message(self) -> str:
        """Return the sentence for the peer."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The value of an item whose bytes are JSON that nothing can hold, and why not."""

    message: str


class Item(msgspec.Struct, eq=False, gc=False):
    """One element of ``data``: the bytes as they came, and what they say."""

    raw: bytes
    _value: object = msgspec.UNSET

    @property
    def value(self) -> object:
        """Return what the bytes say, or why that cannot be told."""
        if self._value is msgspec.UNSET:
            self._value = _read(self.raw)
        return self._value


class Envelope(msgspec.Struct, frozen=True):
    """An envelope that is whole; its items are still to be judged one by one."""

    sensor: str
    send_time_ms: int
    data_version: str
    items: tuple[Item, ...]


class _Frame(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An envelope, its items left as they are."""

    sensor: str
    send_time: str
    data_version: str
    data: list[msgspec.Raw]


class _LargeFrame(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The same for a large body, whose data is not split before its items are counted."""

    sensor: str
    send_time: str
    data_version: str
    data: msgspec.Raw


# A list is made in full before its length is judged; this type stops at the first too many.
_Items = msgspec.defstruct(
    "_Items",
    [(f"item{index}", msgspec.Raw, None) for index in range(MAX_ITEMS)],
    array_like=True,
    forbid_unknown_fields=True,
)
_FRAME, _LARGE_FRAME = msgspec.json.Decoder(_Frame), msgspec.json.Decoder(_LargeFrame)
_ITEMS = msgspec.json.Decoder(_Items)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def wrap(sensor: str, send_time_ms: int, items: Sequence[bytes]) -> bytes:
    """Return an envelope around events that are already encoded, byte for byte."""
    return msgspec.json.encode(
        {
            "sensor": sensor,
            "sendTime": iso_utc(send_time_ms),
            "dataVersion": CONTEXT_V1P2,
            "data": [msgspec.Raw(item) for item in items],
        }
    )


def open_envelope(raw: bytes) -> Envelope:
    """Return the envelope that the bytes hold; :class:`EnvelopeFault` for all that is wrong."""
    if len(raw) > MAX_BYTES:
        raise EnvelopeFault(f"the body is larger than {MAX_BYTES} bytes", status=413)
    frame = _glance(raw) or _look(raw)
    if not raw.isascii():
        _check_text(frame)
    if not frame.sensor.strip():
        raise EnvelopeFault("sensor must not be empty", pointer="/sensor")
    send_time_ms = moment_ms(frame.send_time) if len(frame.send_time) <= MAX_MOMENT else None
    if send_time_ms is None:
        raise EnvelopeFault("sendTime must be a date and time with a zone", pointer="/sendTime")
    if frame.data_version not in DATA_VERSIONS:
        message = f"dataVersion {frame.data_version[:100]} is not supported"
        raise EnvelopeFault(message, status=422, pointer="/dataVersion")
    items = tuple(map(Item, map(bytes, frame.data)))
    return Envelope(frame.sensor, send_time_ms, frame.data_version, items)


def _glance(raw: bytes) -> _Frame | None:
    """Return the frame if its length alone proves that nothing in it was given twice.

    Written without spaces, an envelope is as long as its parts; a key given twice adds to it.
    """
    try:
        frame = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    count = len(frame.data)
    if not 0 < count <= MAX_ITEMS:
        return None
    texts = len(frame.sensor) + len(frame.send_time) + len(frame.data_version)
    compact = _COMPACT + texts + sum(map(len, frame.data)) + count - 1
    return frame if compact == len(raw) else None


def _decode(raw: bytes) -> _Frame:
    if len(raw) < _LARGE:
        return _FRAME.decode(raw)
    large = _LARGE_FRAME.decode(raw)
    items = _listed(_ITEMS.decode(large.data))
    return _Frame(large.sensor, large.send_time, large.data_version, items)


def _listed(items: msgspec.Struct) -> list[msgspec.Raw]:
    return [each for each in msgspec.structs.astuple(items) if each is not None]


def _look(raw: bytes) -> _Frame:
    """Return the frame of any envelope; :class:`EnvelopeFault` for what is wrong with it."""
    try:
        fields = _FIELDS.decode(raw)
    except msgspec.ValidationError as error:
        raise EnvelopeFault("an envelope must be a JSON object") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EnvelopeFault(f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise EnvelopeFault("the body is nested too deeply") from error
    _check_keys(fields)
    _check_once(_without(bytes(fields["data"]), raw))
    sensor, send_time, version = (_text(fields[name], f"/{name}") for name in _KEYS[:-1])
    return _Frame(sensor, send_time, version, _items(fields["data"]))


def _check_keys(fields: dict[str, msgspec.Raw]) -> None:
    for name in _KEYS:
        if name not in fields:
            raise EnvelopeFault(f"{name} is required", pointer=f"/{name}")
        if fields[name] == msgspec.Raw(b"null"):
            raise EnvelopeFault(f"{name} must not be null", pointer=f"/{name}")
    for name in fields.keys() - set(_KEYS):
        pointer = f"/{name[:100]}"
        raise EnvelopeFault("an envelope takes no other properties", pointer=pointer)


def _without(data: bytes, raw: bytes) -> bytes:
    """Return an envelope with a number for its data, so that there is little left to scan."""
    start = raw.find(data[:_ENOUGH])
    end = start + len(data)
    return raw[:start] + b"0" + raw[end:] if raw[start:end] == data else raw


def _check_once(raw: bytes) -> None:
    """Refuse what a decoder passes over in silence: a key given twice.

    Runs on bytes that are known to be JSON, so that brackets and strings are all it sees.
    """
    seen: set[bytes] = set()
    for depth, token in _tokens(raw):
        if depth == 1 and token.group()[:1] == b'"' and _COLON.match(raw, token.end()):
            name = msgspec.json.decode(token.group(), type=str)
            if name.encode() in seen:
                raise EnvelopeFault(f"{name} is given twice", pointer=f"/{name}")
            seen.add(name.encode())


def _tokens(raw: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield each string and bracket, and how many brackets are open after it."""
    depth = 0
    for token in _TOKEN.finditer(raw):
        first = token.group()[:1]
        if first != b'"':
            depth += 1 if first in b"{[" else -1
        yield depth, token


def _text(value: msgspec.Raw, pointer: str) -> str:
    try:
        return msgspec.json.decode(value, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EnvelopeFault(f"{pointer[1:]} must be a string", pointer=pointer) from error


def _items(data: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        raws = _listed(_ITEMS.decode(data))
    except msgspec.ValidationError as error:
        if bytes(data)[:1] != b"[":
            raise EnvelopeFault("data must be a list", pointer="/data") from error
        message = f"data holds more than {MAX_ITEMS} items"
        raise EnvelopeFault(message, status=413, pointer="/data") from error
    if not raws:
        raise EnvelopeFault("data must not be empty", pointer="/data")
    return raws


def _check_text(frame: _Frame) -> None:
    """Refuse what is not UTF-8, which nothing before this has looked at."""
    for index, raw in enumerate(frame.data):
        try:
            bytes(raw).decode()
        except UnicodeDecodeError as error:
            pointer = f"/data/{index}"
            raise EnvelopeFault(f"the item is not JSON: {error}", pointer=pointer) from error


def _read(raw: bytes) -> object:
    """Return what an item says; what is JSON and yet cannot be held is told as such."""
    if is_deep(raw):
        return Unreadable(f"is nested deeper than {MAX_DEPTH} levels, the envelope's included")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unreadable(f"cannot be read: {error}")


def is_deep(raw: bytes, within: int = 0) -> bool:
    """Tell whether an item, or a part so many levels within one, is nested too deeply."""
    most = _DEPTH_OF_ITEM - within
    if raw.count(b"{") + raw.count(b"[") <= most:
        return False
    return any(depth > most for depth, _ in _tokens(raw))
