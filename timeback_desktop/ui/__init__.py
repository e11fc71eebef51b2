"""The only place with Qt: theme, widgets, screens, the window and what drives it.

Screens are fed plain view data and answer with signals. They hold no network, no store,
no thread and no clock, so that each can be shown, tested and photographed by itself
(``python -m timeback_desktop.ui.gallery``). Every label is plain text, because names
come from outside; every state is told by a word and a shape besides its colour.
"""
