"""Ask a page once a second what it is doing, without ever waiting for the answer.

The script runs in an isolated world, in every frame, also under a page's strictest
content policy. A busy or frozen page simply does not answer: after a few silent asks its
facts are ``None``, which the presence machine takes as "no sign".
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWebEngineCore import QWebEngineFrame, QWebEnginePage, QWebEngineScript

from timeback_desktop.presence.signal import Context, Media, PageFacts

SILENT_ASKS: Final = 3
"""So many asks without an answer, one a second, make the last answer stale."""

_WORLD: Final = QWebEngineScript.ScriptWorldId.ApplicationWorld
# As text: what a frame answers as an object is lost on the way up to Qt 6.11.
_ASK: Final = "globalThis.timebackFacts ? JSON.stringify(globalThis.timebackFacts()) : null"
_MAX_FRAMES: Final = 24
_PATIENCE: Final = 10
_READING_WORDS: Final = 80


def facts_script() -> QWebEngineScript:
    """Return the script that collects facts in every frame of a page."""
    script = QWebEngineScript()
    script.setName("timeback-facts")
    script.setSourceCode(files(__package__).joinpath("page_facts.js").read_text("utf-8"))
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
    closed.
    """

    close_asked = Signal()

    def __init__(self, page: QWebEnginePage) -> None:
        super().__init__(page)
        self._page = page
        self._latest: _Round | None = None
        self._unanswered = 0
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
        main.runJavaScript(_ASK, int(_WORLD.value), lambda said: self._main_said(answers, said))
        for frame in _subframes(main):
            frame.runJavaScript(_ASK, int(_WORLD.value), lambda said: _inner_said(answers, said))

    def facts(self) -> PageFacts | None:
        """Return what the page is doing; ``None`` when it has not said so lately."""
        if self._latest is None or self._unanswered > SILENT_ASKS:
            return None
        return self._joined(self._latest)

    def _forget(self) -> None:
        self._latest, self._unanswered = None, 0

    def _main_said(self, answers: _Round, said: object) -> None:
        answers.main = FrameFacts.read(said)
        if answers.main is None:
            return
        self._latest, self._unanswered = answers, 0
        if answers.main.close:
            self.close_asked.emit()

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


def _inner_said(answers: _Round, said: object) -> None:
    facts = FrameFacts.read(said)
    if facts is not None:
        answers.inner.append(facts)


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
