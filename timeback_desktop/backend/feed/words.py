"""The events of a board as they go over the wire, and the places in it that can be returned to.

Every event is written once, whoever hears it: what differs between readers (names) is in the
snapshot alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

Json = dict[str, Any]
RETRY_MS = 2_000
KEEP_ALIVE = b": still here\n\n"
OPENING = f"retry: {RETRY_MS}\n\n".encode()
_LARGEST = 2**62
_CURSOR = re.compile(r"b([0-9]{1,19})\.([0-9]{1,19})")


class Word(StrEnum):
    """The kinds of events there are."""

    SNAPSHOT = "snapshot"
    ACTIVITY = "activity"
    SESSION = "session"
    INSIGHT = "insight"
    PROGRESS = "progress"
    RESET = "reset"


class Why(StrEnum):
    """Why what was known is to be read again."""

    MISSED = "missed"
    MEMBERS = "members"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has heard: the last batch, and when words were last looked for.

    ``said_ms`` is for reviews and contests that were said over the Insights API: they come in
    no batch.
    """

    batch: int = 0
    said_ms: int = 0

    def __str__(self) -> str:
        return f"b{self.batch}.{self.said_ms}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Read the id of an event; ``None`` when it is none of ours."""
        found = _CURSOR.fullmatch(text)
        if found is None or max(map(int, found.groups())) > _LARGEST:
            return None
        return cls(*map(int, found.groups()))


@dataclass(frozen=True, slots=True)
class Told:
    """One event, written, and the student whom it is about."""

    user_id: str
    block: bytes


def block(word: Word, data: Json) -> bytes:
    """Write an event; JSON has no line ends, so its data is one line."""
    return b"event: %b\ndata: %b\n\n" % (word.encode(), msgspec.json.encode(data))


def marked(blocks: list[bytes], cursor: Cursor) -> bytes:
    """Join events that go out together; only the last one carries the id to go on from."""
    last = b"id: %b\n%b" % (str(cursor).encode(), blocks[-1])
    return b"".join([*blocks[:-1], last])


def reset(why: Why) -> bytes:
    """Write that what was known is to be read again: a snapshot follows."""
    return block(Word.RESET, {"reason": why})
