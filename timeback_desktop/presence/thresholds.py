"""Every limit of the presence machine, named, in milliseconds, with its evidence.

All of them are settings: a school, an app or an access profile may override any.
"""

from __future__ import annotations

from dataclasses import dataclass

SECOND = 1000
MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long each doubt lasts before it is decided.

    ``work``: no input on a learning page stays work this long; published products use 35 s
    to 20 min, and at 120 s real learners lose 9 % of question time, against 17 % at 60 s.
    ``read_min``/``read_max``/``read_factor``/``read_words_per_minute``: a page full of words
    is given 1.5 times its reading time at the pace of a slow third-grader.
    ``credit``: when a gap is judged idle, this much after the last sign stays work (p90 of
    real gaps is 37 s, children's p95 31 s); the rest is back-dated.
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
    """

    work: int = 120 * SECOND
    read_min: int = 90 * SECOND
    read_max: int = 300 * SECOND
    read_factor: float = 1.5
    read_words_per_minute: int = 40
    reading_words: int = 80
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

    def reading(self, words: int) -> int:
        """Return how long a page with so many visible words may be read without a touch."""
        needed = int(self.read_factor * words * MINUTE / self.read_words_per_minute)
        return max(self.read_min, min(needed, self.read_max))
