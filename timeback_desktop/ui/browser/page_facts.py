"""Ask a page once a second what it is doing, without ever waiting for the answer.

The scripts run in an isolated world, in every frame, also under a page's strictest
content policy. A busy or frozen page simply does not answer: after a few silent asks its
facts are ``None``, which the presence machine takes as "no sign". What the app said of its
own work since the last ask comes along with the answer; only frames of the app are believed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWebEngineCore import QWebEngineFrame, QWebEnginePage, QWebEngineScript

from timeback_desktop.presence.signal import AppEvent, Context, Media, PageFacts
from timeback_desktop.ui.browser.app_events import MOST_WAITING, read_events

SILENT_ASKS: Final = 3
"""So many asks without an answer, one a second, make the last answer stale."""

_WORLD: Final = QWebEngineScript.ScriptWorldId.ApplicationWorld
# As text: what a frame answers as an object is lost on the way up to Qt 6.11.
_ASK: Final = (
    "globalThis.timebackFacts && globalThis.timebackMessages"
    " ? JSON.stringify({...timebackFacts(), ...timebackMessages.take()}) : null"
)
_HUSH: Final = "globalThis.timebackMessages?.hush({on}); null"
_SCRIPTS: Final = ("page_facts.js", "page_messages.js")
_MAX_FRAMES: Final = 24
_PATIENCE: Final = 10
_READING_WORDS: Final = 80


def facts_script() -> QWebEngineScript:
    """Return the script that collects facts and messages in every frame of a page."""
    folder = files(__package__)
    script = QWebEngineScript()
    script.setName("timeback-facts")
    script.setSourceCode("\n".join(folder.joinpath(n).read_text("utf-8") for n in _SCRIPTS))
    script.setWorldId(_WORLD)
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    script.setRunsOnSubFrames(True)
    return script


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What one frame answered."""

    visible: bool
    media: Media
    field: str
    words: int
    answers: bool
    scroll: float
    loading: bool
    close: bool
    events: tuple[AppEvent, ...] = ()

    @classmethod
    def read(cls, said: object) -> FrameFacts | None:
        """Read a frame's answer; ``None`` when it is not one."""
        try:
            answer = msgspec.json.decode(said) if isinstance(said, str) else None
        except (msgspec.DecodeError, UnicodeEncodeError):
            return None
        if not isinstance(answer, dict):
            return None
        media, field = str(answer.get("media")), str(answer.get("field"))
        return cls(
            visible=answer.get("visible") is True,
            media=Media(media) if media in list(Media) else Media.NONE,
            field=field if field in {"text", "choice"} else "none",
            words=int(_within(answer.get("words"), 20_000)),
            answers=answer.get("answers") is True,
            scroll=_within(answer.get("scroll"), 1),
            loading=answer.get("loading") is True,
            close=answer.get("close") is True,
            events=read_events(answer.get("events")),
        )


def _within(value: object, top: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return 0.0
    return min(float(value), top)


@dataclass(slots=True)
class _Round:
    """The answers to one ask: the main frame's, and its subframes' as they come."""

    main: FrameFacts | None
    inner: list[FrameFacts]


class PageProbe(QObject):
    """Ask one page for its facts and keep the last answer.

    ``close_asked`` is emitted when the page asked, by ``org.imsglobal.lti.close``, to be
    closed. ``believes`` judges by its address whether a frame belongs to the app, so that what
    it says of the student's work counts.
    """

    close_asked = Signal()
    believes: Callable[[QUrl], bool]

    def __init__(self, page: QWebEnginePage) -> None:
        super().__init__(page)
        self._page = page
        self._latest: _Round | None = None
        self._unanswered = 0
        self._events: deque[AppEvent] = deque(maxlen=MOST_WAITING)
        self.believes = lambda _: False
        page.loadStarted.connect(self._forget)
        page.renderProcessTerminated.connect(self._forget)

    def ask(self) -> None:
        """Ask the page; a busy one is not asked again before it answered, within reason."""
        if 0 < self._unanswered < _PATIENCE:
            self._unanswered += 1
            return
        self._unanswered = 1
        main = self._page.mainFrame()
        answers = _Round(main=None, inner=[])
        ours = self.believes(self._page.url())
        main.runJavaScript(
            _ASK, int(_WORLD.value), lambda said: self._main_said(answers, said, ours=ours)
        )
        for frame in _subframes(main):
            believed = ours and self.believes(frame.url())
            frame.runJavaScript(
                _ASK,
                int(_WORLD.value),
                lambda said, believed=believed: self._inner_said(answers, said, ours=believed),
            )

    def drain(self) -> tuple[AppEvent, ...]:
        """Return what the app said of its work since the last drain."""
        events = tuple(self._events)
        self._events.clear()
        return events

    def hush(self, *, on: bool) -> None:
        """Hear nothing, and forget what was said; or hear again."""
        self._events.clear()
        main, script = self._page.mainFrame(), _HUSH.format(on="true" if on else "false")
        for frame in (main, *_subframes(main)):
            frame.runJavaScript(script, int(_WORLD.value))

    def facts(self) -> PageFacts | None:
        """Return what the page is doing; ``None`` when it has not said so lately."""
        if self._latest is None or self._unanswered > SILENT_ASKS:
            return None
        return self._joined(self._latest)

    def _forget(self) -> None:
        self._latest, self._unanswered = None, 0

    def _main_said(self, answers: _Round, said: object, *, ours: bool) -> None:
        answers.main = FrameFacts.read(said)
        if answers.main is None:
            return
        self._latest, self._unanswered = answers, 0
        if ours:
            self._events.extend(answers.main.events)
        if answers.main.close:
            self.close_asked.emit()

    def _inner_said(self, answers: _Round, said: object, *, ours: bool) -> None:
        facts = FrameFacts.read(said)
        if facts is None:
            return
        answers.inner.append(facts)
        if ours:
            self._events.extend(facts.events)

    def _joined(self, latest: _Round) -> PageFacts | None:
        main = latest.main
        if main is None:
            return None
        frames = [main, *latest.inner]
        media = _loudest([frame.media for frame in frames])
        words = sum(frame.words for frame in frames)
        asks = any(frame.answers for frame in frames)
        return PageFacts(
            visible=main.visible and self._page.isVisible(),
            media=media,
            audible=self._page.recentlyAudible(),
            words=words,
            field=next((frame.field for frame in frames if frame.field != "none"), "none"),
            loading=self._page.isLoading() or main.loading,
            scroll=main.scroll,
            context=_context(media, words, asks=asks),
        )


def _loudest(media: list[Media]) -> Media:
    return next((kind for kind in (Media.PLAYING, Media.PAUSED) if kind in media), Media.NONE)


def _context(media: Media, words: int, *, asks: bool) -> Context:
    if media is Media.PLAYING:
        return Context.VIDEO
    if asks:
        return Context.QUESTION
    return Context.READING if words >= _READING_WORDS else Context.UNKNOWN


def _subframes(main: QWebEngineFrame) -> list[QWebEngineFrame]:
    found: list[QWebEngineFrame] = []
    todo = list(main.children())
    while todo and len(found) < _MAX_FRAMES:
        frame = todo.pop(0)
        found.append(frame)
        todo.extend(frame.children())
    return found
