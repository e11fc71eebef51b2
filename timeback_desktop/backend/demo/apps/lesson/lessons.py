"""The lessons of Lesson Loft: chapters, captions and questions from one file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate

from timeback_desktop.backend.demo.apps.kit.quiz import Choice


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of the film: what is said, for how many seconds, and what is asked after it."""

    title: str
    lines: tuple[tuple[str, int], ...]
    questions: tuple[Choice, ...]

    @property
    def length_s(self) -> int:
        """Return the length in seconds."""
        return sum(seconds for _, seconds in self.lines)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One film in chapters."""

    slug: str
    title: str
    summary: str
    chapters: tuple[Chapter, ...]

    @property
    def chapter_numbers(self) -> tuple[str, ...]:
        """Return the numbers of the chapters as an address writes them."""
        return tuple(str(number) for number in range(1, len(self.chapters) + 1))

    @property
    def ends(self) -> tuple[int, ...]:
        """Return the second at which each chapter ends."""
        return tuple(accumulate(chapter.length_s for chapter in self.chapters))

    @property
    def length_s(self) -> int:
        """Return the length of the film in seconds."""
        return self.ends[-1]

    def captions(self) -> str:
        """Return the captions as a WebVTT file."""
        return "\n\n".join(["WEBVTT", *self._cues()]) + "\n"

    def _cues(self) -> Iterator[str]:
        at = 0
        for text, seconds in (line for chapter in self.chapters for line in chapter.lines):
            yield f"{_clock(at)}.000 --> {_clock(at + seconds - 1)}.900\n{text}"
            at += seconds


def _clock(seconds: int) -> str:
    return f"00:{seconds // 60:02d}:{seconds % 60:02d}"


@cache
def lessons() -> dict[str, Lesson]:
    """Return all lessons by their slug."""
    source = files("timeback_desktop.backend.demo.apps.lesson").joinpath("lessons.toml")
    entries = tomllib.loads(source.read_text("utf-8"))["lesson"]
    return {
        entry["slug"]: Lesson(
            slug=entry["slug"],
            title=entry["title"],
            summary=entry["summary"],
            chapters=tuple(
                Chapter(
                    title=chapter["title"],
                    lines=tuple((text, seconds) for text, seconds in chapter["lines"]),
                    questions=tuple(
                        Choice.from_toml(f"{entry['slug']}/{place}/{number}", question)
                        for number, question in enumerate(chapter["question"], 1)
                    ),
                )
                for place, chapter in enumerate(entry["chapter"], 1)
            ),
        )
        for entry in entries
    }
