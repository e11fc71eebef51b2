"""Made-up people, apps and sessions for the gallery and the tests of the screens.

Nobody here exists. The same call gives the same sample, so that pictures can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from timeback_desktop.coaching.summary import (
    DaySummary,
    SessionSummary,
    Stretch,
    join,
    longest_focus_ms,
    totals_of,
)
from timeback_desktop.ids import seeded
from timeback_desktop.partition import Overlay, State, Totals
from timeback_desktop.presence.probes import Capability, ProbeName, ProbeState
from timeback_desktop.sessions.verdicts import Judgement, KeptVerdict, Review
from timeback_desktop.ui.screens import (
    AppCard,
    AppState,
    CoachView,
    ComputerLine,
    HomeView,
    ProfileTile,
    SessionCardView,
    ShieldView,
    StudentDayView,
    StudentRow,
)
from timeback_desktop.ui.shield_facts import computer_lines, shield_view
from timeback_desktop.waste.verdict import Insight, ReviewResult, Verdict

TIMEZONE = "America/Chicago"
TODAY = date(2026, 11, 23)
_MORNING_MS = 1_795_446_000_000  # 2026-11-23 09:00 in Chicago

_CLASSES = ("Grade 3 Maple", "Grade 5 River", "Grade 7 Summit")
_STUDENTS = (
    "Ava Thompson", "Noah Rivera", "Mia Okafor", "Liam Chen", "Zoë Lindqvist", "Ethan Brooks",
    "Isla Fernández", "Lucas Haddad", "Maya Patel", "Owen Gallagher", "Amara Diallo", "Leo Novak",
    "Chloe Nguyen", "Mateo Alvarez", "Sofia Rossi", "Jack Sullivan", "Priya Raman", "Elias Berg",
    "Ruby Washington", "Kai Nakamura", "Hannah Weiss", "Omar Farouk", "Lily Anderson",
    "Daniel Kim", "Nora Eriksen", "Samuel Adeyemi", "Ella Dubois", "Finn O'Connor",
    "Yara Mansour", "Jonah Clark",
)  # fmt: skip
_COACHES = ("Grace Coleman", "Victor Salinas", "Helen Zhao")

_PLAN: tuple[tuple[State, str | None, int], ...] = (
    (State.TRANSIT, "transit", 4),
    (State.ON_TASK, None, 310),
    (State.PASSIVE_OK, "reading", 125),
    (State.ON_TASK, None, 260),
    (State.IDLE, "idle", 75),
    (State.ON_TASK, None, 190),
    (State.PASSIVE_OK, "video", 240),
    (State.PAUSED, "paused", 110),
    (State.ON_TASK, None, 170),
    (State.OFF_APP, "off_app", 64),
    (State.UNKNOWN, "unknown", 38),
    (State.ON_TASK, None, 225),
    (State.AWAY, "away", 90),
    (State.PASSIVE_OK, "reading", 96),
    (State.OFF_SITE, "off_site", 42),
    (State.ON_TASK, None, 148),
)

_SYMBOLS = {
    "Fast Math": (
        "#2f62b5",
        '<path d="M18 32h28M32 18v28" stroke="#fff" stroke-width="6" stroke-linecap="round"/>',
    ),
    "Story Time": ("#0b7a6f", '<path d="M14 18h16v30H14zM34 18h16v30H34z" fill="#fff"/>'),
    "Lesson Theater": ("#6f4fb0", '<path d="M24 18v28l24-14z" fill="#fff"/>'),
}


def _icon(name: str) -> bytes | None:
    if name not in _SYMBOLS:
        return None
    colour, shape = _SYMBOLS[name]
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none">'
    return f'{head}<rect width="64" height="64" fill="{colour}"/>{shape}</svg>'.encode()


def apps() -> list[AppCard]:
    """Return six apps in every state there is."""
    return [
        _app("Fast Math", "Math", "Short rounds of fractions and times tables.", 21),
        _app("Story Time", "Reading", "Stories with questions about what you read.", 12),
        _app("Lesson Theater", "Science", "Short films, with a pause to think."),
        replace(_app("Word Garden", "Language", "Five new words a day."), state=AppState.PILOT),
        _app("Map Quest", "Social studies", "Find places and tell how they are linked."),
        replace(
            _app("Lab Bench", "Science", "Try an experiment on the screen."),
            state=AppState.UNAVAILABLE,
            reason="Closed by your school until Monday",
        ),
    ]


def _app(name: str, subject: str, about: str, minutes: int = 0) -> AppCard:
    return AppCard(
        id=seeded("gallery", "app", name),
        name=name,
        description=about,
        subject=subject,
        accent=_SYMBOLS.get(name, ("#8a5a13", ""))[0],
        icon_svg=_icon(name),
        minutes_today=minutes,
    )


def home() -> HomeView:
    """Return the Home of one student."""
    return HomeView("Mia Okafor", "Good morning, Mia", 33, 60, "All sent", apps())


def empty_home() -> HomeView:
    """Return the Home of a student who has no apps."""
    return HomeView("Mia Okafor", "Good morning, Mia", 0, 60, "", ())


def profiles() -> list[ProfileTile]:
    """Return 30 students in three classes and three coaches."""
    students = [
        ProfileTile(seeded("gallery", "user", name), name, "student", _class_of(n), n % 7 == 3)
        for n, name in enumerate(_STUDENTS)
    ]
    coaches = [
        ProfileTile(seeded("gallery", "user", name), name, "teacher", "Coach", needs_pin=True)
        for name in _COACHES
    ]
    return students + coaches


def _class_of(number: int) -> str:
    return _CLASSES[number * len(_CLASSES) // len(_STUDENTS)]


def stretches(start_ms: int = _MORNING_MS, turn: int = 0, parts: int = 16) -> tuple[Stretch, ...]:
    """Return stretches that abut; ``turn`` varies their order."""
    made, now = [], start_ms
    for state, detail, seconds in (_PLAN[turn % 16 :] + _PLAN[: turn % 16])[:parts]:
        ms = seconds * 1000 + (turn * 137) % 900
        made.append(Stretch(state, detail, now, ms))
        now += ms
    return join(made)


def judgements(made: Sequence[Stretch]) -> tuple[Judgement, ...]:
    """Return what a judge said of stretches: each wasted one, a habit, and a call for help."""
    start, wasted = made[0].started_at_ms, (State.IDLE, State.OFF_APP)
    found = [_judged(stretch, start) for stretch in made if stretch.state in wasted]
    if len(made) > 8:
        found.append(_rushed(made[5], start))
        found.append(_stuck(made[8], start))
    said = [Judgement(KeptVerdict(seeded("gallery", "verdict", str(v)), v)) for v in found]
    return tuple(replace(each, contested=number == 0) for number, each in enumerate(said))


def _judged(stretch: Stretch, start_ms: int) -> Verdict:
    idle = stretch.state is State.IDLE
    return Verdict(
        kind=stretch.state,
        rule="quiet_too_long" if idle else "elsewhere",
        version=1,
        from_ms=stretch.started_at_ms - start_ms,
        to_ms=stretch.ended_at_ms - start_ms,
        started_at_ms=stretch.started_at_ms,
        confidence=0.62 if idle else 0.95,
        thresholds={"patience_ms": 90_000} if idle else {"free_ms": 5_000},
        counts={"quiet_ms": stretch.ms + 30_000} if idle else {"episodes": 1},
        detail="idle" if idle else "off_app:game",
    )


def _rushed(stretch: Stretch, start_ms: int) -> Verdict:
    begin = stretch.started_at_ms + 40_000
    return Verdict(
        kind=Overlay.RUSHING,
        rule="rapid_answers",
        version=1,
        from_ms=begin - start_ms,
        to_ms=begin - start_ms + 9_500,
        started_at_ms=begin,
        confidence=0.8,
        thresholds={"rapid_ms": 2_600, "row": 3, "mastery": 0.8},
        counts={"answers": 4, "right": 1, "wrong": 3},
        detail="row",
    )


def _stuck(stretch: Stretch, start_ms: int) -> Verdict:
    begin = stretch.started_at_ms
    return Verdict(
        kind=Insight.NEEDS_HELP,
        rule="wheel_spinning",
        version=1,
        from_ms=begin - start_ms,
        to_ms=stretch.ended_at_ms - start_ms,
        started_at_ms=begin,
        confidence=0.7,
        thresholds={"tries": 10, "row": 3},
        counts={"tries": 12, "right": 4},
    )


def session(app_name: str = "Fast Math", start_ms: int = _MORNING_MS, turn: int = 0,
            parts: int = 16) -> SessionSummary:  # fmt: skip
    """Return one finished session."""
    made = stretches(start_ms, turn, parts)
    subject = next((app.subject for app in apps() if app.name == app_name), "Math")
    return SessionSummary(
        session_id=seeded("gallery", "session", f"{app_name}{start_ms}"),
        student_id=seeded("gallery", "user", "Mia Okafor"),
        app_id=seeded("gallery", "app", app_name),
        app_name=app_name,
        subject=subject,
        started_at_ms=start_ms,
        ended_at_ms=made[-1].ended_at_ms,
        end_reason="ended",
        totals=totals_of(made, judgements(made)),
        stretches=made,
        longest_focus_ms=longest_focus_ms(made),
        verdicts=judgements(made),
    )


def session_card() -> SessionCardView:
    """Return the card of a session of half an hour."""
    return SessionCardView(session(), TIMEZONE, "#2f62b5", _icon("Fast Math"))


def answered_session_card() -> SessionCardView:
    """Return the card of a session of which a coach has looked at every moment."""
    made = session()
    looked = tuple(
        replace(each, contested=True, review=_review(each, wrong=number % 2 == 0))
        for number, each in enumerate(made.verdicts)
    )
    return SessionCardView(replace(made, verdicts=looked), TIMEZONE, "#2f62b5", _icon("Fast Math"))


def _review(judgement: Judgement, *, wrong: bool) -> Review:
    result = ReviewResult.FALSE_POSITIVE if wrong else ReviewResult.TRUE_POSITIVE
    at = judgement.verdict.started_at_ms + 3_600_000
    return Review(judgement.id, "coach", at, result, "She was drawing the fractions on paper.")


def short_session_card() -> SessionCardView:
    """Return the card of a visit of seconds."""
    return SessionCardView(session(parts=1), TIMEZONE, "#2f62b5", _icon("Fast Math"))


def day() -> StudentDayView:
    """Return a day of three sessions."""
    sessions = (
        session("Fast Math", _MORNING_MS, 0),
        session("Story Time", _MORNING_MS + 50 * 60_000, 5, 11),
        session("Lesson Theater", _MORNING_MS + 95 * 60_000, 9, 9),
    )
    totals = sum((one.totals for one in sessions), Totals())
    student = profiles()[2]
    summary = DaySummary(student.id, TODAY, TIMEZONE, sessions, totals)
    return StudentDayView(student.id, student.name, student.subtitle, summary, TODAY)


def reviewed_day() -> StudentDayView:
    """Return a day of which a coach has looked at every moment."""
    made = answered_session_card().summary
    view = day()
    return replace(view, day=replace(view.day, sessions=(made, *view.day.sessions[1:])))


def computer() -> list[ComputerLine]:
    """Return the report of a computer on which not everything works."""
    unseen = "Wayland hides this from every program."
    lost = "What kind of program was in front; that it wasn't ours is still known."
    return computer_lines(
        (
            Capability(ProbeName.SCREEN, ProbeState.WORKING, "x11-strips"),
            Capability(
                ProbeName.FOREGROUND,
                ProbeState.UNAVAILABLE,
                "null",
                unseen,
                lost,
                "Sign in with an X11 session if the school wants it known.",
            ),
            Capability(ProbeName.IDLE_CLOCK, ProbeState.WORKING, "mutter"),
            Capability(
                ProbeName.POWER,
                ProbeState.WORKING,
                "logind",
                lost="A screen that is only dark.",
            ),
            Capability(
                ProbeName.GLOBAL_INPUT,
                ProbeState.OFF,
                "null",
                "Switched off in the settings.",
                "How much was typed and clicked outside our window; nothing needs it.",
            ),
        )
    )


def empty_day() -> StudentDayView:
    """Return a day on which nothing was recorded."""
    student = profiles()[2]
    summary = DaySummary(student.id, date(2026, 11, 22), TIMEZONE, (), totals_of(()))
    return StudentDayView(student.id, student.name, student.subtitle, summary, TODAY)


def coach() -> CoachView:
    """Return a coach with the thirty students."""
    return CoachView("Grace Coleman", TIMEZONE, [_row(n, p) for n, p in enumerate(profiles()[:30])])


def no_students() -> CoachView:
    """Return a coach who has nobody yet."""
    return CoachView("Grace Coleman", TIMEZONE, ())


def _row(number: int, profile: ProfileTile) -> StudentRow:
    made: tuple[Stretch, ...] = ()
    if number % 8 != 5:
        made = stretches(_MORNING_MS + (number * 7 % 40) * 60_000, number, 6 + number % 10)
    minutes = totals_of(made).engaged_ms // 60_000
    seen = f"Last seen 10:{number + 12:02}" if made else ""
    return StudentRow(profile.id, profile.name, profile.subtitle, minutes, made, seen)


def shield(*, awake: bool = True) -> ShieldView:
    """Return the facts of an ordinary moment, or of a pause."""
    working = [Capability(name, ProbeState.WORKING, "x11") for name in ProbeName][:4]
    return shield_view(working, awake=awake)
