"""Who sees which screen when: from the start through signing in to the last goodbye.

The controller knows screens and ports, no database, no socket and no process. Whatever
may take longer than a frame runs through :class:`Tasks`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from timeback_desktop.catalog.model import App, AppStatus
from timeback_desktop.clock import Clock
from timeback_desktop.coaching.summary import DaySummary, SessionSummary
from timeback_desktop.errors import EnvironmentFault, TimeBackError
from timeback_desktop.identity.model import Profile, SignedIn, WrongPin
from timeback_desktop.partition import Totals
from timeback_desktop.sync.pump import Health
from timeback_desktop.ui.browser.profiles import ProfileShelf
from timeback_desktop.ui.coach_flow import CoachFlow
from timeback_desktop.ui.learning_flow import LearningFlow, Visit
from timeback_desktop.ui.ports import PlatformPort, RecorderPort, RecordsPort
from timeback_desktop.ui.screens.apps import AppCard, AppState
from timeback_desktop.ui.screens.computer import ComputerDialog
from timeback_desktop.ui.screens.home import HomeView
from timeback_desktop.ui.screens.session_card import SessionCardView
from timeback_desktop.ui.screens.who import ProfileTile
from timeback_desktop.ui.senses import Sensing
from timeback_desktop.ui.shield_facts import computer_lines, shield_view
from timeback_desktop.ui.tasks import Tasks
from timeback_desktop.ui.window import MainWindow
from timeback_desktop.ui.words import fault_words, whole_minutes


@dataclass(frozen=True, slots=True)
class Ports:
    """What the controller needs of the rest of the program.

    ``is_test`` says whether an app (by id) tests a student (by id): there nobody is nudged.
    """

    platform: PlatformPort
    recorder: RecorderPort
    records: RecordsPort
    clock: Clock
    goal_minutes: int
    timezone: str
    sensing: Sensing = field(default_factory=Sensing)
    is_test: Callable[[str, str], bool] = lambda _app_id, _student_id: False


class Controller(QObject):
    """Drive the window.

    ``who_shown``, ``home_shown``, ``card_shown`` and ``coach_shown`` tell whoever watches
    (a screenshot, a rehearsal) that a screen is complete.
    """

    who_shown = Signal()
    home_shown = Signal()
    card_shown = Signal(object)
    coach_shown = Signal()

    def __init__(self, window: MainWindow, ports: Ports, shelf: ProfileShelf, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._ports = ports
        self._shelf = shelf
        self._tasks = tasks
        self._signed_in: SignedIn | None = None
        self._profiles: Sequence[Profile] = ()
        self._apps: Sequence[App] = ()
        self._icons: dict[str, bytes | None] = {}
        self._last_app = ""
        self._sync_text = ""
        self._closing = False
        self._notices: list[str] = []
        self.learning: LearningFlow | None = None
        self.coach: CoachFlow | None = None
        self.counting = True
        window.who.chosen.connect(self.sign_in)
        window.home.launch.connect(self.launch)
        window.home.switch_person.connect(self.sign_out)
        window.session_card.done.connect(self.go_home)
        window.session_card.again.connect(lambda: self.launch(self._last_app))
        window.session_card.contested.connect(self._contest)

    @property
    def signed_in(self) -> SignedIn | None:
        """Who is signed in."""
        return self._signed_in

    @property
    def profiles(self) -> Sequence[Profile]:
        """Who may sign in."""
        return self._profiles

    @property
    def apps(self) -> Sequence[App]:
        """The apps of whoever is signed in."""
        return self._apps

    def platform_ready(self) -> None:
        """Go on once the platform answers; for somebody already in, look where apps are now."""
        signed_in = self._signed_in
        if signed_in is None:
            self.ask_who()
        elif signed_in.user.role == "student":
            self._tasks.run(partial(self._load_apps, signed_in), self._refresh, _ignore)

    def platform_fault(self, fault: EnvironmentFault) -> None:
        """Say that the platform is away; a session that runs goes on without it."""
        if self._signed_in is None:
            self._start_failed(fault)

    def note(self, text: str) -> None:
        """Say something in the footer, until the next app is opened."""
        self._notices.append(text)
        self._show_sync()

    def show_health(self, health: Health) -> None:
        """Tell in the footer how sending goes."""
        self._sync_text = self._health_words(health)
        self._show_sync(health.progress)

    def ask_who(self) -> None:
        """Show who may sign in."""
        self._tasks.run(self._ports.platform.profiles, self._show_who, self._start_failed)

    def sign_in(self, profile_id: str, pin: str = "") -> None:
        """Sign somebody in."""
        platform = self._ports.platform
        self._tasks.run(
            lambda: platform.sign_in(profile_id, pin), self._welcome, self._sign_in_failed
        )

    def sign_out(self) -> None:
        """End the session, the sign-in, and everything the apps left in the browser."""
        if self._signed_in is None:
            return
        if self.learning is not None and self.learning.is_open:
            self.learning.end()
            return
        signed_in, self._signed_in = self._signed_in, None
        self._apps, self._icons = (), {}
        self._tasks.run(
            partial(self._ports.platform.sign_out, signed_in.access_token), _ignore, _ignore
        )
        self._shelf.wipe(signed_in.user.id)
        self.ask_who()

    def go_home(self) -> None:
        """Show Home with today's figures."""
        if self._signed_in is not None:
            future = self._ports.records.day(self._signed_in.user.id)
            self._tasks.follow(future, self._show_home, self._say)

    def launch(self, app_id: str) -> None:
        """Enter an app."""
        app = next((app for app in self._apps if app.id == app_id), None)
        if app is None or self._signed_in is None or not app.can_launch:
            return
        self._last_app = app_id
        self._notices.clear()
        flow = self._learning_flow()
        if flow.is_open:
            return
        profile = self._shelf.profile(self._signed_in.user.id, app)
        self._window.show_learning()
        icon, grade = self._icons.get(app.id), self._grade()
        assessment = self._ports.is_test(app.id, self._signed_in.user.id)
        flow.start(Visit(self._signed_in, app, icon, profile, grade, assessment))

    def _grade(self) -> str | None:
        """Return the grade of whoever is signed in, as far as the roster tells it."""
        here = None if self._signed_in is None else self._signed_in.user.id
        return next((each.grade for each in self._profiles if each.id == here), None)

    def close(self) -> bool:
        """Get ready to go; return whether nothing is left to wait for."""
        self._closing = True
        if self.learning is not None and self.learning.is_open:
            self.learning.end()
            return False
        if self._signed_in is not None:
            self._shelf.wipe(self._signed_in.user.id)
        return True

    # Signing in

    def _show_who(self, profiles: Sequence[Profile]) -> None:
        if self._signed_in is not None:
            return
        self._profiles = profiles
        self._window.who.set_profiles([_tile(profile) for profile in profiles])
        self._window.show_who()
        self.who_shown.emit()

    def _start_failed(self, fault: TimeBackError) -> None:
        self._window.starting.show_fault(*fault_words(fault))
        self._window.show_starting()

    def _sign_in_failed(self, fault: TimeBackError) -> None:
        if isinstance(fault, WrongPin):
            self._window.who.show_pin_fault(fault.cause)
        else:
            self._start_failed(fault)

    def _welcome(self, signed_in: SignedIn) -> None:
        self._signed_in = signed_in
        if signed_in.user.role == "student":
            self._tasks.run(partial(self._load_apps, signed_in), self._arrive, self._start_failed)
            return
        self.coach = self.coach or self._coach_flow()
        self.coach.start(signed_in)

    def _load_apps(self, signed_in: SignedIn) -> list[tuple[App, bytes | None]]:
        platform = self._ports.platform
        apps = platform.catalog(signed_in.access_token)
        return [(app, platform.picture(app.icon_url) if app.icon_url else None) for app in apps]

    def _arrive(self, loaded: list[tuple[App, bytes | None]]) -> None:
        self._refresh(loaded)
        self.go_home()

    def _refresh(self, loaded: list[tuple[App, bytes | None]]) -> None:
        """Take over apps that may have moved: a restarted platform has other ports."""
        self._apps = [app for app, _ in loaded]
        self._icons = {app.id: icon for app, icon in loaded}

    # Home and learning

    def _show_home(self, day: DaySummary) -> None:
        if self._signed_in is None:
            return
        person = self._signed_in.user
        greeting = self.tr("Hello, {name}!").format(name=person.given_name)
        self._window.home.set_view(
            HomeView(
                name=person.name,
                greeting=greeting,
                active_minutes=whole_minutes(day.totals.engaged_ms),
                goal_minutes=self._ports.goal_minutes,
                sync_text="",
                apps=[self._card(app, day) for app in _recent_first(self._apps, day)],
            )
        )
        self._window.show_home()
        self.home_shown.emit()

    def _card(self, app: App, day: DaySummary) -> AppCard:
        spent = sum((s.totals for s in day.sessions if s.app_id == app.id), Totals())
        state = AppState.READY if app.status is AppStatus.ACTIVE else AppState.PILOT
        return AppCard(
            id=app.id,
            name=app.name,
            description=app.description,
            subject=app.subject,
            accent=app.accent,
            icon_svg=self._icons.get(app.id),
            minutes_today=whole_minutes(spent.engaged_ms),
            state=state if app.can_launch else AppState.UNAVAILABLE,
            reason=app.unavailable_reason or "",
        )

    def _learning_flow(self) -> LearningFlow:
        if self.learning is None:
            ports = self._ports
            self.learning = LearningFlow(self._window.learning, ports, ports.sensing, self._tasks)
            self.learning.counting = self.counting
            self.learning.finished.connect(self._finished)
            self.learning.counted.connect(lambda _: self._show_shield())
            self._window.learning.shield.connect(self._show_shield)
            self._window.learning.about_computer.connect(self._open_computer)
        return self.learning

    def _show_shield(self) -> None:
        if self.learning is not None:
            senses = self.learning.senses
            view = shield_view(senses.capabilities, awake=senses.is_awake)
            self._window.learning.set_shield(view)

    def _open_computer(self) -> None:
        """Show what this computer can tell, over the app."""
        lines = computer_lines(self._ports.sensing.probes.report())
        ComputerDialog(lines, self._window).open()

    def _finished(self, session_id: str) -> None:
        if self._closing:
            # The page goes with the next turn of the loop, and its profile only after it.
            QTimer.singleShot(0, self._window.close)
        elif session_id:
            future = self._ports.records.session(session_id)
            self._tasks.follow(future, self._show_card, self._say)
        else:
            self.go_home()

    def _show_card(self, summary: SessionSummary | None) -> None:
        if summary is None or self._signed_in is None:
            self.go_home()
            return
        app = next((app for app in self._apps if app.id == summary.app_id), None)
        self._window.session_card.set_view(
            SessionCardView(
                summary=summary,
                timezone=self._ports.timezone,
                accent=app.accent if app else "",
                icon_svg=self._icons.get(summary.app_id),
            )
        )
        self._window.show_session_card()
        self.card_shown.emit(summary)

    def _contest(self, verdict_id: str, withdrawn: bool) -> None:  # noqa: FBT001 - a slot
        """Keep the student's word on a flagged moment."""
        if self._signed_in is None:
            return
        card = self._window.session_card
        said = self._ports.recorder.contest(
            verdict_id, self._signed_in.user.id, withdrawn=withdrawn
        )
        self._tasks.follow(said, card.show_judgement, lambda fault: card.show_fault(str(fault)))

    # Coach

    def _coach_flow(self) -> CoachFlow:
        ports = self._ports
        flow = CoachFlow(self._window.coach, ports, self._tasks)
        flow.ready.connect(self._show_coach)
        flow.failed.connect(self._start_failed)
        self._window.coach.sign_out.connect(self.sign_out)
        self._window.coach.about_computer.connect(self._show_computer)
        self._window.computer.back.connect(self._window.show_coach)
        return flow

    def _show_coach(self) -> None:
        self._window.show_coach()
        self.coach_shown.emit()

    def _show_computer(self) -> None:
        self._window.computer.set_lines(computer_lines(self._ports.sensing.probes.report()))
        self._window.show_computer()

    # The footer

    def _health_words(self, health: Health) -> str:
        counts = health.counts
        if health.progress is not None:
            return self.tr("Sending what was saved: {left} to go").format(left=counts.pending)
        if not counts.pending:
            return self.tr("All sent") if counts.last_sent_at else ""
        words = self.tr("{left} waiting to be sent").format(left=counts.pending)
        return f"{words} · {self.tr('safe on this computer')}" if health.fault else words

    def _show_sync(self, fraction: float | None = None) -> None:
        self._window.set_sync(" · ".join([*self._notices, self._sync_text]).strip(" ·"), fraction)

    def _say(self, fault: TimeBackError) -> None:
        self.note(str(fault))


def _ignore(_: object) -> None:
    """Let go of a result: signing out must not wait for a platform that is away."""


def _tile(profile: Profile) -> ProfileTile:
    return ProfileTile(
        id=profile.id,
        name=profile.name,
        role=profile.role,
        subtitle=profile.class_name or profile.org_name or "",
        needs_pin=profile.needs_pin,
    )


def _recent_first(apps: Sequence[App], day: DaySummary) -> list[App]:
    last = {session.app_id: session.started_at_ms for session in day.sessions}
    return sorted(apps, key=lambda app: -last.get(app.id, 0))
