"""What the rules look at: one second of presence, one event of the app, one answer.

A tick becomes a :class:`Moment`, an app event a :class:`Heard` with its place in the
session, and the events around one question an :class:`Answer`. All places are offsets in
milliseconds from the session's start.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from timeback_desktop.partition import ENGAGED, State
from timeback_desktop.presence.signal import AppEvent, Context, Media, PageFacts, Surface, Tick

_PATH_OF_A_HAND_PX = 50
_NO_QUESTION = frozenset({Context.READING, Context.VIDEO, Context.DISCUSSION})


class Dating(StrEnum):
    """By what an event was placed in the session."""

    OWN = "own"
    ARRIVAL = "arrival"
    WRONG_CLOCK = "wrong_clock"


@dataclass(slots=True)
class Moment:
    """What held over ``[from_ms, to_ms)``.

    ``hand`` tells whether a person did something; ``words`` how many were on the page, if it
    gave a sign; ``moving`` whether there was progress besides answers: reading, watching,
    scrolling, writing or talking.
    """

    from_ms: int
    to_ms: int
    state: State
    hand: bool
    surface: Surface
    words: int | None
    moving: bool

    @property
    def engaged(self) -> bool:
        """Whether the time counts as time on task."""
        return self.state in ENGAGED

    @classmethod
    def of(cls, tick: Tick, state: State, from_ms: int, to_ms: int) -> Moment:
        """Reduce a tick to what the rules compare."""
        inputs, page, surface = tick.inputs, tick.page, tick.surface
        hand = inputs.discrete > 0 or inputs.path_px >= _PATH_OF_A_HAND_PX
        if surface is Surface.OWN_DIALOG:  # our own dialogs are no excursion
            surface = Surface.LEARNING
        return cls(
            from_ms,
            to_ms,
            state,
            hand and not tick.injected,
            surface,
            None if page is None else page.words,
            inputs.wheel > 0 or (page is not None and _moves(page, keys=inputs.keys)),
        )


def _moves(page: PageFacts, *, keys: int) -> bool:
    """Tell whether a page is read, watched, talked over, or written on."""
    playing = page.visible and page.media is Media.PLAYING
    return playing or page.context in _NO_QUESTION or (page.field == "text" and keys > 0)


@dataclass(slots=True)
class Heard:
    """An app event at its place: ``at_ms``, and by what it was dated."""

    event: AppEvent
    at_ms: int
    dating: Dating


@dataclass(slots=True)
class Answer:
    """One answer to one item, put together from the events that tell of it.

    ``began_ms``, ``took_ms`` and ``passed_ms`` are ``None`` when they cannot be known.
    ``took_ms`` counts engaged time only; ``passed_ms`` all of it, for a pause may have gone
    into the answer. ``right`` is ``None`` while no grade is known, and may be filled later.
    ``usual_ms`` is the item's mean by the platform's word. ``rapid`` is decided by the
    student's :class:`~timeback_desktop.waste.pace.Pace`; ``limit_ms`` is what it compared with.
    """

    at_ms: int
    began_ms: int | None = None
    took_ms: int | None = None
    passed_ms: int | None = None
    right: bool | None = None
    item: str | None = None
    skill: str | None = None
    lesson: str | None = None
    choice: int | None = None
    usual_ms: int | None = None
    first_try: bool = True
    rapid: bool = False
    limit_ms: int = 0
    hands: int = 0

    @property
    def wrong(self) -> bool:
        """Whether it is known to be wrong."""
        return self.right is False
