"""The style sheet, written from the tokens so that no colour or size is said twice.

Only stock controls are styled here (text, buttons, fields, scroll bars); whatever has a
shape of its own paints itself.
"""

from __future__ import annotations

from string import Template

from timeback_desktop.ui.tokens import RADIUS_CONTROL, TYPE_SCALE, Colours, TextRole, TextStyle

_SHEET = Template(
    """
* { font-family: $family; font-size: ${body}px; }
QWidget { color: $text; }
QMainWindow, QWidget#page, QStackedWidget#pages, QScrollArea#page > QWidget > QWidget {
    background: $page; }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget#scrolled { background: transparent; }
QLabel { background: transparent; }
QLabel[tone="soft"] { color: $text_soft; }
QLabel[tone="accent"] { color: $accent_text; }
QLabel[tone="notice"] { color: $notice_text; }
QToolTip { background: $surface; color: $text; border: 1px solid $border_strong;
    padding: 6px 8px; font-size: ${small}px; }

QPushButton { border: 2px solid transparent; border-radius: ${radius}px; padding: 8px 16px;
    font-size: ${label}px; font-weight: 600; background: $surface_alt; color: $text; }
QPushButton:hover { background: $accent_soft; color: $accent_text; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $text_soft; background: $surface_alt; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; }
QPushButton[kind="primary"]:hover { background: $accent_hover; color: $on_accent; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[kind="quiet"] { background: transparent; color: $accent_text; }
QPushButton[kind="quiet"]:hover { background: $accent_soft; }
QPushButton[kind="link"] { background: transparent; color: $accent_text; padding: 4px 6px; }
QPushButton[kind="link"]:hover { background: $accent_soft; }
QPushButton[kind="icon"] { background: transparent; padding: 7px; }
QPushButton[kind="icon"]:hover { background: $accent_soft; }
QPushButton[kind="icon"]:checked { background: $accent_soft; }
QPushButton[kind="chip"] { border-radius: ${chip}px; padding: 6px 16px; font-weight: 500;
    background: $surface; border: 2px solid $border; }
QPushButton[kind="chip"]:hover { border-color: $accent; }
QPushButton[kind="chip"]:checked { background: $accent; color: $on_accent;
    border-color: $accent; font-weight: 600; }
QPushButton[kind="chip"]:focus { border-color: $accent; }
QPushButton[kind="chip"]:checked:focus { border-color: $text; }
QPushButton[kind="notice"] { background: $surface; color: $text; }
QPushButton[kind="notice"]:hover { color: $accent_text; }

QMenu { background: $surface; border: 1px solid $border_strong; padding: 6px; }
QMenu::item { padding: 8px 18px; border-radius: 6px; font-size: ${label}px; }
QMenu::item:selected { background: $accent_soft; color: $accent_text; }

QLineEdit { background: $surface; border: 2px solid $border_strong; padding: 8px 12px;
    border-radius: ${radius}px; selection-background-color: $accent;
    selection-color: $on_accent; placeholder-text-color: $text_soft; }
QLineEdit:focus { border-color: $accent; }
QProgressBar { background: $surface_alt; border: none; border-radius: 4px;
    min-height: 8px; max-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 1px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 1px; }
QScrollBar::handle { background: $border_strong; border-radius: 4px; min-height: 32px;
    min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QFrame#rule { background: $border; border: none; }
QWidget#footer { background: $page; border-top: 1px solid $border; }
"""
)


def _text_rule(role: TextRole, style: TextStyle, scale: float) -> str:
    size = round(style.px * scale)
    return f'QLabel[role="{role}"] {{ font-size: {size}px; font-weight: {style.weight}; }}'


def write(colours: Colours, scale: float, families: tuple[str, ...]) -> str:
    """Return the whole style sheet for these colours at this text scale."""
    sizes = {str(role): str(round(style.px * scale)) for role, style in TYPE_SCALE.items()}
    plain = {
        name: getattr(colours, name)
        for name in colours.__slots__
        if isinstance(getattr(colours, name), str)
    }
    family = ", ".join(f'"{name}"' for name in families)
    # Qt draws square corners when the radius is more than half the height of the control.
    chip = int(TYPE_SCALE[TextRole.LABEL].px * scale * 1.2) // 2 + 7
    sheet = _SHEET.substitute(plain, **sizes, family=family, radius=RADIUS_CONTROL, chip=chip)
    return sheet + "\n".join(_text_rule(role, s, scale) for role, s in TYPE_SCALE.items())
