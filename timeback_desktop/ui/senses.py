"""All that is sensed of a session, as one: open with it, silent on a pause, gone with it.

Whoever ticks asks here; nothing else starts a probe or the feed. So "nothing is sampled with
no session open, and nothing on a pause" is a property of this one object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect

from timeback_desktop.clock import Clock
from timeback_desktop.presence.probes import Capability, HostFacts, HostProbes, NoProbes
from timeback_desktop.presence.signal import Surface, Tick
from timeback_desktop.ui.browser.app_events import AppEventInbox
from timeback_desktop.ui.browser.sampler import ViewSample, ViewSampler
from timeback_desktop.ui.browser.view import AppView
from timeback_desktop.ui.ports import FeedPort, NoFeed


@dataclass(frozen=True, slots=True)
class Sensing:
    """What a session may be sensed with besides its own page; by default nothing.

    ``feed`` puts what it hears into ``inbox``. ``watch`` is told, in pixels of the screen, where
    the page lies: only there does the system look for change.
    """

    probes: HostProbes = field(default_factory=NoProbes)
    feed: FeedPort = field(default_factory=NoFeed)
    inbox: AppEventInbox = field(default_factory=AppEventInbox)
    watch: Callable[[QRect], object] | None = None


class Senses:
    """Sense one session at a time: the view, the operating system, and what the app says."""

    def __init__(self, view: AppView, sensing: Sensing) -> None:
        self._view = view
        self._sampler = ViewSampler(view)
        self._probes, self._feed = sensing.probes, sensing.feed
        self._inbox, self._watch = sensing.inbox, sensing.watch
        self._watched = QRect()
        self._session = ("", "")
        self._awake = False
        view.inputs.listen(on=False)

    @property
    def is_awake(self) -> bool:
        """Whether anything is sensed now."""
        return self._awake

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """How every probe of the operating system stands."""
        return self._probes.report()

    def open(self, token: str, session_id: str) -> None:
        """Begin to sense a session; what its page said on the way in belongs to it."""
        self.sleep()
        self._session = (token, session_id)
        self._view.inputs.listen(on=True)
        self._begin()

    def wake(self) -> None:
        """Sense again after a pause; what was said meanwhile is gone."""
        if not self._awake:
            self._view.set_paused(paused=False)
            self._begin()

    def sleep(self) -> None:
        """Stop everything before returning; what nobody has taken is never told."""
        if not self._awake:
            return
        self._awake = False
        self._probes.stop()
        self._feed.stop()
        self._view.set_paused(paused=True)

    def tick(self, clock: Clock) -> Tick:
        """Return what the last second was like; on a pause, that time has passed."""
        if not self._awake:
            return Tick(clock.stamp())
        self._tell_where()
        host = self._probes.look()
        seen = self._sampler.sample(ours_in_front=host.ours_in_front)
        self._inbox.put(seen.events)
        return self._joined(clock, seen, host)

    def _begin(self) -> None:
        self._awake = True
        self._inbox.clear()
        self._probes.start()
        self._feed.start(*self._session)

    def _tell_where(self) -> None:
        """Say where the page lies, when that has changed."""
        if self._watch is None:
            return
        screen = self._view.screen().geometry().topLeft()
        corner = self._view.mapToGlobal(QPoint(0, 0)) - screen
        ratio = self._view.devicePixelRatioF()
        place = QRect(screen + corner * ratio, self._view.size() * ratio)
        if place != self._watched:
            self._watched = place
            self._watch(place)

    def _joined(self, clock: Clock, seen: ViewSample, host: HostFacts) -> Tick:
        stamp = clock.stamp()
        elsewhere = seen.surface is Surface.OTHER_PROGRAM
        return Tick(
            stamp,
            seen.inputs,
            seen.surface,
            seen.page,
            power=host.power,
            screen_change=host.screen_change,
            app_events=self._inbox.take(stamp.utc_ms),
            program=host.program if elsewhere else None,
            os_idle_ms=host.os_idle_ms,
            injected=host.injected,
        )
