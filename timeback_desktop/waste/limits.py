"""Every limit of the waste rules, named, with its evidence.

All of them are settings: a school, an app or an access profile may replace any one of them
(``dataclasses.replace``), and a rule of an app wins over ours. Where a limit departs from
the usual one, the reason stands beside it. A rule that cannot measure what it compares
stays silent: an unknown duration is never a short one.
"""

from __future__ import annotations

from dataclasses import dataclass

SECOND = 1000
MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLimits:
    """What each rule compares with; times in milliseconds, shares from 0 to 1.

    How app events are heard:

    ``settle_ms``: events wait this long for earlier ones, so that their order of arrival
    changes nothing. Page messages come within one tick, the feed within two.
    ``ahead_ms``/``stale_ms``: an event from further ahead, or from longer ago than a session
    survives with no sign, has a wrong clock; it is taken at its arrival.
    ``hand_floor_ms``: no hand answers twice within 300 ms (simple choice reaction takes
    longer): answers that close were handed in together, and their durations are unknown.
    ``grade_wait_ms``: an answer waits this long for its grade, which comes as its own event.

    Rushing:

    ``rapid_cap_ms``, ``rapid_share``: a rapid answer took under 10 % of the item's mean, at
    most 10 s (Wise and Ma 2012, the normative threshold; on 2,323 bundles of real adult
    self-learners it flags one).
    ``rapid_blind_ms``: with no mean known, under 2 s: ten words at an adult's reading pace.
    The older fixed limit of 3 s flags too many; here at least two must be wrong as well.
    ``rushing_row``: 3 rapid answers in a row (NWEA alerts the proctor there).
    ``rushing_of``, ``rushing_share``: or 10 % of the last 20 (NWEA: below that, minimal harm),
    at least two of them wrong: learners whose times vary widely are quick by nature now and
    then (log-normal, sd 0.6: none flagged in 2,000 generated hours; sd 0.8: one in 290).
    ``mastery``: only where under 80 % are right (no XP below it); three rapid right answers
    are known facts, the chance to guess them is 1.6 % with four options.
    ``fluent_answers``: from 5 rapid answers on, mostly right, the limit never exceeds the
    student's own p05 of right answers. Without that count a guesser's lucky hits would
    switch the rule off.
    ``rushing_mean_ms``, ``rushing_mean_of``: an app's own rule, which then wins: the mean of
    the last 10 under this, and under 80 % right (IXL: 20 s). 0 is off.

    Skipped explanation:

    ``skip_ms``: left the feedback of a miss within 3 s; real learners stay 29.5 s (median)
    and do so in 1.3 % of cases.
    ``skip_share``, ``skip_words_per_minute``, ``skip_cap_ms``: or within 15 % of the time its
    words take (fifth graders' median, 120 a minute), at most 5 s: 7 % of real cases are
    shorter than that, so a higher cap would accuse ordinary readers.
    ``skip_floor_ms``: a page that moves on within half a second moved by itself.
    ``skip_flag``, ``skip_of``: 3 of the last 5 misses; by chance 2 in 100,000 at 1.3 %.

    Topic hopping:

    ``hop_lessons``, ``hop_window_ms``: 3 lessons opened in 10 minutes, none finished.
    ``hop_answers``, ``hop_stay_ms``: a lesson with 3 answers or 2 engaged minutes was worked
    in, finished or not: apps with mixed review switch lessons by themselves.

    Not answering (never waste: it may be somebody who needs help):

    ``stuck_ms``, ``stuck_factor``: 5 minutes and 3 times the median item, with input but
    with no answer, media, reading, scrolling or writing.
    ``stuck_hand_ms``: input at least once a minute, else it is a question of presence.

    Answer pattern:

    ``pattern_answers``: the same position, or a strict round of positions, 8 times.
    ``pattern_chance``: and so long that an honest key makes it at most once in 10,000 runs:
    8 answers with four options, 10 with three, 15 with two. With accuracy at or below
    chance (at 60 % knowledge: 1 in 20) that is 3 in a million answers.
    ``pattern_options``: options assumed until a second position was chosen.

    Tab flipping:

    ``flips_per_minute``, ``flips_for_ms``: over 20 changes a minute for 2 minutes; real
    students' p99 is 17 a minute, p99.9 is 23, and that for one minute.

    External help (a guess, said with low confidence):

    ``outside_times``, ``outside_ms``, ``outside_within_ms``: 3 right answers within 8 s of
    coming back from 3 s or longer outside.
    ``outside_accuracy``, ``outside_answers``: while at most 50 % of at least 5 answers with no
    excursion were right. Half of real excursions are shorter than 3 s.

    Needs help (never waste):

    ``wheel_opportunities``, ``wheel_row``: 10 first tries at a skill without 3 right in a row
    (Beck and Gong; separable from persistence after 3 to 9).
    ``struggle_wrong``, ``struggle_factor``, ``struggle_hands``: 3 misses in a row that each
    took twice the usual time, with input in at least 3 seconds of each.

    Counting:

    ``episode_ms``: stretches less than 10 s apart are one episode.
    """

    settle_ms: int = 3 * SECOND
    ahead_ms: int = 5 * SECOND
    stale_ms: int = 10 * MINUTE
    hand_floor_ms: int = 300
    grade_wait_ms: int = 3 * SECOND

    rapid_cap_ms: int = 10 * SECOND
    rapid_share: float = 0.10
    rapid_blind_ms: int = 2 * SECOND
    rushing_row: int = 3
    rushing_of: int = 20
    rushing_share: float = 0.10
    mastery: float = 0.80
    fluent_answers: int = 5
    rushing_mean_ms: int = 0
    rushing_mean_of: int = 10

    skip_ms: int = 3 * SECOND
    skip_share: float = 0.15
    skip_words_per_minute: int = 120
    skip_cap_ms: int = 5 * SECOND
    skip_floor_ms: int = 500
    skip_flag: int = 3
    skip_of: int = 5

    hop_lessons: int = 3
    hop_window_ms: int = 10 * MINUTE
    hop_answers: int = 3
    hop_stay_ms: int = 2 * MINUTE

    stuck_ms: int = 5 * MINUTE
    stuck_factor: float = 3.0
    stuck_hand_ms: int = 1 * MINUTE

    pattern_answers: int = 8
    pattern_chance: float = 1e-4
    pattern_options: int = 4

    flips_per_minute: int = 20
    flips_for_ms: int = 2 * MINUTE

    outside_times: int = 3
    outside_ms: int = 3 * SECOND
    outside_within_ms: int = 8 * SECOND
    outside_accuracy: float = 0.50
    outside_answers: int = 5

    wheel_opportunities: int = 10
    wheel_row: int = 3
    struggle_wrong: int = 3
    struggle_factor: float = 2.0
    struggle_hands: int = 3

    episode_ms: int = 10 * SECOND
