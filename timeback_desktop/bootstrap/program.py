"""Join the window with the services, run until the window closes, end in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QApplication

from timeback_desktop.bootstrap.claim import Claim
from timeback_desktop.bootstrap.logs import ClientLog, catch_crashes
from timeback_desktop.bootstrap.services import Listeners, Services
from timeback_desktop.errors import EnvironmentFault, TimeBackError
from timeback_desktop.host.probes.screen import Area
from timeback_desktop.host.probes.selection import select_probes
from timeback_desktop.net.feed import SessionFeed
from timeback_desktop.sync.pump import Health
from timeback_desktop.ui.application import create_application, on_interrupt
from timeback_desktop.ui.browser.app_events import AppEventInbox
from timeback_desktop.ui.browser.profiles import ProfileShelf
from timeback_desktop.ui.controller import Controller, Ports
from timeback_desktop.ui.rehearsal import Rehearsal, Script
from timeback_desktop.ui.senses import Sensing
from timeback_desktop.ui.tasks import Tasks
from timeback_desktop.ui.window import MainWindow
from timeback_desktop.ui.words import fault_words


@dataclass(frozen=True, slots=True)
class Look:
    """How the window looks: ``light``, ``dark`` or ``system``; 1.0 is text at 100 %."""

    theme: str = "system"
    text_scale: float = 1.0


class Program(QObject):
    """One run of the client.

    ``prepared`` once a person could sign in, ``ended`` when everything is down.
    """

    prepared = Signal()
    ended = Signal()

    def __init__(self, application: QApplication, claim: Claim) -> None:
        super().__init__(application)
        folder = claim.folder
        self.services = Services(claim)
        self._log = ClientLog(folder)
        self.window = MainWindow()
        self.tasks = Tasks(self)
        self.shelf = ProfileShelf(folder.webviews, self)
        self.controller: Controller | None = None
        self.exit_code = 0
        self.is_over = False
        self._backend_up = self._closing = False
        self._fault: EnvironmentFault | None = None
        self.window.hold_open(held=True)
        self.window.close_asked.connect(self.close)
        self.window.starting.retry.connect(self._retry)

    def start(self) -> None:
        """Show the window and bring everything up behind it."""
        self._show_getting_ready()
        self.window.show()
        self._listeners = Listeners(
            on_ready=lambda: self.tasks.post(self._backend_is_up),
            on_fault=lambda fault: self.tasks.post(lambda: self._backend_is_away(fault)),
            on_health=lambda health: self.tasks.post(lambda: self._show_health(health)),
        )
        self.services.start_backend(self._listeners)
        self._open_store()

    def close(self) -> None:
        """End the session if there is one, then everything; comes back later if need be."""
        if self._closing or (self.controller is not None and not self.controller.close()):
            return
        self._closing = True
        self.window.set_sync(self.tr("Saving and sending…"), None)
        self.tasks.run(self.services.close, lambda _: self._goodbye(), lambda _: self._goodbye())

    def rehearse(self, script: Script, *, limit_ms: int = 60_000) -> None:
        """Play a script, then close; a fault in it becomes the exit code."""
        rehearsal = Rehearsal(script, limit_ms=limit_ms, parent=self)
        rehearsal.over.connect(self._rehearsed)
        rehearsal.start()

    def _show_getting_ready(self) -> None:
        self.window.starting.show_progress(self.tr("Getting things ready…"), None)
        self.window.show_starting()

    def _open_store(self) -> None:
        listeners = self._listeners
        self.tasks.run(
            lambda: self.services.open_store(listeners), lambda _: self._store_is_open(), self._fail
        )

    def _retry(self) -> None:
        """Try again what the starting screen complains about."""
        self._show_getting_ready()
        self.exit_code = 0
        if self.controller is None:
            self._open_store()
        elif self._backend_up:
            self.controller.platform_ready()

    def _store_is_open(self) -> None:
        services = self.services
        ports = Ports(
            platform=services.platform,
            recorder=services.desk,
            records=services.records,
            clock=services.clock,
            goal_minutes=services.settings.goal_minutes,
            timezone=services.settings.timezone,
            sensing=self._sensing(),
            is_test=lambda app, student: services.settings.limits_for(app, student)[0].testing,
        )
        self.controller = Controller(self.window, ports, self.shelf, self.tasks)
        for notice in services.notices():
            self.controller.note(notice)
        self.prepared.emit()
        if self._backend_up:
            self.controller.platform_ready()
        elif self._fault is not None:
            self.controller.platform_fault(self._fault)

    def _sensing(self) -> Sensing:
        """Return all that a session may be sensed with; nothing of it runs before one opens."""
        probes, inbox = select_probes(self.services.settings.probes), AppEventInbox()
        feed = SessionFeed(self.services.platform, inbox.put)

        def watch(place: QRect) -> None:
            probes.watch(Area(place.x(), place.y(), place.width(), place.height()))

        return Sensing(probes, feed, inbox, watch)

    def _backend_is_up(self) -> None:
        self._backend_up, self._fault = True, None
        if self.controller is not None:
            self.controller.platform_ready()
        else:
            self.window.starting.show_progress(self.tr("Opening your record…"), None)

    def _backend_is_away(self, fault: EnvironmentFault) -> None:
        self._backend_up, self._fault = False, fault
        if self.controller is not None:
            self.controller.platform_fault(fault)

    def _show_health(self, health: Health) -> None:
        if self.controller is not None and not self._closing:
            self.controller.show_health(health)

    def _fail(self, fault: TimeBackError) -> None:
        """Say why the record cannot be used; nothing can be counted without it."""
        self.window.starting.show_fault(*fault_words(fault))
        self.exit_code = 3

    def _rehearsed(self, fault: str) -> None:
        if fault:
            print(f"timeback-desktop: {fault}", flush=True)  # noqa: T201 - the rehearsal's finding
            self.exit_code = 1
        self.close()

    def _goodbye(self) -> None:
        self.shelf.wipe_all()
        self.window.hold_open(held=False)
        self.window.close()
        self.tasks.close()
        self._log.close()
        self.is_over = True
        self.ended.emit()


ScriptMaker = Callable[[Program], Script]
"""Something that, given the program, plays a person in it."""


def run(
    claim: Claim,
    look: Look,
    script: ScriptMaker | None = None,
    *,
    limit_ms: int = 60_000,
) -> int:
    """Run the client; return its exit code. Raises an ``EnvironmentFault`` before a window."""
    application = create_application(look.theme, look.text_scale)
    try:
        program = Program(application, claim)
    except EnvironmentFault:
        claim.release()
        raise
    catch_crashes(program.services.folder)
    program.ended.connect(application.quit)
    on_interrupt(application, program.close)
    if script is not None:
        program.prepared.connect(lambda: program.rehearse(script(program), limit_ms=limit_ms))
    program.start()
    application.exec()
    return program.exit_code
