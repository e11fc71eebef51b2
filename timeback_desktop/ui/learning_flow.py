"""One app, from the click to the card: launch, enter, count, pause, end.

The flow owns the second hand: once a second it asks the senses what was seen and hands
that to the recorder, which lives on the store's thread. While paused nothing is sensed.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWebEngineCore import QWebEngineProfile

from timeback_desktop.caliper.events import App as WireApp
from timeback_desktop.caliper.events import Learner
from timeback_desktop.catalog.model import App
from timeback_desktop.errors import (
    DatabaseUnusable,
    LaunchFailed,
    Side,
    TimeBackError,
)
from timeback_desktop.identity.model import SignedIn
from timeback_desktop.ids import SessionId, mint
from timeback_desktop.launch.way_in import WayIn
from timeback_desktop.presence.machine import Answer
from timeback_desktop.sessions.recorder import Snapshot
from timeback_desktop.ui.browser.view import AppView
from timeback_desktop.ui.nudge_flow import NudgeFlow
from timeback_desktop.ui.ports import LearningPorts
from timeback_desktop.ui.screens.learning import LearningScreen
from timeback_desktop.ui.senses import Senses, Sensing
from timeback_desktop.ui.tasks import Tasks
from timeback_desktop.ui.words import fault_words
from timeback_desktop.waste.sentences import Names

TICK_MS = 1000


@dataclass(frozen=True, slots=True)
class Visit:
    """Who wants to enter which app, with what browser profile."""

    signed_in: SignedIn
    app: App
    icon: bytes | None
    profile: QWebEngineProfile
    grade: str | None = None
    assessment: bool = False

    @property
    def learner(self) -> Learner:
        """The student as events name them."""
        person = self.signed_in.user
        return Learner(person.id, person.email, person.name)


class LearningFlow(QObject):
    """Drive the learning screen.

    ``finished`` carries the session's id, or nothing if none began; ``counted`` a snapshot.
    """

    finished = Signal(str)
    entered = Signal()
    counted = Signal(object)
    counting: bool
    """Whether sessions are sampled; switched off only to measure what sampling costs."""

    def __init__(
        self, screen: LearningScreen, ports: LearningPorts, sensing: Sensing, tasks: Tasks
    ) -> None:
        super().__init__(screen)
        self._screen = screen
        self._platform, self._recorder = ports.platform, ports.recorder
        self._clock = ports.clock
        self._tasks = tasks
        self._visit: Visit | None = None
        self._session_id = SessionId("")
        self._recording = self._paused = self._ending = self._unkept = False
        self.view = AppView(screen)
        self.senses = Senses(self.view, sensing)
        self.nudges = NudgeFlow(screen)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.counting = True
        self._connect()

    def _connect(self) -> None:
        screen, view = self._screen, self.view
        screen.set_view(view)
        screen.back.connect(view.back)
        screen.forward.connect(view.forward)
        screen.reload.connect(view.reload)
        screen.home.connect(view.go_home)
        screen.pause_toggled.connect(self.set_paused)
        screen.end.connect(self.end)
        screen.leave.connect(self.end)
        screen.retry.connect(self._launch)
        view.entered.connect(self._enter)
        view.loading.connect(self._show_loading)
        view.failed.connect(self._show_failure)
        view.stumbled.connect(self._show_stumble)
        view.navigation_changed.connect(screen.set_navigation)
        view.close_asked.connect(self.end)
        view.external_link.connect(self._show_external_link)
        self.nudges.answered.connect(self._answer)
        self.nudges.go_back.connect(self._go_back)

    @property
    def is_open(self) -> bool:
        """Whether a visit is under way."""
        return self._visit is not None

    @property
    def is_recording(self) -> bool:
        """Whether a session has begun and not ended."""
        return self._recording

    @property
    def session_id(self) -> SessionId:
        """The session of this visit; it may not have begun."""
        return self._session_id

    def start(self, visit: Visit) -> None:
        """Enter an app."""
        self._visit = visit
        self._session_id = SessionId(mint())
        self._recording = self._paused = self._ending = self._unkept = False
        app = visit.app
        self._screen.set_app(app.name, visit.icon, app.accent)
        self._screen.set_clock(0, 0)
        self._screen.set_navigation(False, False)  # noqa: FBT003 - the screen's slot
        self._launch()

    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a signal's slot
        """Pause or resume: stop every probe, or start afresh."""
        if not self._recording or self._ending or paused == self._paused:
            return
        stamp = self._clock.stamp()
        self._show_pause(paused=paused)
        self._follow(self._recorder.pause(stamp) if paused else self._recorder.resume(stamp))

    def end(self) -> None:
        """End the visit; ``finished`` follows once everything is kept.

        A second wish to end does not wait for a record that cannot be written: what was
        durable before is recovered at the next start.
        """
        if self._visit is None:
            return
        if self._ending:
            if self._unkept:
                self._leave()
            return
        self._ending = True
        self._stop_sensing()
        if self._recording:
            self._follow(self._recorder.end(self._clock.stamp()))
        else:
            self._leave()

    def _show_pause(self, *, paused: bool) -> None:
        """Stop every probe and cover the app, or go on with both."""
        self._paused = paused
        if paused:
            self.senses.sleep()
            self._screen.hide_nudge()
        elif self.counting:
            self.senses.wake()
        else:
            self.view.set_paused(paused=False)
        self._screen.set_paused(paused)

    def _answer(self, answer: Answer) -> None:
        """Take the student's word for the quiet; who takes a break has a pause."""
        if not self._recording or self._ending or self._paused:
            return
        stamp = self._clock.stamp()
        if answer is Answer.BREAK:
            self._show_pause(paused=True)
        self._follow(self._recorder.answer(stamp, answer))

    def _go_back(self, from_other_site: bool) -> None:  # noqa: FBT001 - a slot
        """Lead back to the app: its window in front, its first page after another site."""
        self.view.window().activateWindow()
        if from_other_site:
            self.view.go_home()

    # The way in

    def _launch(self) -> None:
        visit = self._visit
        if visit is None:
            return
        self._screen.hide_failure()
        self._screen.show_loading(None, self.tr("Opening {app}…").format(app=visit.app.name))
        token, app_id, session = visit.signed_in.access_token, visit.app.id, self._session_id
        self._tasks.run(
            lambda: self._platform.open_launch(token, app_id, session),
            self._open,
            self._show_failure,
        )

    def _open(self, way_in: WayIn) -> None:
        visit = self._visit
        if visit is not None and not self._ending:
            app = replace(visit.app, allowed_hosts=way_in.allowed_hosts)
            self.view.open(app, visit.profile, way_in.url, self._platform.origin)

    def _enter(self) -> None:
        visit = self._visit
        if visit is None or self._ending:
            return
        self._screen.hide_loading()
        if self._recording:  # a second launch within the same visit, after a failure
            return
        self._recording = True
        app = WireApp(visit.app.id, visit.app.name, visit.app.subject)
        stamp = self._clock.stamp()
        begun = self._recorder.begin(visit.learner, app, stamp, self._session_id)
        self._tasks.follow(begun, self._show, self._not_begun)
        if self.counting:
            self.senses.open(visit.signed_in.access_token, self._session_id)
            self.nudges.begin(Names(app.name), visit.grade, assessment=visit.assessment)
            self._timer.start()
        self.entered.emit()

    # The second hand

    def _tick(self) -> None:
        tick = self.senses.tick(self._clock)
        self.nudges.hear(tick.app_events)
        self._follow(self._recorder.tick(tick))

    def _follow(self, future: Future[Snapshot]) -> None:
        self._tasks.follow(future, self._show, self._show_fault)

    def _show(self, snapshot: Snapshot) -> None:
        if self._visit is None or snapshot.session.id != self._session_id:
            return
        self._screen.set_clock(snapshot.totals.engaged_ms, snapshot.elapsed_ms)
        self._screen.set_state(snapshot.state, snapshot.detail)
        if self.senses.is_awake:
            self.nudges.tell(snapshot)
        self.counted.emit(snapshot)
        self._show_storing(snapshot)
        if snapshot.session.end_reason is None:
            return
        if snapshot.fault is None:
            self._leave()
        else:  # closed, but not kept yet: try again until there is room
            QTimer.singleShot(TICK_MS, self._keep_trying)

    def _show_storing(self, snapshot: Snapshot) -> None:
        """Say while the record cannot be written, and no longer."""
        if snapshot.fault is not None:
            self._show_fault(snapshot.fault)
        elif self._unkept:
            self._screen.notice.hide()
        self._unkept = snapshot.fault is not None

    def _keep_trying(self) -> None:
        if self._visit is not None:
            self._stop_sensing()
            self._follow(self._recorder.end(self._clock.stamp()))

    def _stop_sensing(self) -> None:
        self._timer.stop()
        self.senses.sleep()
        self.nudges.end()

    def _leave(self) -> None:
        self._stop_sensing()
        self.view.close_view()
        session = self._session_id if self._recording else ""
        self._visit = None
        self._recording = False
        self._screen.notice.hide()
        self._screen.set_paused(False)
        self._screen.hide_loading()
        self._screen.hide_failure()
        self.finished.emit(session)

    def _not_begun(self, fault: TimeBackError) -> None:
        """Stop before anything is lost: what cannot be kept must not be worked on."""
        self._stop_sensing()
        self._recording = False
        self.view.close_view()
        self._session_id = SessionId(mint())
        self._show_failure(fault)

    # What is said on the way

    def _show_loading(self, percent: object) -> None:
        if self._visit is None or self._recording:
            return
        if isinstance(percent, int):
            text = self.tr("Opening {app}…").format(app=self._visit.app.name)
            self._screen.show_loading(percent / 100, text)

    def _show_failure(self, fault: TimeBackError) -> None:
        if self._visit is None:
            return
        side = fault.side if isinstance(fault, LaunchFailed) else None
        self._screen.show_failure(*fault_words(fault), self._side_words(side, fault))

    def _side_words(self, side: Side | None, fault: TimeBackError) -> str:
        if isinstance(fault, DatabaseUnusable):
            return self.tr("This is on this computer's side.")
        match side:
            case Side.APP:
                return self.tr("This is on the app's side.")
            case Side.NETWORK:
                return self.tr("This is on the network's side.")
            case _:
                return self.tr("This is on TimeBack's side.")

    def _show_stumble(self, fault: LaunchFailed) -> None:
        self._screen.notice.show_notice(f"{fault.cause} {fault.way_out}")

    def _show_external_link(self) -> None:
        words = self.tr("That link opens another program, so it stays closed here.")
        self._screen.notice.show_notice(words)

    def _show_fault(self, fault: TimeBackError) -> None:
        self._screen.notice.show_notice(str(fault))
