from __future__ import annotations

import struct

import pytest

from tests.helpers.pictures import PLAIN_SVG, png
from timeback_desktop.backend.demo.apps.catalogue import SAMPLES
from timeback_desktop.backend.registry.pictures import checked_picture
from timeback_desktop.errors import ContractFault

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xdb\x00\x02\xff\xc2\x00\x11\x08" + struct.pack(
    ">HH", 20, 30
)
VP8 = b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(10) + struct.pack("<HH", 30, 20)
VP8L = b"RIFF\x00\x00\x00\x00WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 29 | 19 << 14)
VP8X = b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(8) + b"\x1d\x00\x00\x13\x00\x00"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (png(30, 20), "image/png"),
        (JPEG, "image/jpeg"),
        (VP8, "image/webp"),
        (VP8L, "image/webp"),
        (VP8X, "image/webp"),
        (PLAIN_SVG, "image/svg+xml"),
        (b'<?xml version="1.0"?>\n' + PLAIN_SVG, "image/svg+xml"),
        (PLAIN_SVG.replace(b'"#123"', b'"url(#sky)"'), "image/svg+xml"),
        *[(sample.icon_svg.encode(), "image/svg+xml") for sample in SAMPLES],
    ],
)
def test_a_picture_is_known_by_its_bytes(body: bytes, media_type: str) -> None:
    assert checked_picture(body, largest=1024).media_type == media_type


@pytest.mark.parametrize("body", [png(30, 20), JPEG, VP8, VP8L, VP8X])
def test_the_sides_are_read_right(body: bytes) -> None:
    assert checked_picture(body, largest=30)
    with pytest.raises(ContractFault, match="1 to 29 pixels"):
        checked_picture(body, largest=29)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GIF89a" + bytes(20),
        b"<html>",
        b"BM" + bytes(30),
        png(0, 5),
        png(2**31, 5),
        png(30, 20)[:20],
        JPEG[:-3],
        JPEG[:3],
        b"\xff\xd8\xff" * 40,
        VP8[:20],
        VP8X[:-4],
        VP8[:12] + b"VP8?" + bytes(30),
    ],
)
def test_what_is_no_picture_is_refused(body: bytes) -> None:
    with pytest.raises(ContractFault):
        checked_picture(body, largest=1024)


@pytest.mark.parametrize(
    "inside",
    [
        "<script/>",
        "<style>a{}</style>",
        "<foreignObject/>",
        "<image href='https://example.org/a.png'/>",
        "<use href='#a'/>",
        "<animate/>",
        "<a href='https://example.org'/>",
        "<path onclick='x()'/>",
        "<path ONLOAD='x()'/>",
        "<path fill='url(https://example.org/a)'/>",
        "<path style='fill:u\\72l(//example.org)'/>",
        "<path style='background:URL(//example.org)'/>",
        "<path xlink:href='//example.org'/>",
        "<text>unclosed",
        "<?xml-stylesheet href='x'?>",
    ],
)
def test_an_svg_that_does_more_than_draw_is_refused(inside: str) -> None:
    with pytest.raises(ContractFault):
        checked_picture(f"<svg>{inside}</svg>".encode(), largest=1024)


def test_an_svg_with_entities_is_refused_before_they_are_read() -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg><text>&b;</text></svg>'
    with pytest.raises(ContractFault, match="only draw"):
        checked_picture(bomb, largest=1024)
