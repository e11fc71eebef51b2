"""Made-up people, apps and sessions for the gallery and the tests of the screens.

Nobody here exists. The same call gives the same sample, so that pictures can be compared.
"""

from __future__ import annotations

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
from timeback_desktop.partition import State
from timeback_desktop.ui.screens import (
    AppCard,
    AppState,
    CoachView,
    HomeView,
    ProfileTile,
    SessionCardView,
    ShieldView,
    StudentDayView,
    StudentRow,
)

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
        totals=totals_of(made),
        stretches=made,
        longest_focus_ms=longest_focus_ms(made),
    )


def session_card() -> SessionCardView:
    """Return the card of a session of half an hour."""
    return SessionCardView(session(), TIMEZONE, "#2f62b5", _icon("Fast Math"))


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
    totals = totals_of(s for one in sessions for s in one.stretches)
    student = profiles()[2]
    summary = DaySummary(student.id, TODAY, TIMEZONE, sessions, totals)
    return StudentDayView(student.id, student.name, student.subtitle, summary, TODAY)


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


def shield() -> ShieldView:
    """Return the facts of an ordinary moment."""
    return ShieldView(
        "A session is open in Fast Math. This is what is kept about it.",
        (
            "Whether this window is in front",
            "How many keys and clicks, never which ones",
            "Whether a page is loading or a video plays",
            "When you start, pause and end",
        ),
        (
            "What you type",
            "Pictures of your screen",
            "Camera and microphone",
            "Other programs' window titles",
        ),
    )
