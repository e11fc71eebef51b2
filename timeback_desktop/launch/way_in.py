"""A way into an app: where a launch begins, and what belongs to the app right now."""

from __future__ import annotations

from typing import Annotated

import msgspec


class WayIn(msgspec.Struct, frozen=True, rename="camel"):
    """A launch that the platform has opened, good once and for a minute.

    ``url`` carries single-use hints: it is never logged, stored or shown. ``allowed_hosts``
    come with it because an app may have moved since the catalog was read.
    """

    url: Annotated[str, msgspec.Meta(pattern="^https?://[^/]", max_length=8000)]
    allowed_hosts: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=50)]

    def __repr__(self) -> str:
        """Name the hosts, never the hints."""
        return f"WayIn({', '.join(self.allowed_hosts)})"
