"""What one tick saw: counts and facts only, never keys, text, titles or addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from timeback_desktop.caliper.app_events import AppEventKind
from timeback_desktop.clock import Stamp

__all__ = [
    "ANSWERS",
    "AppEvent",
    "AppEventKind",
    "Context",
    "InputCounts",
    "Media",
    "PageFacts",
    "Power",
    "Surface",
    "Tick",
]


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
    """What the machine did.

    ``locked``: the screen is locked or its saver runs; ``suspended``: it slept since the last
    tick; ``elsewhere``: another user's session is in front; ``display_off``: the screen is dark.
    """

    locked: bool = False
    suspended: bool = False
    elsewhere: bool = False
    display_off: bool = False


ANSWERS = frozenset(
    {AppEventKind.ANSWERED, AppEventKind.ANSWERED_RIGHT, AppEventKind.ANSWERED_WRONG}
)


@dataclass(frozen=True, slots=True)
class AppEvent:
    """One event of the app that was launched, reduced to what a judge needs.

    ``utc_ms`` is when it happened by the app's word (``None``: at the tick that carries it);
    ``id`` tells the same event that came by two ways apart from two events; ``item``,
    ``skill`` and ``lesson`` are opaque; ``took_ms`` is the time spent on the item if the app
    says so, ``usual_ms`` the item's mean, ``choice`` the ordinal of the option chosen.
    """

    kind: AppEventKind
    utc_ms: int | None = None
    id: str | None = None
    item: str | None = None
    skill: str | None = None
    lesson: str | None = None
    took_ms: int | None = None
    usual_ms: int | None = None
    choice: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Everything one sample saw.

    ``page`` is ``None`` when the page gave no sign; ``screen_change`` is the share of screen
    tiles that changed, 0 to 1, ``None`` where it is not measured; ``program`` is the category
    of the program in front when it is not ours; ``os_idle_ms`` is the system's own idle clock;
    ``injected`` says that the system marked input as made by a program.
    """

    stamp: Stamp
    inputs: InputCounts = field(default_factory=InputCounts)
    surface: Surface = Surface.LEARNING
    page: PageFacts | None = field(default_factory=PageFacts)
    power: Power = field(default_factory=Power)
    screen_change: float | None = None
    app_events: tuple[AppEvent, ...] = ()
    program: str | None = None
    os_idle_ms: int | None = None
    injected: bool = False
