"""Lesson Loft: a short film, and two questions after each of its chapters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from html import escape
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from timeback_desktop.backend.demo.apps.kit.config import AppConfig
from timeback_desktop.backend.demo.apps.kit.events import Event
from timeback_desktop.backend.demo.apps.kit.events import Lesson as TaughtLesson
from timeback_desktop.backend.demo.apps.kit.expiring import ExpiringStore
from timeback_desktop.backend.demo.apps.kit.pages import message_page, page, wants_fragment
from timeback_desktop.backend.demo.apps.kit.quiz import Quiz
from timeback_desktop.backend.demo.apps.kit.tool import (
    SESSION_LIFETIME_S,
    Tool,
    Visitor,
)
from timeback_desktop.backend.demo.apps.lesson.lessons import Lesson, lessons

SLUG, NAME = "lesson-loft", "Lesson Loft"
PACKAGE = "timeback_desktop.backend.demo.apps.lesson"
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">
<rect width="120" height="120" rx="28" fill="#1f6a8c"/>
<path d="M18 58L60 24l42 34" fill="none" stroke="#bfe4f2" stroke-width="8"
 stroke-linecap="round" stroke-linejoin="round"/>
<rect x="28" y="54" width="64" height="44" rx="10" fill="#fdf6e3"/>
<path d="M53 64l22 12-22 12z" fill="#e08a2e" stroke="#e08a2e" stroke-width="5"
 stroke-linejoin="round"/></svg>"""


class Happening(StrEnum):
    """What a player may report: the part of Caliper's media actions that it can do."""

    STARTED = "Started"
    PAUSED = "Paused"
    RESUMED = "Resumed"
    RESTARTED = "Restarted"
    JUMPED_TO = "JumpedTo"
    ENDED = "Ended"
    MUTED = "Muted"
    UNMUTED = "Unmuted"
    CAPTIONS_ON = "EnabledClosedCaptioning"
    CAPTIONS_OFF = "DisabledClosedCaptioning"


class LessonLoft:
    """The pages of the app."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._quizzes = ExpiringStore[dict[str, Quiz]](lifetime_s=SESSION_LIFETIME_S, most=2_000)

    def routes(self) -> list[Route]:
        """Return the app's own routes."""
        guarded, check = self._tool.guarded, "/lessons/{slug}/checks/{chapter}"
        return [
            Route("/", guarded(self.shelf)),
            Route("/lessons/{slug}", guarded(self.watch)),
            Route("/lessons/{slug}/video.webm", guarded(self.video)),
            Route("/lessons/{slug}/captions.vtt", guarded(self.captions)),
            Route("/lessons/{slug}/media", guarded(self.media), methods=["POST"]),
            Route(check, guarded(self.check)),
            Route(f"{check}/{{step}}", guarded(self.step), methods=["POST"]),
        ]

    async def shelf(self, _: Request, visitor: Visitor) -> Response:
        """Show all lessons."""
        cards = "".join(_card(lesson, self._mine(visitor, lesson)) for lesson in lessons().values())
        return page(NAME, f'<h1>What would you like to watch?</h1><div class="shelf">{cards}</div>')

    async def watch(self, request: Request, visitor: Visitor) -> Response:
        """Show the player."""
        lesson = _lesson(request)
        if lesson is None:
            return _lost()
        told = self._tool.tell(*visitor.progress.begin(_told_as(lesson), visitor.reporter))
        return page(NAME, _player(lesson, self._mine(visitor, lesson)) + told, nav=_NAV)

    async def video(self, request: Request, _: Visitor) -> Response:
        """Send the film, or the part of it that the player asks for (Range)."""
        lesson = _lesson(request)
        if lesson is None:
            return _lost()
        path = files(PACKAGE).joinpath("films", f"{lesson.slug}.webm")
        headers = {"Cache-Control": "private, max-age=86400"}
        return FileResponse(str(path), media_type="video/webm", headers=headers)

    async def captions(self, request: Request, _: Visitor) -> Response:
        """Send the captions."""
        lesson = _lesson(request)
        return _lost() if lesson is None else Response(lesson.captions(), media_type="text/vtt")

    async def media(self, request: Request, visitor: Visitor) -> Response:
        """Take a report of the player: what happened, and at which second."""
        lesson, form = _lesson(request), await request.form()
        try:
            happening, at_s = Happening(str(form.get("action"))), float(str(form.get("at")))
        except ValueError:
            return Response(status_code=400)
        if lesson is None or not 0 <= at_s <= lesson.length_s + 1:
            return Response(status_code=400)
        event = visitor.reporter.media(
            happening,
            f"videos/{lesson.slug}",
            lesson.title,
            at_s=at_s,
            length_s=lesson.length_s,
        )
        self._tool.sender.put(event)
        return Response(status_code=204)

    async def check(self, request: Request, visitor: Visitor) -> Response:
        """Show the open question after a chapter."""
        return self._ask(request, visitor)

    async def step(self, request: Request, visitor: Visitor) -> Response:
        """Take an answer, or go on."""
        quiz = self._quiz(request, visitor)
        if quiz is None:
            return _lost()
        form = await request.form()
        events: list[Event] = []
        match request.path_params["step"]:
            case "answer":
                number, said = str(form.get("number", "")), str(form.get("answer", ""))
                events = quiz.answer(number, said, visitor.reporter)
            case "next":
                quiz.next()
            case _:
                return _lost()
        return self._ask(request, visitor, events)

    def _ask(self, request: Request, visitor: Visitor, events: Sequence[Event] = ()) -> Response:
        lesson, quiz = _lesson(request), self._quiz(request, visitor)
        if lesson is None or quiz is None:
            return _lost()
        told = self._tool.tell(*events, *self._opened(visitor, lesson, quiz))
        chapter = int(request.path_params["chapter"])
        path = f"/lessons/{lesson.slug}/checks/{chapter}"
        stage = _after(lesson, chapter, quiz) if quiz.finished else quiz.card(path)
        stage += told
        if wants_fragment(request):
            return HTMLResponse(stage)
        if request.method == "POST":
            return RedirectResponse(path, 303)
        return page(NAME, stage, nav=_NAV)

    def _opened(self, visitor: Visitor, lesson: Lesson, quiz: Quiz) -> list[Event]:
        """Return what to report of a check that is shown: the last one finishes the lesson."""
        done = all(each.finished for each in self._mine(visitor, lesson))
        step = visitor.progress.finish if done else visitor.progress.begin
        return [*step(_told_as(lesson), visitor.reporter), *quiz.open(visitor.reporter)]

    def _quiz(self, request: Request, visitor: Visitor) -> Quiz | None:
        lesson, asked = _lesson(request), request.path_params["chapter"]
        if lesson is None or asked not in lesson.chapter_numbers:
            return None
        return self._mine(visitor, lesson)[int(asked) - 1]

    def _mine(self, visitor: Visitor, lesson: Lesson) -> list[Quiz]:
        mine = self._quizzes.get(visitor.subject) or {}
        self._quizzes.put(visitor.subject, mine)
        names = [f"{lesson.slug}/{place}" for place in range(1, len(lesson.chapters) + 1)]
        for name, chapter in zip(names, lesson.chapters, strict=True):
            mine.setdefault(name, Quiz(_told_as(lesson), chapter.questions, visitor.subject))
        return [mine[name] for name in names]


def build(config: AppConfig) -> ASGIApp:
    """Return Lesson Loft as an ASGI app."""
    tool = Tool(config, slug=SLUG, name=NAME, icon_svg=ICON)
    return tool.application(PACKAGE, LessonLoft(tool).routes())


def _lesson(request: Request) -> Lesson | None:
    return lessons().get(request.path_params["slug"])


def _told_as(lesson: Lesson) -> TaughtLesson:
    return TaughtLesson(f"lessons/{lesson.slug}", lesson.title)


def _lost() -> Response:
    text = "Go back to the shelf and pick another lesson."
    return message_page(NAME, "There is nothing on this page", text, status=404)


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _card(lesson: Lesson, quizzes: list[Quiz]) -> str:
    done = sum(quiz.finished for quiz in quizzes)
    state = f"{done} of {len(quizzes)} chapters done" if done else _minutes(lesson.length_s)
    return f"""<a class="book" href="/lessons/{lesson.slug}" data-testid="lesson">
<img src="/static/{lesson.slug}.svg" alt="" width="480" height="270">
<strong>{escape(lesson.title)}</strong><span>{escape(lesson.summary)}</span>
<span>{state}</span></a>"""


_NAV = '<nav aria-label="Page"><a class="quiet" href="/">All lessons</a></nav>'


def _player(lesson: Lesson, quizzes: list[Quiz]) -> str:
    stops = [
        {"end": end, "done": quiz.finished} for end, quiz in zip(lesson.ends, quizzes, strict=True)
    ]
    base, starts = f"/lessons/{lesson.slug}", (0, *lesson.ends)
    chapters = "".join(
        f'<li><button type="button" class="quiet" data-at="{start}"><b>{number}</b>'
        f"<span>{escape(chapter.title)}</span><small>{_minutes(start)}</small></button></li>"
        for number, (chapter, start) in enumerate(zip(lesson.chapters, starts, strict=False), 1)
    )
    return f"""<h1>{escape(lesson.title)}</h1>
<div id="lesson" data-base="{base}" data-stops="{escape(json.dumps(stops))}">
<div id="theatre"><video id="film" src="{base}/video.webm" preload="metadata" playsinline
 poster="/static/{lesson.slug}.svg" width="960" height="540" data-testid="video">
<track kind="captions" srclang="en" label="English" src="{base}/captions.vtt" default></video>
{_CONTROLS.format(length=lesson.length_s, clock=_minutes(lesson.length_s))}
<ol class="chapters" aria-label="Chapters">{chapters}</ol></div>
<section id="check" data-stage aria-live="polite" hidden></section></div>
<script src="/static/player.js" defer></script>"""


_CONTROLS = """<div class="controls" role="group" aria-label="Player">
<button type="button" class="go" id="play" data-testid="play">Play</button>
<button type="button" class="quiet" id="back" aria-label="Back ten seconds">&minus;10 s</button>
<input type="range" id="seek" min="0" max="{length}" step="1" value="0"
 aria-label="Place in the film" data-testid="seek">
<span class="clock"><span id="now">0:00</span> / {clock}</span>
<button type="button" class="quiet" id="words" aria-pressed="true">Words</button>
<button type="button" class="quiet" id="sound" aria-pressed="true">Sound</button></div>"""


def _after(lesson: Lesson, chapter: int, quiz: Quiz) -> str:
    score = f"{quiz.right} of {len(quiz.items)} right" if quiz.right else "Now you know more"
    if chapter < len(lesson.chapters):
        onward = (
            '<button type="button" class="go" data-resume data-focus data-testid="continue">'
            "Go on with the film</button>"
        )
        return f'<section class="card calm"><h1 role="status">{score}</h1>{onward}</section>'
    return f"""<section class="card calm" data-testid="done">
<img class="hero" src="/icon.svg" alt="" width="120" height="120">
<h1 role="status">{score}</h1>
<p class="lead">That was all of &ldquo;{escape(lesson.title)}&rdquo;.</p>
<a class="go" href="/" data-focus>Pick another lesson</a></section>"""
