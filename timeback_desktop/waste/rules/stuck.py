"""Not answering: busy hands and no answer for a long while. Never waste; may need help."""

from __future__ import annotations

from timeback_desktop.partition import Overlay
from timeback_desktop.presence.signal import AppEventKind
from timeback_desktop.waste.evidence import Answer, Heard, Moment
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.pace import Pace
from timeback_desktop.waste.rule import Finding, Findings, Rule

_TURNED_WORDS = 5


class NotAnswering(Rule):
    """Note five minutes of input, three times the usual item, with no progress of any kind.

    Progress is an event of the app, media, reading, scrolling, writing, or other words on the
    page. An app that never told of an item tells nothing by its silence.
    """

    kind = Overlay.NOT_ANSWERING
    name = "not_answering"

    def __init__(self, limits: RuleLimits, pace: Pace) -> None:
        self._limits = limits
        self._pace = pace
        self._tells = False
        self._since: int | None = None
        self._hand = 0
        self._hands = 0
        self._words = 0
        self._usual: int | None = None
        self._needed = limits.stuck_ms
        self._now = 0

    @property
    def standing(self) -> Finding | None:
        """The stretch that goes on."""
        if self._since is None or self._now - self._since < self._needed:
            return None
        thresholds = {"quiet_ms": self._needed, "times_usual": self._limits.stuck_factor}
        counts = {"quiet_ms": self._now - self._since, "hands": self._hands}
        return Finding(self._since, self._now, 0.3, thresholds, counts, "may_need_help")

    def heard(self, heard: Heard) -> Findings:
        """Any event of the app is progress."""
        self._tells = self._tells or heard.event.kind is not AppEventKind.LESSON_STARTED
        if heard.event.kind is AppEventKind.ITEM_STARTED:
            self._usual = heard.event.usual_ms
        return self._progress(heard.at_ms)

    def answered(self, answer: Answer) -> Findings:
        """Forget what the last item usually takes: it is done."""
        if answer.usual_ms == self._usual:
            self._usual = None
        return ()

    def passed(self, moment: Moment) -> Findings:
        """Follow whether hands are busy, and whether anything comes of it."""
        if not self._tells:
            return ()
        if not moment.engaged or self._moves_on(moment):
            return self._progress(moment.to_ms)
        if moment.hand:
            self._hand, self._hands = moment.to_ms, self._hands + 1
        if self._since is None or moment.to_ms - self._hand > self._limits.stuck_hand_ms:
            return self._progress(moment.to_ms)
        self._now = moment.to_ms
        return ()

    def _moves_on(self, moment: Moment) -> bool:
        turned = moment.words is not None and abs(moment.words - self._words) >= _TURNED_WORDS
        if moment.words is not None:
            self._words = moment.words
        return turned or moment.moving

    def _progress(self, at_ms: int) -> Findings:
        standing = self.standing
        self._since = self._now = self._hand = at_ms
        self._hands = 0
        usual = self._usual or self._pace.median_ms or 0
        self._needed = max(self._limits.stuck_ms, int(self._limits.stuck_factor * usual))
        return () if standing is None else (standing,)
