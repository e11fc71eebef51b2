"""A short run of choice questions: the server asks, grades and explains; the page only shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from random import Random
from typing import Any, Self

from .events import Event, Lesson, Reporter, Try
from .sender import timestamp


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with choices; ``evidence`` is the sentence of a text that shows the answer."""

    key: str
    prompt: str
    choices: tuple[str, ...]
    answer: str
    why: str
    evidence: str = ""

    @classmethod
    def from_toml(cls, key: str, entry: Mapping[str, Any]) -> Self:
        """Read a question as the content files write it."""
        choices = tuple(entry["choices"])
        return cls(
            key=key,
            prompt=entry["prompt"],
            choices=choices,
            answer=choices[entry["answer"]],
            why=entry["why"],
            evidence=entry.get("evidence", ""),
        )


@dataclass(slots=True)
class Quiz:
    """One student's way through the questions of a lesson; it can be taken again."""

    lesson: Lesson
    items: tuple[Choice, ...]
    seed: str
    round: int = 1
    given: dict[int, str] = field(default_factory=dict)
    index: int = 0
    began: str | None = None

    @property
    def finished(self) -> bool:
        """Tell whether every question was answered and read."""
        return self.index >= len(self.items)

    @property
    def right(self) -> int:
        """Return how many answers were right."""
        return sum(self.items[index].answer == said for index, said in self.given.items())

    def open(self, reporter: Reporter) -> list[Event]:
        """Put the present question before the student; events only when it is new to them."""
        if self.finished or self.began is not None:
            return []
        self.began = timestamp()
        return [reporter.question_started(self._try())]

    def answer(self, number: str, said: str, reporter: Reporter) -> list[Event]:
        """Take an answer to the present question; anything else changes nothing."""
        if self.finished or self.began is None or self.index in self.given:
            return []
        item = self.items[self.index]
        if number != str(self.index) or said not in item.choices:
            return []
        self.given[self.index] = said
        choice, right = self._order().index(said), said == item.answer
        return reporter.question_answered(self._try(), said, correct=right, choice=choice)

    def next(self) -> None:
        """Go on, once the present question is answered."""
        if self.index in self.given:
            self.index, self.began = self.index + 1, None

    def again(self) -> None:
        """Begin from the first question."""
        if self.finished:
            self.round, self.index, self.began, self.given = self.round + 1, 0, None, {}

    def card(self, path: str, *, after: str = "") -> str:
        """Return the markup of the present question or of its feedback.

        ``path`` takes the forms (``path/answer``, ``path/next``); ``after`` is markup that
        helps with an open question, such as the text to look back at.
        """
        if self.index in self.given:
            return self._feedback(path)
        return self._question(path) + after

    def _try(self) -> Try:
        item = self.items[self.index]
        return Try(item.key, item.prompt, self.lesson, self.round, self.began or "")

    def _order(self) -> list[str]:
        """Return the choices in the order in which this student sees them this time."""
        item = self.items[self.index]
        order = list(item.choices)
        Random(f"{self.seed}/{item.key}/{self.round}").shuffle(order)  # noqa: S311 - an order
        return order

    def _kicker(self) -> str:
        return f'<p class="kicker">Question {self.index + 1} of {len(self.items)}</p>'

    def _question(self, path: str) -> str:
        item = self.items[self.index]
        tiles = "".join(
            f'<label class="choice" data-testid="choice"><input type="radio" name="answer" '
            f'value="{escape(choice)}" required><span>{escape(choice)}</span></label>'
            for choice in self._order()
        )
        return f"""<section class="card">{self._kicker()}
<form method="post" action="{path}/answer">
<input type="hidden" name="number" value="{self.index}">
<h1 id="ask" tabindex="-1" data-focus data-testid="question">{escape(item.prompt)}</h1>
<div class="choices" role="radiogroup" aria-labelledby="ask">{tiles}</div>
<button class="go" data-testid="check">Check</button></form></section>"""

    def _feedback(self, path: str) -> str:
        item, said = self.items[self.index], self.given[self.index]
        correct = said == item.answer
        heading = "Yes, that is right!" if correct else "Not yet. Look at this:"
        yours = "" if correct else f"<p>You picked: {escape(said)}</p>"
        quote = f"<blockquote><mark>{escape(item.evidence)}</mark></blockquote>"
        last = self.index + 1 == len(self.items)
        return f"""<section class="card {"right" if correct else "notyet"}">{self._kicker()}
<p class="asked">{escape(item.prompt)}</p>
<div data-testid="feedback" data-correct="{str(correct).lower()}">
<h1 role="status">{heading}</h1>{yours}
<p class="answer"><strong>{escape(item.answer)}</strong></p>
<p>{escape(item.why)}</p>{quote if item.evidence else ""}</div>
<form method="post" action="{path}/next">
<button class="go" data-testid="next" data-focus>{"Finish" if last else "Next question"}</button>
</form></section>"""
