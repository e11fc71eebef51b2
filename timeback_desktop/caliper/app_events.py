"""What the desktop's judge hears of an app's events: closed words, never any content.

The platform reduces an app's Caliper events to them for its feed, and the desktop hears the
same words from the app's page.
"""

from __future__ import annotations

from enum import StrEnum


class AppEventKind(StrEnum):
    """What a learning app can tell of the work in it: a closed set."""

    ITEM_STARTED = "item_started"
    ANSWERED = "answered"
    ANSWERED_RIGHT = "answered_right"
    ANSWERED_WRONG = "answered_wrong"
    FEEDBACK_SHOWN = "feedback_shown"
    LESSON_STARTED = "lesson_started"
    LESSON_FINISHED = "lesson_finished"
    MEDIA_PLAYING = "media_playing"
    MEDIA_PAUSED = "media_paused"
