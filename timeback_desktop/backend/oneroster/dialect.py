"""What published clients look for in a read beside the standard, and who is told of it.

The official schema forbids every member that it does not name, and a conformance suite holds
a platform to that. Yet the published clients cannot read a list without some: 0.3.0 pages by
counts in the body and demands members of OneRoster 1.1, 0.4.0 looks for terms under ``terms``.
They name themselves only by the library that both of them call with. So that library is told
these members, and whoever uses TimeBack's own short paths; everybody else gets the standard.
"""

from __future__ import annotations

from fastapi import Request

from timeback_desktop.backend.environments import ALIASES, door_of

_LIBRARY = "python-httpx/"
HEADERS = {"Vary": "User-Agent"}


def is_spoken(request: Request) -> bool:
    """Tell whether the caller looks for more than the standard has."""
    agent = request.headers.get("user-agent", "")
    return door_of(request).called in ALIASES or agent.startswith(_LIBRARY)
