"""What the window needs of the rest of the program; ``bootstrap`` fills it in.

Methods that return a ``Future`` come back at once and finish on another thread; the
others on :class:`PlatformPort` block and are called through ``Tasks.run`` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import date
from typing import Protocol

from timeback_desktop.caliper.events import App as WireApp
from timeback_desktop.caliper.events import Learner
from timeback_desktop.catalog.model import App
from timeback_desktop.clock import Clock, Stamp
from timeback_desktop.coaching.summary import DaySummary, SessionSummary
from timeback_desktop.identity.model import Profile, SignedIn
from timeback_desktop.ids import SessionId
from timeback_desktop.launch.way_in import WayIn
from timeback_desktop.presence.machine import Answer
from timeback_desktop.presence.signal import Tick
from timeback_desktop.sessions.recorder import Snapshot
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.waste.verdict import ReviewResult


class PlatformPort(Protocol):
    """The platform. Every method may block, and raises our own errors only."""

    @property
    def origin(self) -> str:
        """The platform's origin, or nothing while it is away."""
        ...

    def profiles(self) -> Sequence[Profile]:
        """Return everybody who may sign in here."""
        ...

    def sign_in(self, user_id: str, pin: str = "") -> SignedIn:
        """Sign a person in."""
        ...

    def sign_out(self, token: str) -> None:
        """End a sign-in."""
        ...

    def catalog(self, token: str) -> Sequence[App]:
        """Return the person's apps."""
        ...

    def students(self, token: str) -> Sequence[Profile]:
        """Return a coach's students."""
        ...

    def open_launch(self, token: str, app_id: str, session_id: str) -> WayIn:
        """Return a way into an app."""
        ...

    def picture(self, url: str) -> bytes | None:
        """Return an app's icon, if it has a good one."""
        ...


class RecorderPort(Protocol):
    """The recorder of the one session that is open, and of what is said to any verdict."""

    def begin(
        self, learner: Learner, app: WireApp, start: Stamp, session_id: SessionId
    ) -> Future[Snapshot]:
        """Open a session."""
        ...

    def tick(self, tick: Tick) -> Future[Snapshot]:
        """Take in one sample."""
        ...

    def pause(self, stamp: Stamp) -> Future[Snapshot]:
        """Stop counting."""
        ...

    def resume(self, stamp: Stamp) -> Future[Snapshot]:
        """Count again."""
        ...

    def answer(self, stamp: Stamp, answer: Answer) -> Future[Snapshot]:
        """Take the student's word for what the quiet was."""
        ...

    def end(self, stamp: Stamp) -> Future[Snapshot]:
        """Close the session."""
        ...

    def contest(
        self, verdict_id: str, by: str = "", *, withdrawn: bool = False
    ) -> Future[Judgement]:
        """Say "that was work" for a student, or take it back."""
        ...

    def review(
        self, verdict_id: str, *, by: str, result: ReviewResult, notes: str = ""
    ) -> Future[Judgement]:
        """Say for a coach whether a verdict was right."""
        ...


class RecordsPort(Protocol):
    """What is kept on this computer."""

    def session(self, session_id: str) -> Future[SessionSummary | None]:
        """Return one session."""
        ...

    def day(self, student_id: str, day: date | None = None) -> Future[DaySummary]:
        """Return one local day of a student; today if none is named."""
        ...

    def days(self, student_ids: Sequence[str]) -> Future[Sequence[DaySummary]]:
        """Return today of each of these students, in their order."""
        ...


class LearningPorts(Protocol):
    """What a visit to an app needs."""

    @property
    def platform(self) -> PlatformPort:
        """The platform."""
        ...

    @property
    def recorder(self) -> RecorderPort:
        """The recorder of the visit."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock."""
        ...


class CoachPorts(LearningPorts, Protocol):
    """What a coach's way through the students needs."""

    @property
    def records(self) -> RecordsPort:
        """What is kept here."""
        ...


class FeedPort(Protocol):
    """What the platform hears from the app while a session is open; put into an inbox."""

    def start(self, token: str, session_id: str) -> None:
        """Begin to listen."""
        ...

    def stop(self) -> None:
        """Stop at once."""
        ...


class NoFeed:
    """A platform that tells nothing."""

    def start(self, token: str, session_id: str) -> None:
        """Begin nothing."""

    def stop(self) -> None:
        """End nothing."""
