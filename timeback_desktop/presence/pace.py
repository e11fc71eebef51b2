"""A student's own pace: how long a question takes, how fast a page is read.

Slowness is nobody's fault and tells nothing (rules on plain slowness reach kappa 0 on
observed clips); leaving one's own pace does. So patience is measured in the student's own
terms as soon as there are enough visits to say, and in a slow reader's until then. Only
medians and quarters over visits are kept, never what was visited.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from timeback_desktop.presence.signal import Context, PageFacts
from timeback_desktop.presence.thresholds import MINUTE, SECOND, Pace

ENOUGH: Final = 8
"""So many visits of a kind make a pace."""

_MEMORY: Final = 40
_SHORTEST_MS: Final = 5 * SECOND
"""A page that was left sooner was not read: real learners leave 7 % of explanations so."""


class PaceMeter:
    """Learn a student's pace from visits to pages; start from what is known already."""

    def __init__(self, known: Pace | None = None) -> None:
        self._pace = known or Pace()
        self._page: tuple[Context, int] | None = None
        self._since = 0
        self._spoiled = False
        self._items: deque[int] = deque(maxlen=_MEMORY)
        self._speeds: deque[int] = deque(maxlen=_MEMORY)

    @property
    def pace(self) -> Pace:
        """The pace as known so far."""
        return self._pace

    def see(self, page: PageFacts | None, now: int) -> None:
        """Note which page is in front; another context or word count is another visit."""
        facts = None if page is None or not page.visible else (page.context, page.words)
        if facts == self._page:
            return
        if self._page is not None and not self._spoiled:
            self._keep(*self._page, now - self._since)
        self._page, self._since, self._spoiled = facts, now, False

    def spoil(self) -> None:
        """Leave the present visit out: the student was not at it all the time."""
        self._spoiled = True

    def _keep(self, context: Context, words: int, ms: int) -> None:
        if ms < _SHORTEST_MS:
            return
        if context is Context.QUESTION:
            self._items.append(ms)
        elif context is Context.READING and words:
            self._speeds.append(words * MINUTE // ms)
        self._pace = Pace(
            item_ms=_quantile(self._items, 0.5, self._pace.item_ms),
            words_per_minute=_quantile(self._speeds, 0.25, self._pace.words_per_minute),
        )


def _quantile(seen: deque[int], share: float, known: int | None) -> int | None:
    if len(seen) < ENOUGH:
        return known
    ordered = sorted(seen)
    return ordered[int(share * (len(ordered) - 1))]
