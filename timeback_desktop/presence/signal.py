"""What one tick saw: counts and facts only, never keys, text, titles or addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from timeback_desktop.clock import Stamp


class Surface(StrEnum):
    """What lay in front of the student."""

    LEARNING = "learning"
    OWN_DIALOG = "own_dialog"
    OTHER_PROGRAM = "other_program"
    OTHER_SITE = "other_site"


class Media(StrEnum):
    """Whether the page plays a sound or a film."""

    NONE = "none"
    PLAYING = "playing"
    PAUSED = "paused"


class Context(StrEnum):
    """What kind of work the page asks for, as far as it can be told."""

    QUESTION = "question"
    READING = "reading"
    VIDEO = "video"
    DISCUSSION = "discussion"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InputCounts:
    """How much input arrived since the last tick; which key was pressed is never known."""

    keys: int = 0
    clicks: int = 0
    wheel: int = 0
    touches: int = 0
    moves: int = 0
    path_px: int = 0

    def __add__(self, other: InputCounts) -> InputCounts:
        """Return the counts of both."""
        return InputCounts(
            self.keys + other.keys,
            self.clicks + other.clicks,
            self.wheel + other.wheel,
            self.touches + other.touches,
            self.moves + other.moves,
            self.path_px + other.path_px,
        )

    @property
    def discrete(self) -> int:
        """Presses, clicks, wheel steps and touches: what a hand does on purpose."""
        return self.keys + self.clicks + self.wheel + self.touches


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the page in front is doing.

    ``words`` counts visible words; ``field`` is the kind of the focused field (``text``,
    ``choice`` or ``none``), never its value; ``scroll`` is 0 to 1.
    """

    visible: bool = True
    media: Media = Media.NONE
    audible: bool = False
    words: int = 0
    field: str = "none"
    loading: bool = False
    scroll: float = 0.0
    context: Context = Context.UNKNOWN


@dataclass(frozen=True, slots=True)
class Power:
    """What the machine did: locked, or reported as suspended since the last tick."""

    locked: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """Everything one sample saw. ``page`` is ``None`` when the page gave no sign."""

    stamp: Stamp
    inputs: InputCounts = field(default_factory=InputCounts)
    surface: Surface = Surface.LEARNING
    page: PageFacts | None = field(default_factory=PageFacts)
    power: Power = field(default_factory=Power)
