"""Everything of the client that is not a window: store, pump, platform, child process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TypeVar

from timeback_desktop.bootstrap.claim import Claim
from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.clock import Clock, Stamp, SystemClock
from timeback_desktop.coaching.summary import DaySummary, SessionSummary, local_date
from timeback_desktop.errors import BackendUnavailable, EnvironmentFault
from timeback_desktop.host.backend_process import BackendSupervisor, Ready
from timeback_desktop.host.timezone import local_timezone
from timeback_desktop.ids import SessionId
from timeback_desktop.net.events import PlatformSender
from timeback_desktop.net.platform import Address, Platform
from timeback_desktop.presence.machine import Answer
from timeback_desktop.presence.signal import Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.sessions.disputes import Disputes
from timeback_desktop.sessions.model import Session
from timeback_desktop.sessions.recorder import SessionRecorder, Snapshot
from timeback_desktop.sessions.recovery import recover
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.settings import Settings, load_settings
from timeback_desktop.store.worker import StoreThread, ThreadedOutbox
from timeback_desktop.sync.pump import Health, Pump
from timeback_desktop.sync.runner import PumpRunner
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.verdict import ReviewResult

T = TypeVar("T")

SENSOR = "urn:timeback:desktop"
FLUSH_S = 5.0


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told what, from other threads than the window's."""

    on_ready: Callable[[], object]
    on_fault: Callable[[EnvironmentFault], object]
    on_health: Callable[[Health], object]


LimitsFor = Callable[[str, str], tuple[Thresholds, RuleLimits]]
"""The thresholds in force for (app, student)."""


class SessionDesk:
    """The one open session, and what is said to verdicts of any; on the store's thread."""

    def __init__(
        self,
        thread: StoreThread,
        limits_for: LimitsFor,
        clock: Clock,
        queued: Callable[[], object],
    ) -> None:
        self._thread = thread
        self._limits_for = limits_for
        self._clock = clock
        self._queued = queued
        self._disputes = Disputes(thread.store.sessions)
        self._recorder: SessionRecorder | None = None

    def begin(
        self, learner: Learner, app: App, start: Stamp, session_id: SessionId
    ) -> Future[Snapshot]:
        """Open a session."""
        session = Session(session_id, learner, app, start.utc_ms)
        return self._thread.submit(self._begin, session, start)

    def tick(self, tick: Tick) -> Future[Snapshot]:
        """Take in one sample."""
        return self._thread.submit(lambda: self._open().tick(tick))

    def pause(self, stamp: Stamp) -> Future[Snapshot]:
        """Stop counting."""
        return self._thread.submit(lambda: self._tell(self._open().pause(stamp)))

    def resume(self, stamp: Stamp) -> Future[Snapshot]:
        """Count again."""
        return self._thread.submit(lambda: self._tell(self._open().resume(stamp)))

    def answer(self, stamp: Stamp, answer: Answer) -> Future[Snapshot]:
        """Take the student's word for what the quiet was."""
        return self._thread.submit(lambda: self._tell(self._open().answer(stamp, answer)))

    def end(self, stamp: Stamp) -> Future[Snapshot]:
        """Close the session."""
        return self._thread.submit(lambda: self._tell(self._open().end(stamp)))

    def contest(
        self, verdict_id: str, by: str = "", *, withdrawn: bool = False
    ) -> Future[Judgement]:
        """Say "that was work" to a verdict of today or long ago, or take it back.

        ``by`` is the student; left out, it is whoever worked here last. Fails with
        ``DisputeRefused`` for anybody else's verdict and for one that was reviewed.
        """
        at_ms = self._clock.stamp().utc_ms
        return self._thread.submit(self._contest, verdict_id, by, at_ms, withdrawn)

    def review(
        self, verdict_id: str, *, by: str, result: ReviewResult, notes: str = ""
    ) -> Future[Judgement]:
        """Say whether a verdict was right; ``by`` is the coach."""
        at_ms = self._clock.stamp().utc_ms
        return self._thread.submit(self._review, verdict_id, by, at_ms, result, notes)

    def _begin(self, session: Session, start: Stamp) -> Snapshot:
        store = self._thread.store.sessions
        limits, rules = self._limits_for(session.app.id, session.learner.id)
        limits = limits.at_pace(store.pace(session.learner.id, session.app.id))
        self._recorder = None
        self._recorder = SessionRecorder.begin(session, start, store, limits, rules)
        return self._tell(self._recorder.snapshot)

    def _contest(self, verdict_id: str, by: str, at_ms: int, withdrawn: bool) -> Judgement:  # noqa: FBT001 - handed over by position
        student = by or (self._recorder.session.learner.id if self._recorder else "")
        recorder = self._recording(verdict_id)
        if recorder is None:
            said = self._disputes.contest(verdict_id, by=student, at_ms=at_ms, withdrawn=withdrawn)
        else:
            said = recorder.contest(verdict_id, at_ms, by=student, withdrawn=withdrawn)
        return self._tell(said)

    def _review(
        self, verdict_id: str, by: str, at_ms: int, result: ReviewResult, notes: str
    ) -> Judgement:
        recorder = self._recording(verdict_id)
        if recorder is None:
            said = self._disputes.review(verdict_id, by=by, at_ms=at_ms, result=result, notes=notes)
        else:
            said = recorder.review(verdict_id, at_ms, by=by, result=result, notes=notes)
        return self._tell(said)

    def _recording(self, verdict_id: str) -> SessionRecorder | None:
        """Return the recorder of the open session if the verdict is one of it."""
        recorder = self._recorder
        if recorder is None or recorder.session.end_reason is not None:
            return None
        return recorder if recorder.judgement(verdict_id) is not None else None

    def _open(self) -> SessionRecorder:
        if self._recorder is None:
            raise AssertionError("no session is open")
        return self._recorder

    def _tell(self, told: T) -> T:
        self._queued()
        return told


class SessionRecords:
    """What is kept on this computer, read on the store's thread."""

    def __init__(self, thread: StoreThread, clock: Clock, timezone: str) -> None:
        self._thread = thread
        self._clock = clock
        self._timezone = timezone

    def session(self, session_id: str) -> Future[SessionSummary | None]:
        """Return one session."""
        return self._thread.submit(self._thread.store.summaries.session, session_id)

    def day(self, student_id: str, day: date | None = None) -> Future[DaySummary]:
        """Return one local day of a student; today if none is named."""
        return self._thread.submit(self._day, student_id, day)

    def days(self, student_ids: Sequence[str]) -> Future[Sequence[DaySummary]]:
        """Return today of each of these students."""
        return self._thread.submit(lambda: [self._day(student) for student in student_ids])

    def _day(self, student_id: str, day: date | None = None) -> DaySummary:
        today = local_date(self._clock.stamp().utc_ms, self._timezone)
        return self._thread.store.summaries.day(student_id, day or today, self._timezone)


class Services:
    """Everything of the client that is not a window."""

    def __init__(self, claim: Claim) -> None:
        self.folder = claim.folder
        self.settings: Settings = load_settings(self.folder.settings, timezone=local_timezone())
        self.clock: Clock = SystemClock()
        self.platform = Platform()
        self._claim = claim
        self._supervisor: BackendSupervisor | None = None
        self._runner: PumpRunner | None = None
        self._health: Health | None = None
        self.store: StoreThread
        self.desk: SessionDesk
        self.records: SessionRecords
        self.recovered: tuple[Session, ...] = ()
        self.backend_pid = 0

    @property
    def health(self) -> Health | None:
        """How sending stood after the pump's last step."""
        return self._health

    def start_backend(self, listeners: Listeners) -> None:
        """Start the backend's process and keep it running."""

        def ready(address: Ready) -> None:
            self.backend_pid = address.pid
            self.platform.move(Address(address.url, address.run_secret))
            if self._runner is not None:
                self._runner.wake(hurry=True)
            listeners.on_ready()

        def fault(error: BackendUnavailable) -> None:
            self.platform.move(None)
            listeners.on_fault(error)

        self._supervisor = BackendSupervisor(self._claim.start_backend, ready, fault)
        self._supervisor.start()

    def open_store(self, listeners: Listeners) -> None:
        """Open the store, close what a crash left open, begin to send. Blocks."""
        now_ms = self.clock.stamp().utc_ms
        self.store = StoreThread(self.folder.client_database, now_ms=now_ms)
        self.recovered = self.store.wait(recover, self.store.store.sessions)
        sender = PlatformSender(self.platform, self.clock, SENSOR)
        pump = Pump(ThreadedOutbox(self.store), sender, Random())  # noqa: S311 - jitter

        def healthy(health: Health) -> None:
            self._health = health
            listeners.on_health(health)

        self._runner = PumpRunner(pump, self.clock, healthy)
        self.desk = SessionDesk(self.store, self.settings.limits_for, self.clock, self._runner.wake)
        self.records = SessionRecords(self.store, self.clock, self.settings.timezone)
        self._runner.start()

    def notices(self) -> list[str]:
        """Return what a person should be told about the start."""
        repair = self.store.store.repair
        notices = [str(repair)] if repair is not None else []
        if self.recovered:
            notices.append("The last session was cut short; it was kept to its last second.")
        return notices

    def close(self) -> None:
        """Send for a moment what still waits, then end everything. Blocks."""
        if self._runner is not None:
            self._flush(self._runner)
            self._runner.stop(FLUSH_S)
        if self._supervisor is not None:
            self._supervisor.stop()
        self.platform.move(None)
        if self._runner is not None:
            self.store.close()
        self._claim.release()

    def _flush(self, runner: PumpRunner) -> None:
        """Give the pump a moment; the rest stays on disk and goes with the next start."""
        waiting = threading.Event()
        for _ in range(int(FLUSH_S * 10)):
            counts = self.store.wait(self.store.store.outbox.counts)
            fault = self._health.fault if self._health is not None else None
            if not counts.pending or fault or not self.platform.origin:
                return
            runner.wake()
            waiting.wait(0.1)
