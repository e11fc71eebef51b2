"""Plain-text labels that wrap anywhere and end in an ellipsis.

Names come from outside and may be markup, 300 letters without a space, or right to left.
A stock ``QLabel`` would render the first, stretch the window for the second and cut both
without a word; this one shows what fits and tells the rest in its tooltip.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy

from timeback_desktop.ui.tokens import TextRole

_ENOUGH = 4000
_LEAST_LETTERS = 6


def _keep_in_bounds(text: str) -> str:
    return " ".join(text[:_ENOUGH].split())


class Text(QLabel):
    """Words on a screen: plain, wrapped to at most ``lines`` lines (0: as many as needed)."""

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        *,
        tone: str = "",
        lines: int = 0,
        centred: bool = False,
    ) -> None:
        super().__init__()
        self._lines = lines
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", str(role))
        self.setProperty("tone", tone)
        self.setWordWrap(lines != 1)
        if centred:
            self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show ``text``; line breaks and runs of spaces become one space."""
        super().setText(_keep_in_bounds(text))
        self._tell_the_rest()

    def keep_whole(self) -> None:
        """Never give up width: this text is short and must always be read in full."""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def set_tone(self, tone: str) -> None:
        """Change the tone: ``""``, ``soft``, ``accent`` or ``notice``."""
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)

    def shown_text(self) -> str:
        """Return what is to be read now, with its ellipsis if it was cut."""
        return "\n".join(text for text, _, _ in self._laid_out(self._inner_width())[0])

    def heightForWidth(self, width: int) -> int:
        """Return the height that the lines need at this width."""
        margins = self.contentsMargins()
        inner = width - margins.left() - margins.right()
        return self._laid_out(inner)[1] + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        """Return the size of the text on one line, within reason."""
        metrics = QFontMetrics(self.font())
        widest = metrics.averageCharWidth() * (60 if self._lines != 1 else 40)
        width = min(metrics.horizontalAdvance(self.text()) + 2, widest)
        width += self.contentsMargins().left() + self.contentsMargins().right()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the least that still can be read."""
        metrics = QFontMetrics(self.font())
        least = metrics.averageCharWidth() * _LEAST_LETTERS
        width = min(metrics.horizontalAdvance(self.text()) + 2, least)
        return QSize(width, metrics.height() + metrics.leading())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the lines that fit."""
        inner = self.contentsRect()
        lines, height = self._laid_out(inner.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        middle = self.alignment() & Qt.AlignmentFlag.AlignVCenter
        top = inner.y() + (max(0.0, (inner.height() - height) / 2) if middle else 0.0)
        flags = int(self._horizontal().value) | int(Qt.TextFlag.TextSingleLine.value)
        for text, y, line_height in lines:
            line = QRectF(inner.x(), top + y, inner.width(), line_height)
            painter.drawText(line, flags, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text in the tooltip when it was cut."""
        super().resizeEvent(event)
        self._tell_the_rest()

    def changeEvent(self, event: QEvent) -> None:
        """Measure again when the font changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def _inner_width(self) -> int:
        return self.contentsRect().width()

    def _horizontal(self) -> Qt.AlignmentFlag:
        if self.alignment() & Qt.AlignmentFlag.AlignHCenter:
            return Qt.AlignmentFlag.AlignHCenter
        if self.alignment() & Qt.AlignmentFlag.AlignRight:
            return Qt.AlignmentFlag.AlignRight
        return Qt.AlignmentFlag.AlignLeft

    def _tell_the_rest(self) -> None:
        cut = self.shown_text().endswith("\u2026") and not self.text().endswith("\u2026")
        if cut != bool(self.toolTip()):
            self.setToolTip(_as_plain_tip(self.text()) if cut else "")

    def _laid_out(self, width: int) -> tuple[list[tuple[str, float, float]], int]:
        """Return the lines as (text, y, height), and the height of all of them."""
        metrics = QFontMetrics(self.font())
        text = self.text()
        if not text:
            return [], metrics.height()
        if self._lines == 1:
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(width, 1))
            return [(shown, 0.0, float(metrics.height()))], metrics.height()
        return self._wrapped(text, width, metrics)

    def _wrapped(
        self, text: str, width: int, metrics: QFontMetrics
    ) -> tuple[list[tuple[str, float, float]], int]:
        layout = QTextLayout(text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        lines: list[tuple[str, float, float]] = []
        line_height = metrics.height() * 1.12
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            start = _position(text, line.textStart())
            end = _position(text, line.textStart() + line.textLength())
            y = len(lines) * line_height
            if self._lines and len(lines) == self._lines - 1:
                rest = metrics.elidedText(text[start:], Qt.TextElideMode.ElideRight, max(width, 1))
                lines.append((rest, y, line_height))
                break
            lines.append((text[start:end].rstrip(), y, line_height))
            line.setPosition(QPointF(0, y))
        layout.endLayout()
        return lines, round(len(lines) * line_height + 0.5)


def _position(text: str, utf16: int) -> int:
    """Turn an offset that Qt counts in UTF-16 units into one of a Python string."""
    if text.isascii():
        return utf16
    return len(text.encode("utf-16-le")[: utf16 * 2].decode("utf-16-le", errors="ignore"))


def _as_plain_tip(text: str) -> str:
    """Return ``text`` as a tooltip that Qt will not take for markup.

    Tooltips guess their format; only escaped text inside a tag of ours is sure to be shown
    as it is written.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{escaped}</p>"


def plain_tip(text: str) -> str:
    """Return a tooltip that shows ``text`` letter by letter, whatever it contains."""
    return _as_plain_tip(text)
