"""Everything of the client that is not a window: store, pump, platform, child process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from random import Random

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
from timeback_desktop.presence.signal import Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.sessions.model import Session
from timeback_desktop.sessions.recorder import SessionRecorder, Snapshot
from timeback_desktop.sessions.recovery import recover
from timeback_desktop.settings import Settings, load_settings
from timeback_desktop.store.worker import StoreThread, ThreadedOutbox
from timeback_desktop.sync.pump import Health, Pump
from timeback_desktop.sync.runner import PumpRunner

SENSOR = "urn:timeback:desktop"
FLUSH_S = 5.0


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told what, from other threads than the window's."""

    on_ready: Callable[[], object]
    on_fault: Callable[[EnvironmentFault], object]
    on_health: Callable[[Health], object]


class SessionDesk:
    """The one open session, driven on the store's thread."""

    def __init__(
        self, thread: StoreThread, thresholds: Thresholds, queued: Callable[[], object]
    ) -> None:
        self._thread = thread
        self._thresholds = thresholds
        self._queued = queued
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

    def end(self, stamp: Stamp) -> Future[Snapshot]:
        """Close the session."""
        return self._thread.submit(lambda: self._tell(self._open().end(stamp)))

    def _begin(self, session: Session, start: Stamp) -> Snapshot:
        store = self._thread.store.sessions
        self._recorder = None
        self._recorder = SessionRecorder.begin(session, start, store, self._thresholds)
        return self._tell(self._recorder.snapshot)

    def _open(self) -> SessionRecorder:
        if self._recorder is None:
            raise AssertionError("no session is open")
        return self._recorder

    def _tell(self, snapshot: Snapshot) -> Snapshot:
        self._queued()
        return snapshot


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
        self.desk = SessionDesk(self.store, self.settings.presence, self._runner.wake)
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
