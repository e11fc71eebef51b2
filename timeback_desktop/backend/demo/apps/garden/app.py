"""Math Garden: every question answered grows a flower; ten make a bed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from timeback_desktop.backend.demo.apps.garden import pictures
from timeback_desktop.backend.demo.apps.garden.gardener import BED, Asked, Gardener
from timeback_desktop.backend.demo.apps.garden.questions import Skill
from timeback_desktop.backend.demo.apps.kit.config import AppConfig
from timeback_desktop.backend.demo.apps.kit.events import Event, Lesson, Try
from timeback_desktop.backend.demo.apps.kit.expiring import ExpiringStore
from timeback_desktop.backend.demo.apps.kit.pages import page, wants_fragment
from timeback_desktop.backend.demo.apps.kit.sender import timestamp
from timeback_desktop.backend.demo.apps.kit.tool import SESSION_LIFETIME_S, Tool, Visitor

SLUG, NAME = "math-garden", "Math Garden"
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">
<rect width="120" height="120" rx="28" fill="#2f7d4f"/>
<path d="M60 104V58" stroke="#bfe8c8" stroke-width="8" stroke-linecap="round"/>
<path d="M60 86c-20 0-28-10-28-22 18 0 28 8 28 22zM60 94c18 0 26-9 26-20-16 0-26 7-26 20z"
 fill="#8fd3a0"/>
<g fill="#ffd25e"><circle cx="60" cy="22" r="12"/><circle cx="60" cy="54" r="12"/>
<circle cx="44" cy="38" r="12"/><circle cx="76" cy="38" r="12"/></g>
<circle cx="60" cy="38" r="11" fill="#a5621b"/>
<path d="M55 38h10M60 33v10" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>"""

_TITLES = {
    Skill.ADDITION: "Adding",
    Skill.SUBTRACTION: "Taking away",
    Skill.MULTIPLICATION: "Times",
    Skill.FRACTIONS: "Fractions",
    Skill.DIVISION: "Sharing",
    Skill.STORIES: "Story",
}
_CHEERS = ("Yes, that is right!", "Right! Nice thinking.", "That is it!", "Yes! You worked it out.")


class MathGarden:
    """The pages of the app."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._gardeners = ExpiringStore[Gardener](lifetime_s=SESSION_LIFETIME_S, most=2_000)

    def routes(self) -> list[Route]:
        """Return the app's own routes."""
        guarded = self._tool.guarded
        return [
            Route("/", guarded(self.show)),
            Route("/answer", guarded(self.answer), methods=["POST"]),
            Route("/next", guarded(self.next), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the open question, or the feedback to it."""
        return self._stage(request, visitor)

    async def answer(self, request: Request, visitor: Visitor) -> Response:
        """Take an answer and show what it was worth."""
        form = await request.form()
        given, number = str(form.get("answer", "")), str(form.get("number", ""))
        gardener = self._gardener(visitor)
        taken = gardener.answer(number, given)
        asked = gardener.ask()
        events = _answered(asked, gardener, visitor) if taken else []
        hint = "" if asked.given is not None else _hint(asked)
        return self._stage(request, visitor, events, hint=hint)

    async def next(self, request: Request, visitor: Visitor) -> Response:
        """Go on to the next question."""
        self._gardener(visitor).next()
        return self._stage(request, visitor)

    def _gardener(self, visitor: Visitor) -> Gardener:
        today = timestamp()[:10]  # other questions every day
        gardener = self._gardeners.get(visitor.subject) or Gardener(f"{visitor.subject}/{today}")
        self._gardeners.put(visitor.subject, gardener)
        return gardener

    def _stage(
        self,
        request: Request,
        visitor: Visitor,
        events: Sequence[Event] = (),
        *,
        hint: str = "",
    ) -> Response:
        gardener = self._gardener(visitor)
        fresh = gardener.asked is None
        asked = gardener.ask()
        told = self._tool.tell(*events, *(_begun(asked, visitor) if fresh else ()))
        if request.method == "POST" and not wants_fragment(request) and not hint:
            return RedirectResponse("/", 303)
        stage = _path(gardener) + (
            _question(asked, hint) if asked.given is None else _feedback(asked, gardener)
        )
        stage += told
        return HTMLResponse(stage) if wants_fragment(request) else page(NAME, stage)


def build(config: AppConfig) -> ASGIApp:
    """Return Math Garden as an ASGI app."""
    tool = Tool(config, slug=SLUG, name=NAME, icon_svg=ICON)
    package = "timeback_desktop.backend.demo.apps.garden"
    return tool.application(package, MathGarden(tool).routes())


def _begun(asked: Asked, visitor: Visitor) -> list[Event]:
    """Return what to report of a question that is new to the student."""
    opened = visitor.progress.begin(_bed_of(asked), visitor.reporter)
    return [*opened, visitor.reporter.question_started(_try_of(asked))]


def _answered(asked: Asked, gardener: Gardener, visitor: Visitor) -> list[Event]:
    """Return what to report of an answer; the tenth of a bed finishes it."""
    attempt, right, said = _try_of(asked), bool(asked.correct), asked.given or ""
    choices = asked.question.choices
    choice = choices.index(said) if said in choices else None
    events = visitor.reporter.question_answered(attempt, said, correct=right, choice=choice)
    if gardener.grown == BED:
        events += visitor.progress.finish(_bed_of(asked), visitor.reporter)
    return events


def _bed_of(asked: Asked) -> Lesson:
    bed = (asked.number - 1) // BED + 1
    return Lesson(f"beds/{bed}", f"Bed {bed}", "Assessment")


def _try_of(asked: Asked) -> Try:
    question, bed = asked.question, _bed_of(asked)
    return Try(question.key, question.prompt, bed, asked.count, asked.began, question.skill)


def _hint(asked: Asked) -> str:
    if asked.question.choices:
        return "Pick one of the answers."
    return "Type a number, like 12."


def _path(gardener: Gardener) -> str:
    beds = f" &middot; {gardener.beds} full bed{'' if gardener.beds == 1 else 's'}"
    score = f"{gardener.correct} of {gardener.answered} right{beds if gardener.beds else ''}"
    words = score if gardener.answered else "Every answer grows a flower"
    picture = pictures.path(gardener.grown, BED)
    return f'<div class="progress">{picture}<p data-testid="score">{words}</p></div>'


def _question(asked: Asked, hint: str) -> str:
    question = asked.question
    kind = "sum" if len(question.prompt) < 12 else "story"
    prompt = f"{question.prompt} = ?" if kind == "sum" else question.prompt
    note = f'<p class="hint" role="alert">{escape(hint)}</p>' if hint else ""
    return f"""<section class="card">
<p class="kicker">Question {asked.number} &middot; {_TITLES[question.skill]}</p>
<form method="post" action="/answer" autocomplete="off">
<input type="hidden" name="number" value="{asked.number}">
<h1 class="{kind}" data-testid="question" id="ask">{escape(prompt)}</h1>{question.preview}
{_choices(question.choices) if question.choices else _NUMBER}{note}
<button class="go" data-testid="check">Check</button></form></section>"""


_NUMBER = """<label class="number"><span>Your answer</span>
<input name="answer" data-testid="answer" inputmode="numeric" maxlength="9" aria-labelledby="ask"
 required autofocus></label>"""


def _choices(choices: tuple[str, ...]) -> str:
    tiles = "".join(
        f'<label class="choice" data-testid="choice"><input type="radio" name="answer" '
        f'value="{escape(choice)}" required><span>{escape(choice)}</span></label>'
        for choice in choices
    )
    return f'<div class="choices" role="radiogroup" aria-labelledby="ask">{tiles}</div>'


def _feedback(asked: Asked, gardener: Gardener) -> str:
    question = asked.question
    if asked.correct:
        heading, mood = _CHEERS[asked.number % len(_CHEERS)], "right"
    else:
        heading, mood = f"Not yet. The answer is {question.answer}.", "notyet"
    steps = "".join(f"<li>{escape(step)}</li>" for step in question.steps)
    full = (
        '<p class="full">This bed is full. Look how it blooms!</p>' if gardener.grown == BED else ""
    )
    return f"""<section class="card {mood}">
<p class="kicker">{escape(question.prompt)}</p>
<div data-testid="feedback" data-correct="{str(asked.correct).lower()}">
<h1 role="status">{escape(heading)}</h1>{full}
<p>You said <strong>{escape(asked.given or "")}</strong>. Here is how it goes:</p>
<ol class="steps">{steps}</ol>{question.picture}</div>
<form method="post" action="/next">
<button class="go" data-testid="next" data-focus>Next question</button></form>
</section>"""
