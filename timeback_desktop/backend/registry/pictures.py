"""Judging a picture by its first bytes: what it is, how large, and whether it does no harm.

Nothing is decoded here, so nothing can be made to burst; the sender's word about the type
counts for nothing. An SVG is a document and can do much more than draw: it is taken only
when it does nothing else.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from xml.parsers import expat

from timeback_desktop.errors import ContractFault

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZED_BY_BOX = 1024  # an SVG has no pixels; it is drawn as large as wanted
_DRAWING = frozenset(
    {"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text"}
    | {"tspan", "title", "desc", "defs", "linearGradient", "radialGradient", "stop"}
    | {"clipPath", "mask"}
)
"""Nothing that draws another thing again: a few of those, nested, draw for hours."""
_ELSEWHERE = re.compile(r"(?i)url\((?!#)|javascript:|data:|expression|@import|\\")
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be shown."""

    media_type: str
    body: bytes


def checked_picture(body: bytes, *, largest: int) -> Picture:
    """Return a picture whose sides have ``largest`` pixels at most; refuse everything else."""
    media_type, width, height = _measured(body)
    if not (1 <= width <= largest and 1 <= height <= largest):
        raise ContractFault(f"A picture has 1 to {largest} pixels on each side.", status=422)
    return Picture(media_type, body)


def _measured(body: bytes) -> tuple[str, int, int]:
    try:
        if body.startswith(_PNG) and body[12:16] == b"IHDR":
            return "image/png", *struct.unpack(">II", body[16:24])
        if body.startswith(b"\xff\xd8\xff"):
            return "image/jpeg", *_jpeg(body)
        if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
            return "image/webp", *_webp(body)
        if body.lstrip()[:1] == b"<":
            _refuse_more_than_drawing(body)
            return "image/svg+xml", _SIZED_BY_BOX, _SIZED_BY_BOX
    except (struct.error, IndexError):
        raise ContractFault("The picture breaks off at its beginning.", status=422) from None
    raise ContractFault("A picture is a PNG, JPEG, WebP or plain SVG.", status=422)


def _jpeg(body: bytes) -> tuple[int, int]:
    """Walk from marker to marker to the one that tells the size."""
    at = 2
    while body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
        elif marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + max(2, struct.unpack(">H", body[at + 2 : at + 4])[0])
    raise IndexError


def _webp(body: bytes) -> tuple[int, int]:
    match body[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", body[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = struct.unpack("<I", body[21:25])[0]
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return _three_bytes(body[24:27]) + 1, _three_bytes(body[27:30]) + 1
        case _:
            raise IndexError


def _three_bytes(three: bytes) -> int:
    """Return a number of three bytes, least first."""
    low, middle, high = three[0], three[1], three[2]
    return low | middle << 8 | high << 16


def _refuse_more_than_drawing(body: bytes) -> None:
    """Refuse an SVG with scripts, styles, entities, or anything that points elsewhere."""
    reader = expat.ParserCreate()
    reader.StartElementHandler = _only_drawing
    reader.StartDoctypeDeclHandler = _refuse
    reader.ProcessingInstructionHandler = _refuse
    try:
        reader.Parse(body, True)  # noqa: FBT003 expat takes no keywords
    except (expat.ExpatError, ValueError):
        raise ContractFault("The SVG cannot be read.", status=422) from None


def _refuse(*_: object) -> None:
    raise ContractFault("An SVG may only draw: no scripts, styles or links.", status=422)


def _only_drawing(name: str, attributes: dict[str, str]) -> None:
    if name not in _DRAWING:
        _refuse()
    for attribute, value in attributes.items():
        points_away = attribute.endswith("href") and not value.startswith("#")
        if attribute.lower().startswith("on") or points_away or _ELSEWHERE.search(value):
            _refuse()
