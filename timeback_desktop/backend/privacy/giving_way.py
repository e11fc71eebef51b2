"""A pause between two transactions of a long piece of work.

Whoever waits to write looks again after up to a tenth of a second; without a pause the next
transaction of the same work would have begun by then, and he would wait for all of it.
"""

from __future__ import annotations

import threading

_PAUSE_S = 0.05
_never = threading.Event()


def give_way() -> bool:
    """Let others write; return that nothing asks to stop."""
    return _never.wait(_PAUSE_S)
