"""The texts of Story Lantern, read once from the file that ships with it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from timeback_desktop.backend.demo.apps.kit.quiz import Choice


@dataclass(frozen=True, slots=True)
class Story:
    """One text in pages, and the questions to it."""

    slug: str
    title: str
    kind: str
    grade: str
    pages: tuple[tuple[str, ...], ...]
    questions: tuple[Choice, ...]

    @property
    def page_numbers(self) -> tuple[str, ...]:
        """Return the numbers of the pages as an address writes them."""
        return tuple(str(number) for number in range(1, len(self.pages) + 1))

    @property
    def words(self) -> int:
        """Return the length of the text."""
        return sum(len(text.split()) for page in self.pages for text in page)


@cache
def library() -> dict[str, Story]:
    """Return all texts by their slug, the easier ones first."""
    source = files("timeback_desktop.backend.demo.apps.lantern").joinpath("stories.toml")
    entries = tomllib.loads(source.read_text("utf-8"))["story"]
    return {
        entry["slug"]: Story(
            slug=entry["slug"],
            title=entry["title"],
            kind=entry["kind"],
            grade=entry["grade"],
            pages=tuple(tuple(page) for page in entry["pages"]),
            questions=tuple(
                Choice.from_toml(f"{entry['slug']}/{number}", question)
                for number, question in enumerate(entry["question"], 1)
            ),
        )
        for entry in entries
    }
