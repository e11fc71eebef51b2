"""The session card: how it went, in facts, with one kind sentence."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.coaching.summary import SessionSummary
from timeback_desktop.partition import State
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.ui.judgements import strip_marks
from timeback_desktop.ui.screens.flagged import FlaggedMoments
from timeback_desktop.ui.tokens import SPACE_L, SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import (
    AppIcon,
    Button,
    Card,
    Figure,
    GridLayout,
    NoticeStrip,
    Page,
    Ring,
    StateLegend,
    Text,
    Timeline,
    TurningRow,
)
from timeback_desktop.ui.words import length_text, part_text, time_of_day, zone
from timeback_desktop.waste.sentences import Names

_STRONG_MS = 10 * 60_000
_SHORT_MS = 60_000


@dataclass(frozen=True, slots=True)
class SessionCardView:
    """A session's summary, the zone its times are told in, and the app's look."""

    summary: SessionSummary
    timezone: str
    accent: str = ""
    icon_svg: bytes | None = None


def kind_sentence(summary: SessionSummary) -> str:
    """Return one true and kind sentence about a session."""
    totals = summary.totals
    if totals.by_state.get(State.UNKNOWN, 0) > totals.engaged_ms:
        return _say("We could not see most of this session. That time does not count.")
    if totals.engaged_ms < _SHORT_MS:
        return _say("A short visit. You can open it again any time.")
    if summary.longest_focus_ms >= _STRONG_MS:
        stretch = length_text(summary.longest_focus_ms)
        return _say("You stayed with it for {stretch} in a row. That takes real focus.").format(
            stretch=stretch
        )
    done = length_text(totals.engaged_ms)
    return _say("You worked for {done}. Come back for one more round when you like.").format(
        done=done
    )


def _say(text: str) -> str:
    return QCoreApplication.translate("SessionCard", text)


class SessionCardScreen(QWidget):
    """Ring, figures, strip, legend and flagged moments of the session that has just ended.

    ``contested`` carries a verdict's id, and whether "That was work" is taken back.
    """

    done = Signal()
    again = Signal()
    contested = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        page = Page(width=860)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        page.column.addStretch(1)
        card = Card(padding=28)
        card.body.setSpacing(SPACE_L - 4)
        card.body.addLayout(self._head())
        card.body.addWidget(self._numbers())
        self._timeline = Timeline()
        self._legend = StateLegend()
        card.body.addWidget(self._timeline)
        card.body.addWidget(self._legend)
        self._moments = FlaggedMoments()
        self._moments.contested.connect(self.contested)
        self._moments.hide()
        card.body.addWidget(self._moments)
        self.notice = NoticeStrip()
        card.body.addWidget(self.notice)
        page.column.addWidget(card)
        page.column.addLayout(self._ways_on())
        page.column.addStretch(2)

    def _head(self) -> QHBoxLayout:
        self._icon = AppIcon(side=52)
        self._title = Text(role=TextRole.TITLE, lines=2)
        self._when = Text(role=TextRole.SMALL, tone="soft")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._when)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _numbers(self) -> TurningRow:
        self._ring = Ring(148)
        self._sentence = Text(role=TextRole.HEADING)
        self._engaged = Figure(self.tr("On task"))
        self._longest = Figure(self.tr("Longest stretch in a row"))
        self._elapsed = Figure(self.tr("From start to end"))
        figures = QWidget()
        grid = GridLayout(figures, column=170, spacing=SPACE_M)
        for figure in (self._engaged, self._longest, self._elapsed):
            grid.addWidget(figure)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addStretch(1)
        column.addWidget(self._sentence)
        column.addWidget(figures)
        column.addStretch(1)
        row = TurningRow(least=520, spacing=SPACE_L)
        row.add(self._ring, beside=Qt.AlignmentFlag.AlignVCenter)
        row.add(words, 1)
        return row

    def _ways_on(self) -> QHBoxLayout:
        self.done_button = Button(self.tr("Done"), "primary", icon="check")
        self.again_button = Button(self.tr("Open again"), icon="reload")
        self.done_button.clicked.connect(self.done)
        self.again_button.clicked.connect(self.again)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S + 4)
        row.addStretch(1)
        row.addWidget(self.again_button)
        row.addWidget(self.done_button)
        row.setContentsMargins(0, 0, SPACE_S, 0)
        return row

    def set_view(self, view: SessionCardView) -> None:
        """Show how this session went."""
        summary, totals = view.summary, view.summary.totals
        where = zone(view.timezone)
        self._icon.set_app(summary.app_name, view.accent, view.icon_svg)
        self._title.setText(summary.app_name)
        start = time_of_day(summary.started_at_ms, where)
        end = time_of_day(summary.ended_at_ms or summary.started_at_ms, where)
        self._when.setText(self.tr("From {start} to {end}").format(start=start, end=end))
        words = part_text(totals.engaged_ms, totals.counted_ms)
        number, _, rest = words.partition(" ")
        share = totals.engaged_ms / totals.counted_ms if totals.counted_ms else 0.0
        self._ring.set_share(share, number, rest)
        self._ring.setAccessibleName(self.tr("{part} on task").format(part=words))
        self._sentence.setText(kind_sentence(summary))
        self._engaged.set_value(length_text(totals.engaged_ms))
        self._longest.set_value(length_text(summary.longest_focus_ms))
        self._elapsed.set_value(length_text(totals.span_ms))
        self._timeline.set_stretches([(s, "") for s in summary.stretches], where)
        self._timeline.set_marks(strip_marks(summary.verdicts))
        self._legend.set_totals(totals)
        self._moments.set_judgements(summary.verdicts, Names(summary.app_name), where)
        self.notice.hide()

    def show_judgement(self, judgement: Judgement) -> None:
        """Say how one flagged moment stands now."""
        self._moments.show_judgement(judgement)
        self._timeline.set_marks(strip_marks(self._moments.judgements))
        self.notice.hide()

    def show_fault(self, text: str) -> None:
        """Say why a word on a moment could not be kept."""
        self._moments.free()
        self.notice.show_notice(text)

    def focus_first(self) -> None:
        """Put the keyboard on Done."""
        self.done_button.setFocus(Qt.FocusReason.OtherFocusReason)
