"""Story Lantern: pick a text, read it in pages, answer questions that point into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from timeback_desktop.backend.demo.apps.kit.config import AppConfig
from timeback_desktop.backend.demo.apps.kit.events import Event, Lesson
from timeback_desktop.backend.demo.apps.kit.expiring import ExpiringStore
from timeback_desktop.backend.demo.apps.kit.pages import message_page, page, wants_fragment
from timeback_desktop.backend.demo.apps.kit.quiz import Quiz
from timeback_desktop.backend.demo.apps.kit.tool import SESSION_LIFETIME_S, Tool, Visitor
from timeback_desktop.backend.demo.apps.lantern.library import Story, library

SLUG, NAME = "story-lantern", "Story Lantern"
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">
<rect width="120" height="120" rx="28" fill="#6b4a9e"/>
<circle cx="60" cy="66" r="38" fill="#8a68bd"/>
<path d="M46 30a14 14 0 0 1 28 0" fill="none" stroke="#f4e3b5" stroke-width="6"/>
<path d="M38 34h44l-5 10H43zM42 92h36l4 10H38z" fill="#f4e3b5"/>
<path d="M43 46h34l2 44H41z" fill="#fff3cf"/>
<path d="M60 54c9 11 11 17 11 22a11 11 0 0 1-22 0c0-5 2-11 11-22z" fill="#f0a63a"/>
<path d="M60 68c4 5 5 8 5 10a5 5 0 0 1-10 0c0-2 1-5 5-10z" fill="#fff3cf"/></svg>"""

_SIZES = ("0", "1", "2", "3")


@dataclass(slots=True)
class Reader:
    """One student's shelf: how far each text was read, the quizzes, the size of the letters."""

    size: int = 1
    page: dict[str, int] = field(default_factory=dict)
    quizzes: dict[str, Quiz] = field(default_factory=dict)


class StoryLantern:
    """The pages of the app."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._readers = ExpiringStore[Reader](lifetime_s=SESSION_LIFETIME_S, most=2_000)

    def routes(self) -> list[Route]:
        """Return the app's own routes."""
        guarded, quiz = self._tool.guarded, "/stories/{slug}/questions"
        return [
            Route("/", guarded(self.shelf)),
            Route("/size", guarded(self.resize), methods=["POST"]),
            Route(quiz, guarded(self.questions)),
            Route(f"{quiz}/{{step}}", guarded(self.step), methods=["POST"]),
            Route("/stories/{slug}/{number}", guarded(self.read)),
        ]

    async def shelf(self, _: Request, visitor: Visitor) -> Response:
        """Show all texts."""
        reader = self._reader(visitor)
        cards = "".join(_card(story, reader) for story in library().values())
        hello = f"Hello, {escape(visitor.given_name)}. " if visitor.given_name else ""
        stage = f'<h1>{hello}What would you like to read?</h1><div class="shelf">{cards}</div>'
        return page(NAME, stage)

    async def read(self, request: Request, visitor: Visitor) -> Response:
        """Show one page of a text."""
        story, asked = library().get(request.path_params["slug"]), request.path_params["number"]
        if story is None or asked not in story.page_numbers:
            return self._lost()
        number = int(asked)
        reader, document = self._reader(visitor), f"stories/{story.slug}"
        events = visitor.progress.begin(_lesson(story), visitor.reporter)
        if story.slug not in reader.page:
            events.append(visitor.reporter.opened(document, story.title))
        reader.page[story.slug] = max(number, reader.page.get(story.slug, 0))
        events.append(visitor.reporter.read_page(document, story.title, number))
        told = self._tool.tell(*events)
        stage = _text_page(story, number, reader.size) + told
        return page(NAME, stage, nav=_sizes(request, reader.size))

    async def questions(self, request: Request, visitor: Visitor) -> Response:
        """Show the open question to a text, or how it went."""
        story = library().get(request.path_params["slug"])
        return self._lost() if story is None else self._ask(request, visitor, story)

    async def step(self, request: Request, visitor: Visitor) -> Response:
        """Take an answer, or go on."""
        story = library().get(request.path_params["slug"])
        if story is None:
            return self._lost()
        quiz, form = _quiz(self._reader(visitor), story, visitor), await request.form()
        events: list[Event] = []
        match request.path_params["step"]:
            case "answer":
                number, said = str(form.get("number", "")), str(form.get("answer", ""))
                events = quiz.answer(number, said, visitor.reporter)
            case "next":
                quiz.next()
            case "again":
                quiz.again()
            case _:
                return self._lost()
        return self._ask(request, visitor, story, events)

    async def resize(self, request: Request, visitor: Visitor) -> Response:
        """Change the size of the letters and return to the page."""
        form = await request.form()
        size, back = str(form.get("size", "")), str(form.get("back", ""))
        if size in _SIZES:
            self._reader(visitor).size = int(size)
        own = re.fullmatch(r"/stories/[a-z-]+/(\d+|questions)", back)
        return RedirectResponse(back if own else "/", 303)

    def _ask(
        self, request: Request, visitor: Visitor, story: Story, events: Sequence[Event] = ()
    ) -> Response:
        reader = self._reader(visitor)
        quiz = _quiz(reader, story, visitor)
        step = visitor.progress.finish if quiz.finished else visitor.progress.begin
        moved = step(_lesson(story), visitor.reporter)
        told = self._tool.tell(*events, *moved, *quiz.open(visitor.reporter))
        path = f"/stories/{story.slug}/questions"
        stage = (
            _done(quiz, story, path)
            if quiz.finished
            else quiz.card(path, after=_look_back(story, reader.size))
        )
        stage += told
        if wants_fragment(request):
            return HTMLResponse(stage)
        if request.method == "POST":
            return RedirectResponse(path, 303)
        return page(NAME, stage, nav=_sizes(request, reader.size))

    def _reader(self, visitor: Visitor) -> Reader:
        reader = self._readers.get(visitor.subject) or Reader()
        self._readers.put(visitor.subject, reader)
        return reader

    def _lost(self) -> Response:
        text = "Go back to the shelf and pick another text."
        return message_page(NAME, "There is nothing on this page", text, status=404)


def build(config: AppConfig) -> ASGIApp:
    """Return Story Lantern as an ASGI app."""
    tool = Tool(config, slug=SLUG, name=NAME, icon_svg=ICON)
    package = "timeback_desktop.backend.demo.apps.lantern"
    return tool.application(package, StoryLantern(tool).routes())


def _lesson(story: Story) -> Lesson:
    return Lesson(f"stories/{story.slug}", story.title)


def _quiz(reader: Reader, story: Story, visitor: Visitor) -> Quiz:
    fresh = Quiz(_lesson(story), story.questions, visitor.subject)
    return reader.quizzes.setdefault(story.slug, fresh)


def _card(story: Story, reader: Reader) -> str:
    read, quiz = reader.page.get(story.slug, 0), reader.quizzes.get(story.slug)
    if quiz and quiz.finished:
        state = f"{quiz.right} of {len(quiz.items)} right"
    else:
        state = f"Page {read} of {len(story.pages)}" if read else f"{story.words} words"
    place = min(max(read, 1), len(story.pages))
    return f"""<a class="book" href="/stories/{story.slug}/{place}" data-testid="story">
<img src="/static/{story.slug}.svg" alt="" width="320" height="180">
<strong>{escape(story.title)}</strong>
<span>{story.kind} &middot; Grade {story.grade} &middot; {state}</span></a>"""


def _sizes(request: Request, size: int) -> str:
    smaller, larger = max(0, size - 1), min(len(_SIZES) - 1, size + 1)
    return f"""<nav aria-label="Page"><form method="post" action="/size">
<input type="hidden" name="back" value="{escape(request.url.path)}">
<button class="quiet" name="size" value="{smaller}" aria-label="Smaller letters">A&minus;</button>
<button class="quiet" name="size" value="{larger}" aria-label="Larger letters">A+</button></form>
<a class="quiet" href="/">All stories</a></nav>"""


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _text_page(story: Story, number: int, size: int) -> str:
    last = number == len(story.pages)
    onward = "questions" if last else str(number + 1)
    back = f'<a class="quiet" href="/stories/{story.slug}/{number - 1}">Back</a>'
    picture = f'<img class="scene" src="/static/{story.slug}.svg" alt="" width="640" height="360">'
    return f"""<article class="card text size{size}">
<p class="kicker">Page {number} of {len(story.pages)}</p><h1>{escape(story.title)}</h1>
{picture if number == 1 else ""}<div class="prose" data-testid="text">
{_paragraphs(story.pages[number - 1])}</div>
<div class="turn">{back if number > 1 else "<span></span>"}
<a class="go" href="/stories/{story.slug}/{onward}" data-testid="onward">
{"Answer the questions" if last else "Next page"}</a></div></article>"""


def _look_back(story: Story, size: int) -> str:
    text = "".join(_paragraphs(texts) for texts in story.pages)
    return f"""<details class="card again text size{size}"><summary>Look back at the text</summary>
<div class="prose">{text}</div></details>"""


def _done(quiz: Quiz, story: Story, path: str) -> str:
    return f"""<section class="card calm" data-testid="done">
<img class="hero" src="/icon.svg" alt="" width="120" height="120">
<h1 tabindex="-1" data-focus>{quiz.right} of {len(quiz.items)} right</h1>
<p class="lead">You finished &ldquo;{escape(story.title)}&rdquo;. What would you like to do now?</p>
<a class="go" href="/">Pick another text</a>
<form method="post" action="{path}/again"><button class="quiet">Ask me again</button></form>
</section>"""
