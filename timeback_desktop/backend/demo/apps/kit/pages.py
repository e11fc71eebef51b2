"""The frame around every page of a learning app: HTML by hand, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

FRAGMENT_HEADER = "x-stage"


def wants_fragment(request: Request) -> bool:
    """Tell whether ``stage.js`` asks, which swaps the stage and needs no frame."""
    return FRAGMENT_HEADER in request.headers


def page(title: str, stage: str, *, nav: str = "", status: int = 200) -> HTMLResponse:
    """Return a whole page with ``stage`` (trusted markup) in its middle."""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/kit/kit.css">
<link rel="stylesheet" href="/static/app.css">
<script src="/kit/stage.js" defer></script>
</head>
<body>
<header class="top"><img src="/icon.svg" alt="" width="40" height="40"><span>{escape(title)}</span>
{nav}</header>
<main id="stage" tabindex="-1">{stage}</main>
<p id="notice" role="status"></p>
</body>
</html>
""",
        status,
    )


def told(events: Iterable[Mapping[str, Any]]) -> str:
    """Return markup that tells the page what was just reported; ``stage.js`` passes it on.

    A window that watches over the page hears it there at once, whatever the network does.
    """
    listed = list(events)
    if not listed:
        return ""
    # No sign in the data may end the element that holds it.
    data = json.dumps(listed, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" data-caliper>{data}</script>'


def message_page(app_name: str, heading: str, text: str, *, status: int) -> HTMLResponse:
    """Return a page that only says something; heading and text are plain text."""
    stage = f"""<section class="card calm">
<img class="hero" src="/icon.svg" alt="" width="120" height="120">
<h1>{escape(heading)}</h1><p class="lead">{escape(text)}</p></section>"""
    return page(app_name, stage, status=status)
