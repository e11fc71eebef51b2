"""The place where the app is shown, and what may lie over it.

The app's view stays visible to itself while something covers it: a web page that is
hidden stops its timers and would look away from a student who is still there.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.apart import stand_apart
from timeback_desktop.ui.tokens import SPACE_M, TextRole
from timeback_desktop.ui.widgets import AppIcon, Button, Card, IconMark, Page, Text

_STEPS = 1000


class Cover(QWidget):
    """An opaque page with a card in the middle."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        stand_apart(self)
        page = Page(width=560, middle=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self.card = Card(padding=32)
        self.card.body.setSpacing(SPACE_M)
        page.column.addWidget(self.card)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Cover whatever is below."""
        QPainter(self).fillRect(self.rect(), QColor(theme.current().colours.page))

    def add_centred(self, part: QWidget) -> None:
        """Add something in the middle of the card."""
        self.card.body.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)


class LoadingCover(Cover):
    """The app is on its way."""

    cancelled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.icon = AppIcon(side=72)
        self._text = Text(role=TextRole.HEADING, centred=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = Button(self.tr("Go back home"), "quiet", icon="home")
        self._cancel.clicked.connect(self.cancelled)
        self.add_centred(self.icon)
        self.card.body.addWidget(self._text)
        self.card.body.addWidget(self._bar)
        self.add_centred(self._cancel)

    def say(self, fraction: float | None, text: str) -> None:
        """Show how far it is; ``None`` when nobody knows."""
        self._text.setText(text)
        self._bar.setRange(0, 0 if fraction is None else _STEPS)
        if fraction is not None:
            self._bar.setValue(round(fraction * _STEPS))


class FailureCover(Cover):
    """The app could not be entered: what happened, whose side it is on, what to do."""

    retry = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._cause = Text(role=TextRole.HEADING, centred=True)
        self._side = Text(role=TextRole.SMALL, tone="soft", centred=True)
        self._way_out = Text(centred=True)
        self.retry_button = Button(self.tr("Try again"), "primary", icon="reload")
        self.retry_button.clicked.connect(self.retry)
        self._leave = Button(self.tr("Go back home"), "quiet", icon="home")
        self._leave.clicked.connect(self.left)
        self.add_centred(IconMark("info", side=44, accent=True))
        for part in (self._cause, self._way_out, self._side):
            self.card.body.addWidget(part)
        self.add_centred(self.retry_button)
        self.add_centred(self._leave)

    def say(self, cause: str, way_out: str, side_text: str) -> None:
        """Tell the failure."""
        self._cause.setText(cause)
        self._way_out.setText(way_out)
        self._side.setText(side_text)
        self._side.setVisible(bool(side_text))


class PausedCover(Cover):
    """A pause: nothing is recorded until the student resumes."""

    resumed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.resume_button = Button(self.tr("Resume"), "primary", icon="play")
        self.resume_button.clicked.connect(self.resumed)
        self.add_centred(IconMark("pause", side=44, accent=True))
        self.card.body.addWidget(Text(self.tr("Paused"), TextRole.TITLE, centred=True))
        words = self.tr("Only the length of your break is kept. Come back when you are ready.")
        self.card.body.addWidget(Text(words, tone="soft", centred=True))
        self.add_centred(self.resume_button)


class Stage(QWidget):
    """Holds the app's view and lays covers over all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: QWidget | None = None
        self.loading = LoadingCover(self)
        self.failure = FailureCover(self)
        self.paused = PausedCover(self)

    def set_view(self, view: QWidget | None) -> None:
        """Show a view, or take the present one away; the caller keeps owning it."""
        if self.view is not None and self.view is not view:
            self.view.hide()
            self.view.setParent(None)
        self.view = view
        if view is not None:
            view.setParent(self)
            view.setGeometry(self.rect())
            view.show()
            view.lower()
        self._keep_input_off_covered_view()

    def put(self, cover: Cover, *, shown: bool) -> None:
        """Lay a cover over everything, or take it away."""
        cover.setGeometry(self.rect())
        cover.setVisible(shown)
        for each in (self.loading, self.failure, self.paused):
            each.raise_()
        self._keep_input_off_covered_view()

    def covered(self) -> bool:
        """Whether a cover lies over the view now."""
        return not all(c.isHidden() for c in (self.loading, self.failure, self.paused))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill everything."""
        super().resizeEvent(event)
        whole = QRect(0, 0, self.width(), self.height())
        for part in (self.view, self.loading, self.failure, self.paused):
            if part is not None:
                part.setGeometry(whole)

    def _keep_input_off_covered_view(self) -> None:
        """Keep Tab and typing from reaching a page that cannot be seen."""
        if self.view is not None:
            self.view.setEnabled(not self.covered())
