"""The screens of the window, each fed view data and answering with signals."""

from timeback_desktop.ui.screens.apps import AppCard, AppState
from timeback_desktop.ui.screens.coach import CoachScreen, CoachView, StudentRow
from timeback_desktop.ui.screens.computer import ComputerDialog, ComputerLine, ComputerScreen
from timeback_desktop.ui.screens.home import HomeScreen, HomeView
from timeback_desktop.ui.screens.learning import LearningScreen
from timeback_desktop.ui.screens.session_card import SessionCardScreen, SessionCardView
from timeback_desktop.ui.screens.shield import ShieldView
from timeback_desktop.ui.screens.starting import StartingScreen
from timeback_desktop.ui.screens.student_day import StudentDayView
from timeback_desktop.ui.screens.who import ProfileTile, WhoScreen

__all__ = [
    "AppCard",
    "AppState",
    "CoachScreen",
    "CoachView",
    "ComputerDialog",
    "ComputerLine",
    "ComputerScreen",
    "HomeScreen",
    "HomeView",
    "LearningScreen",
    "ProfileTile",
    "SessionCardScreen",
    "SessionCardView",
    "ShieldView",
    "StartingScreen",
    "StudentDayView",
    "StudentRow",
    "WhoScreen",
]
