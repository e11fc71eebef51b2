"""Envelopes: what is wrapped is opened byte for byte, and nothing odd gets in."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.clock import MORNING_UTC_MS
from timeback_desktop.caliper.envelope import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ITEMS,
    EnvelopeFault,
    Unreadable,
    open_envelope,
    wrap,
)
from timeback_desktop.caliper.validation import validate_item

_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
V1P2 = "http://purl.imsglobal.org/ctx/caliper/v1p2"
GOOD = {
    "sensor": "urn:x:sensor",
    "sendTime": "2026-09-21T14:13:20.000Z",
    "dataVersion": V1P2,
    "data": [{"a": 1}],
}


def refused(raw: bytes) -> tuple[int, str]:
    with pytest.raises(EnvelopeFault) as caught:
        open_envelope(raw)
    assert caught.value.message
    return caught.value.status, caught.value.pointer


def test_items_arrive_byte_for_byte() -> None:
    items = [b'{"b":2.50,"a":1}', b'{"name":"\xc3\xa9"}']
    envelope = open_envelope(wrap("urn:x:sensor", MORNING_UTC_MS, items))
    assert [item.raw for item in envelope.items] == items
    assert (envelope.sensor, envelope.send_time_ms) == ("urn:x:sensor", MORNING_UTC_MS)


def test_version_1_1_and_microseconds_are_taken() -> None:
    old = GOOD | {"dataVersion": V1P2.replace("v1p2", "v1p1")}
    old["sendTime"] = "2026-09-21T14:13:20.123456Z"
    assert open_envelope(json.dumps(old).encode()).send_time_ms == MORNING_UTC_MS + 123


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.parametrize("how", ["missing", "null", "twice", "number"])
def test_each_property_is_there_once_and_of_its_type(name: str, how: str) -> None:
    match how:
        case "missing":
            raw = json.dumps({key: value for key, value in GOOD.items() if key != name})
        case "twice":
            raw = json.dumps(GOOD)[:-1] + f', "{name}"\t: ' + json.dumps(GOOD[name]) + "}"
        case _:
            raw = json.dumps(GOOD | {name: None if how == "null" else 7})
    assert refused(raw.encode()) == (400, f"/{name}")


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"", (400, "")),
        (b"null", (400, "")),
        (b"[]", (400, "")),
        (b"hello", (400, "")),
        (b"\xef\xbb\xbf{}", (400, "")),
        (b"\xff\xfe", (400, "")),
        (json.dumps(GOOD).encode().replace(b"x:sensor", b"x:\xff"), (400, "/sensor")),
        (json.dumps(GOOD).encode().replace(b"sensor", b"sens\xff"), (400, "")),
        (b"{" * 100_000, (400, "")),
        (b"[" * 1_000_000, (400, "")),
        (json.dumps(GOOD | {"mood": 1}).encode(), (400, "/mood")),
        (json.dumps(GOOD)[:-1].encode() + b',"d\\u0061ta":[1]}', (400, "/data")),
        (json.dumps(GOOD | {"sensor": " "}).encode(), (400, "/sensor")),
        (json.dumps(GOOD | {"sendTime": "2026-09-21T14:13:20"}).encode(), (400, "/sendTime")),
        (json.dumps(GOOD | {"dataVersion": "v1p0"}).encode(), (422, "/dataVersion")),
        (json.dumps(GOOD | {"data": []}).encode(), (400, "/data")),
        (json.dumps(GOOD | {"data": {"0": 1}}).encode(), (400, "/data")),
        (json.dumps(GOOD | {"data": [1] * (MAX_ITEMS + 1)}).encode(), (413, "/data")),
        (json.dumps(GOOD | {"data": [float("nan")]}).encode(), (400, "")),
        (json.dumps(GOOD).replace("1}", '"\\ud800"}').encode(), (400, "")),
        (json.dumps(GOOD).replace("1}", '"@"}').encode().replace(b"@", b"\xff"), (400, "/data/0")),
        (b" " * (MAX_BYTES + 1), (413, "")),
    ],
    ids=range(22),
)
def test_hostile_bodies(raw: bytes, answer: tuple[int, str]) -> None:
    assert refused(raw) == answer


@pytest.mark.parametrize(("extra", "good"), [(0, True), (1, False), (400, False)])
@pytest.mark.parametrize("brackets", ["[]", '{"a":}'])
def test_nesting_has_an_end(extra: int, good: bool, brackets: str) -> None:
    depth = MAX_DEPTH - 2 + extra  # the envelope and its list are two levels
    before, after = brackets[:-1], brackets[-1]
    nested = before * depth + ("1" if before[0] == "{" else "") + after * depth
    raw = json.dumps(GOOD).replace('{"a": 1}', nested).encode()
    (item,) = open_envelope(raw).items
    assert isinstance(item.value, Unreadable) is not good
    if not good:
        (fault,) = validate_item(item.value)
        assert (fault.pointer, "40 levels" in fault.message) == ("", True)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" * 5000, "1" * 400 + ".5"])
def test_a_number_that_nothing_can_hold_spoils_its_item_only(number: str) -> None:
    raw = json.dumps(GOOD).replace('{"a": 1}', f'{{"a": 1}}, {{"a": {number}}}').encode()
    first, second = open_envelope(raw).items
    assert first.value == {"a": 1}
    assert validate_item(second.value)[0].message.startswith("cannot be read")


@pytest.mark.parametrize("count", [MAX_ITEMS, MAX_ITEMS + 1, 1_000_000])
def test_more_items_than_an_envelope_holds_are_refused(count: int) -> None:
    raw = json.dumps(GOOD | {"data": [0]}, separators=(",", ":")).encode()
    raw = raw.replace(b"[0]", b"[" + b"0," * (count - 1) + b"0]")
    if count > MAX_ITEMS:
        assert refused(raw) == (413, "/data")
    else:
        assert len(open_envelope(raw).items) == MAX_ITEMS


@pytest.mark.parametrize("spaced", [True, False])
@pytest.mark.parametrize("count", [1, 300])
def test_a_key_given_twice_is_seen_however_the_body_is_written(spaced: bool, count: int) -> None:
    item = {"data": [1], "sensor": '"data":[', "text": "x" * 300}
    raw = json.dumps(
        GOOD | {"data": [item] * count}, separators=None if spaced else (",", ":")
    ).encode()
    assert len(open_envelope(raw).items) == count
    data = raw[raw.index(b"[") : -1]
    assert refused(raw[:-1] + b',"data":' + data + b"}") == (400, "/data")
    assert refused(b'{"data":[1],' + raw[1:]) == (400, "/data")
    assert refused(raw[:-1] + b',"sensor":"urn:x:sensor"}') == (400, "/sensor")


def test_brackets_and_quotes_in_strings_are_no_nesting() -> None:
    tricky = '{"a":"' + '[{\\"' * 200 + '\\\\"}'
    raw = json.dumps(GOOD).replace('{"a": 1}', tricky).encode()
    assert open_envelope(raw).items[0].value == {"a": '[{"' * 200 + "\\"}


@_unhurried
@given(st.binary(max_size=200))
def test_any_bytes_end_in_an_envelope_or_a_fault(raw: bytes) -> None:
    with pytest.raises(EnvelopeFault):
        open_envelope(raw)


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@_unhurried
@given(st.fixed_dictionaries({}, optional={name: _json | st.just(GOOD[name]) for name in GOOD}))
def test_any_object_ends_in_an_envelope_or_a_fault(fields: dict[str, object]) -> None:
    try:
        envelope = open_envelope(json.dumps(fields).encode())
    except EnvelopeFault as fault:
        assert fault.status in {400, 413, 422}  # noqa: PT017 - either end is right
    else:
        assert envelope.items
