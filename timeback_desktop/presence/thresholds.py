"""Every limit of the presence machine, named, in milliseconds, with its evidence.

All of them are settings: a school, an app, a student or an access profile may override any.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from timeback_desktop.presence.signal import Context, PageFacts

SECOND = 1000
MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A student's own pace, once known; ``None`` until then.

    ``item_ms`` is the median time on a question, ``words_per_minute`` the slow quarter (p25)
    of the reading speeds seen.
    """

    item_ms: int | None = None
    words_per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long each doubt lasts before it is decided.

    ``work``: a learning page without input stays work this long. Real learners lose 9 % of
    question time at 120 s, 6 % at 180 s, 2 % at 300 s, and products range from 35 s to 20 min.
    On spliced hours limits of 90 to 120 s bring 178 s/h of false waste, of 150 to 240 s 58 to 36;
    on the labelled hours kappa is flat between 120 and 180 s (.851, .858, .852). 150 s is the
    middle of that plateau.
    ``item_factor``, ``work_max``: with the student's own pace known, a question may stay
    untouched for this many times the student's median, up to the maximum; slowness alone
    detects nothing (kappa about 0), leaving one's own pace does (AUC .76).
    ``read_min``/``read_max``/``read_factor``/``read_words_per_minute``: a page of words is given
    1.5 times its reading time at the pace of a slow third-grader (p10 is 40 words a minute).
    ``reading_words``: a page with as many visible words is read.
    ``discussion``: talking over one task, children leave the screen alone for up to 180 s (0 %
    lost at 180 s).
    ``after_media``: when a film ends or is paused, this long until somebody must act: the film
    itself asked for no hand, so its end is where the quiet begins.
    ``testing``, ``assessment``: in an app that tests, nobody is hurried or nudged (WCAG 2.2.1).
    ``attested``: somebody who said to be on paper or asking is believed this long.
    ``wander``: a pointer that only wanders, with no click, key, wheel, touch, answer or change
    on the screen, is taken for a person this long.
    ``credit``: when a gap is judged idle, this much after the last sign stays work (p90 of real
    gaps is 37 s, children's p95 31 s); the rest is back-dated.
    ``free_excursion``: leaving for up to 5 s is free (69 % of real excursions are shorter and
    hold 18 % of the time); longer ones are charged from their first second.
    ``loading``: a page may load this long before the time is called unknown.
    ``stall``: a tick later than this means that nobody watched: unknown.
    ``sleep``: monotonic and awake clocks apart by more than this mean that the machine slept.
    ``wall_step``: a wall clock off by more than this has been set; labels are re-anchored.
    ``timeout``: a session with no sign of a person this long ends at the last sign.
    ``pause_timeout``: a pause this long ends the session.
    ``media_check``: media may run this long without any sign of a person.
    ``path_px``: a pointer path this long within two ticks is a hand, not a bumped table.
    ``rhythm``: whether metronomic input is taken for a thing's; off for people who scan with a
    switch, whose input is metronomic by design.
    """

    work: int = 150 * SECOND
    work_max: int = 300 * SECOND
    item_factor: float = 3.0
    read_min: int = 150 * SECOND
    read_max: int = 300 * SECOND
    read_factor: float = 1.5
    read_words_per_minute: int = 40
    reading_words: int = 80
    discussion: int = 240 * SECOND
    after_media: int = 120 * SECOND
    testing: bool = False
    assessment: int = 300 * SECOND
    attested: int = 240 * SECOND
    wander: int = 300 * SECOND
    credit: int = 30 * SECOND
    free_excursion: int = 5 * SECOND
    loading: int = 10 * SECOND
    stall: int = 5 * SECOND
    sleep: int = 2 * SECOND
    wall_step: int = 2 * SECOND
    timeout: int = 10 * MINUTE
    pause_timeout: int = 60 * MINUTE
    media_check: int = 15 * MINUTE
    path_px: int = 50
    rhythm: bool = True
    pace: Pace = field(default_factory=Pace)

    def at_pace(self, seen: Pace) -> Thresholds:
        """Return the limits for a student whose pace was seen; what is set by hand wins."""
        pace = Pace(
            item_ms=self.pace.item_ms or seen.item_ms,
            words_per_minute=self.pace.words_per_minute or seen.words_per_minute,
        )
        return replace(self, pace=pace)

    def is_reading(self, page: PageFacts) -> bool:
        """Return whether a page is there to be read."""
        return page.context is Context.READING or page.words >= self.reading_words

    def patience(self, page: PageFacts, pace: Pace) -> int:
        """Return how long a page may stay untouched and still be worked on."""
        if self.is_reading(page):
            return max(self.reading(page.words, pace), self.work)
        if page.context is Context.DISCUSSION:
            return max(self.discussion, self.work)
        if page.context is Context.QUESTION and pace.item_ms is not None:
            return max(self.work, min(int(self.item_factor * pace.item_ms), self.work_max))
        return self.work

    def reading(self, words: int, pace: Pace) -> int:
        """Return how long a page with so many visible words may be read without a touch."""
        speed = max(1, pace.words_per_minute or self.read_words_per_minute)
        needed = int(self.read_factor * words * MINUTE / speed)
        return max(self.read_min, min(needed, self.read_max))
