"""Server-sent events as the HTML standard has them: its own examples, cut anywhere."""

from __future__ import annotations

import pytest

from timeback_desktop.net import event_stream
from timeback_desktop.net.event_stream import EventStream, ServerEvent, StreamFault

Read = list[tuple[str, str, str]]
EXAMPLES: list[tuple[str, Read]] = [
    # Section 9.2.6 of the standard, "Interpreting an event stream", and its parsing notes.
    ("data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10", "")]),
    (": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
     [("message", "first event", "1"), ("message", "second event", "")]),
    ("data\n\ndata\ndata\n\ndata:", [("message", "", ""), ("message", "\n", "")]),
    ("data:test\n\ndata: test\n\n", [("message", "test", ""), ("message", "test", "")]),
    ("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n",
     [("add", "73857293", ""), ("remove", "2153", ""), ("add", "113411", "")]),
    # What else it says.
    ("\ufeffdata: a\r\rdata: b\r\n\r\n\ndata: c\n\n", [("message", each, "") for each in "abc"]),
    ("event: gone\n\ndata: x\n\n", [("message", "x", "")]),
    ("id: 7\n\ndata: x\n\n", [("message", "x", "7")]),
    ("id: 7\nid: a\0b\ndata: x\n\n", [("message", "x", "7")]),
    ("retries: 3\nData: no\n data: no\ndata: y: z\n\n", [("message", "y: z", "")]),
    ("data: ende\u0301 \u20ac \U0001f600\n\n", [("message", "ende\u0301 \u20ac \U0001f600", "")]),
]  # fmt: skip


def read(*chunks: bytes) -> Read:
    stream = EventStream()
    return [(e.type, e.data, e.last_id) for chunk in chunks for e in stream.feed(chunk)]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_a_stream_is_read_alike_however_it_is_cut(text: str, expected: Read) -> None:
    raw = text.encode()
    assert read(raw) == expected
    assert read(*(raw[at : at + 1] for at in range(len(raw)))) == expected
    for at in range(len(raw)):
        assert read(raw[:at], b"", raw[at:]) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [("retry: 250\n", 250), ("retry: 25x\n", None), ("retry:\n", None), ("retry: -1\n", None)],
)
def test_how_long_to_wait_is_told_by_digits_only(told: str, expected: int | None) -> None:
    stream = EventStream()
    assert list(stream.feed(told.encode())) == []
    assert stream.retry_ms == expected


def test_an_id_counts_once_its_event_is_whole() -> None:
    stream = EventStream()
    list(stream.feed(b"id: 1\ndata: x\n\nid: 2\ndata: half"))
    assert stream.last_id == "1"


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert read(b"data: \xff\xfe\n\n") == [("message", "\ufffd\ufffd", "")]


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 60, b"data: " + b"x" * 10 + b"\n"])
def test_what_never_ends_is_given_up(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "MOST_LETTERS", 100)
    with pytest.raises(StreamFault):
        read(*[piece] * 100)


def test_an_event_is_a_value() -> None:
    assert ServerEvent("a", "b") == ServerEvent("a", "b", "")
