"""The two pages of a launch that a person may see: the hand-over, and a refusal.

Both are built from escaped text only, run no script but the one that submits the form,
and may post only to the app that was registered.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from html import escape

from fastapi.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body>{body}</body></html>
"""
_FORM = """<form method="post" action="{action}">
{fields}
<noscript><button type="submit">Go on</button></noscript>
</form>
<script nonce="{nonce}">document.forms[0].submit();</script>"""
_FIELD = '<input type="hidden" name="{name}" value="{value}">'


def hand_over(uri: str, fields: Mapping[str, str], targets: Iterable[str]) -> HTMLResponse:
    """Return a page that posts ``fields`` to ``uri`` at once.

    ``targets`` are the places of that app: browsers hold the redirect which answers the
    form to the same policy as the form itself.
    """
    nonce = secrets.token_urlsafe(16)
    hidden = "\n".join(
        _FIELD.format(name=escape(name), value=escape(value)) for name, value in fields.items()
    )
    form = _FORM.format(action=escape(uri), fields=hidden, nonce=nonce)
    policy = f"{_POLICY}; script-src 'nonce-{nonce}'; form-action {' '.join(targets)}"
    return _page("Opening", form, policy, 200)


def refusal(reason: str) -> HTMLResponse:
    """Return a page of our own that says why nothing was opened; it leads nowhere."""
    body = f"<h1>This app could not be opened</h1><p>{escape(reason)}</p>"
    return _page("Not opened", body, f"{_POLICY}; form-action 'none'", 400)


def _page(title: str, body: str, policy: str, status: int) -> HTMLResponse:
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return HTMLResponse(_PAGE.format(title=title, body=body), status, headers=headers)
