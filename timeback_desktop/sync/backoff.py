"""How long to wait after failures: doubling, capped, jittered so that a school spreads out."""

from __future__ import annotations

from random import Random

FIRST_MS = 1_000
LONGEST_MS = 5 * 60_000


def delay_ms(failures: int, dice: Random) -> int:
    """Return the wait after so many failures in a row (1 or more)."""
    ceiling = min(FIRST_MS * 2 ** min(failures - 1, 16), LONGEST_MS)
    return dice.randint(ceiling // 2, ceiling)
