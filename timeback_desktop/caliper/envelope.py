"""Wrap encoded events into an envelope, and open what a peer sent, suspecting everything.

An envelope is judged as a whole here: what is wrong with it refuses all of it. What is
wrong with one item is the business of ``validation``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from timeback_desktop.caliper.datatypes import is_moment
from timeback_desktop.caliper.vocabulary import CONTEXT_V1P2, DATA_VERSIONS
from timeback_desktop.clock import iso_utc, parse_iso_utc
from timeback_desktop.errors import ContractFault

MAX_ITEMS = 1000
MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
_KEYS = ("sensor", "sendTime", "dataVersion", "data")
_COLON = re.compile(rb"\s*:")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)


class EnvelopeFault(ContractFault):
    """An envelope that is refused as a whole, and why."""

    @property
    def message(self) -> str:
        """Return the sentence for the peer."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Item:
    """One element of ``data``: the bytes as they came, and what they say."""

    raw: bytes
    value: object


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope that is whole; its items are still to be judged one by one."""

    sensor: str
    send_time_ms: int
    data_version: str
    items: tuple[Item, ...]


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
    fields = _decode(raw)
    _check_nesting(raw)
    sensor = _text(fields["sensor"], "/sensor")
    if not sensor.strip():
        raise EnvelopeFault("sensor must not be empty", pointer="/sensor")
    send_time = _text(fields["sendTime"], "/sendTime")
    if not is_moment(send_time):
        raise EnvelopeFault("sendTime must be a date and time with a zone", pointer="/sendTime")
    version = _text(fields["dataVersion"], "/dataVersion")
    if version not in DATA_VERSIONS:
        message = f"dataVersion {version[:100]} is not supported"
        raise EnvelopeFault(message, status=422, pointer="/dataVersion")
    return Envelope(sensor, parse_iso_utc(send_time), version, _items(fields["data"]))


def _decode(raw: bytes) -> dict[str, msgspec.Raw]:
    if len(raw) > MAX_BYTES:
        raise EnvelopeFault(f"the body is larger than {MAX_BYTES} bytes", status=413)
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError as error:
        raise EnvelopeFault("an envelope must be a JSON object") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EnvelopeFault(f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise EnvelopeFault("the body is nested too deeply") from error
    _check_keys(fields)
    return fields


def _check_keys(fields: dict[str, msgspec.Raw]) -> None:
    for name in _KEYS:
        if name not in fields:
            raise EnvelopeFault(f"{name} is required", pointer=f"/{name}")
        if bytes(fields[name]).strip() == b"null":
            raise EnvelopeFault(f"{name} must not be null", pointer=f"/{name}")
    for name in fields.keys() - set(_KEYS):
        pointer = f"/{name[:100]}"
        raise EnvelopeFault("an envelope takes no other properties", pointer=pointer)


def _check_nesting(raw: bytes) -> None:
    """Refuse what a decoder passes over in silence: deep nesting, and a key given twice.

    Runs on bytes that are known to be JSON, so that brackets and strings are all it sees.
    """
    depth = 0
    seen: set[bytes] = set()
    for token in _TOKEN.finditer(raw):
        first = token.group()[:1]
        if first == b'"':
            if depth == 1 and _COLON.match(raw, token.end()):
                _note_key(token.group(), seen)
            continue
        depth += 1 if first in b"{[" else -1
        if depth > MAX_DEPTH:
            raise EnvelopeFault(f"the body is nested deeper than {MAX_DEPTH} levels")


def _note_key(key: bytes, seen: set[bytes]) -> None:
    name = msgspec.json.decode(key, type=str)
    if name.encode() in seen:
        raise EnvelopeFault(f"{name} is given twice", pointer=f"/{name}")
    seen.add(name.encode())


def _text(value: msgspec.Raw, pointer: str) -> str:
    try:
        return msgspec.json.decode(value, type=str)
    except msgspec.DecodeError as error:
        raise EnvelopeFault(f"{pointer[1:]} must be a string", pointer=pointer) from error


def _items(data: msgspec.Raw) -> tuple[Item, ...]:
    try:
        raws = msgspec.json.decode(data, type=list[msgspec.Raw])
    except msgspec.ValidationError as error:
        raise EnvelopeFault("data must be a list", pointer="/data") from error
    if not raws:
        raise EnvelopeFault("data must not be empty", pointer="/data")
    if len(raws) > MAX_ITEMS:
        message = f"data holds more than {MAX_ITEMS} items"
        raise EnvelopeFault(message, status=413, pointer="/data")
    return tuple(_item(raw, index) for index, raw in enumerate(raws))


def _item(raw: msgspec.Raw, index: int) -> Item:
    try:
        return Item(bytes(raw), msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EnvelopeFault(f"the item is not JSON: {error}", pointer=f"/data/{index}") from error
