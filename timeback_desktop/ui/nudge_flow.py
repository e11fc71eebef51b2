"""From the policy to the strip and back: what is asked, and what the student says to it.

The policy decides alone; here its nudge becomes words and buttons, once for each nudge, so
that the strip is painted and announced only when it changes.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from timeback_desktop.coaching.nudges import (
    Nudge,
    NudgeFacts,
    NudgeKind,
    NudgePolicy,
    Response,
    Snooze,
)
from timeback_desktop.partition import State
from timeback_desktop.presence.machine import Answer
from timeback_desktop.presence.signal import ANSWERS, AppEvent
from timeback_desktop.sessions.recorder import Snapshot
from timeback_desktop.ui.screens.learning import LearningScreen
from timeback_desktop.waste.sentences import Names


class NudgeFlow(QObject):
    """Drive the nudge strip of one session after the other.

    ``answered`` carries the student's ``Answer`` to "Still with it?"; ``go_back`` asks to lead
    the student back to the app, with whether it was another site.
    """

    answered = Signal(object)
    go_back = Signal(bool)

    def __init__(self, screen: LearningScreen) -> None:
        super().__init__(screen)
        self._screen = screen
        self._names = Names("")
        self._grade: str | None = None
        self._policy: NudgePolicy | None = None
        self._shown: tuple[NudgeKind, str] | None = None
        self._at_ms = 0
        self._state = State.ON_TASK
        self._question_answered = False
        screen.nudge.answered.connect(self._answer)
        screen.nudge.snoozed.connect(self._snooze)
        screen.nudge.dismissed.connect(lambda: self._respond(Response.DISMISSED))

    def begin(self, names: Names, grade: str | None, *, assessment: bool = False) -> None:
        """Start anew for a session; in an assessment nothing is ever asked."""
        self._policy = None if assessment else NudgePolicy()
        self._names, self._grade = names, grade
        self._question_answered = False
        self._show(None)

    def end(self) -> None:
        """Ask nothing any more."""
        self._policy = None
        self._show(None)

    def hear(self, events: Iterable[AppEvent]) -> None:
        """Note that a question was answered: a good moment to say something."""
        self._question_answered |= any(event.kind in ANSWERS for event in events)

    def tell(self, snapshot: Snapshot) -> None:
        """Show what the policy wants shown of a session as it stands."""
        if self._policy is None:
            return
        self._at_ms, self._state = snapshot.elapsed_ms, snapshot.state
        facts = NudgeFacts(
            at_ms=snapshot.elapsed_ms,
            state=snapshot.state,
            detail=snapshot.detail,
            names=self._names,
            asks=snapshot.asks,
            verdicts=tuple(kept.verdict for kept in snapshot.verdicts),
            answered=self._question_answered,
            grade=self._grade,
            contested=snapshot.contested,
        )
        self._question_answered = False
        self._show(self._policy.tick(facts))

    def _show(self, nudge: Nudge | None) -> None:
        key = None if nudge is None else (nudge.kind, nudge.sentence)
        if key == self._shown:
            return
        self._shown = key
        if nudge is None:
            self._screen.hide_nudge()
        else:
            answers = [(answer, self._label(answer, nudge.kind)) for answer in nudge.answers]
            self._screen.show_nudge(nudge.sentence, answers)

    def _label(self, answer: str, kind: NudgeKind) -> str:
        match answer:
            case Answer.READING:
                return self.tr("I was reading")
            case Answer.PAPER:
                return self.tr("On paper")
            case Answer.ASKING:
                return self.tr("Asking someone")
            case Answer.BREAK:
                return self.tr("Taking a break")
        return self.tr("Go back") if kind is NudgeKind.OFF_APP else self.tr("OK")

    def _answer(self, answer: str) -> None:
        kind = None if self._shown is None else self._shown[0]
        self._respond(Response.TAKEN)
        if kind is NudgeKind.IDLE:
            self.answered.emit(Answer(answer))
        elif kind is NudgeKind.OFF_APP:
            self.go_back.emit(self._state is State.OFF_SITE)

    def _respond(self, response: Response) -> None:
        self._shown = None
        if self._policy is not None:
            self._policy.respond(response)

    def _snooze(self, how_long: Snooze) -> None:
        self._shown = None
        if self._policy is not None:
            self._policy.snooze(self._at_ms, how_long)
