"""``timeback-desktop sign-in``: a person signs in from the terminal.

Nothing is stored. Without ``--json`` the sign-in only shows that it works, and is ended; with
it, the token answer goes to the output for a script, and everything else beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress

from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.host import system_browser
from timeback_desktop.net.authorization_server import (
    AuthorizationServer,
    Claims,
    Tokens,
    printable,
)
from timeback_desktop.net.browser_sign_in import BrowserSignIn
from timeback_desktop.net.device_sign_in import DeviceSignIn

SCOPE = "openid profile email"
_STOPPED = 130


class _NoBrowser(Exception):
    """No browser took the page."""


def run(options: argparse.Namespace) -> int:
    """Sign somebody in; return the exit code."""
    scope = " ".join(options.scope or [SCOPE])
    try:
        with AuthorizationServer.discover(options.platform) as server:
            tokens = _signed_in(server, scope, device=options.device)
            _tell(_who(server, tokens), out=not options.json)
            if options.json:
                sys.stdout.write(f"{json.dumps(tokens.answer)}\n")
            else:
                server.end(tokens)
    except KeyboardInterrupt:
        _note("\nStopped. Nobody was signed in.")
        return _STOPPED
    return 0


def _signed_in(server: AuthorizationServer, scope: str, *, device: bool) -> Tokens:
    if not device and system_browser.is_there():
        with suppress(_NoBrowser):
            return BrowserSignIn(server, scope).run(_open)
    return _by_code(server, scope)


def _open(page: str) -> None:
    _note(f"Sign in in the browser that opens now. If none does, open this there:\n\n  {page}\n")
    if not system_browser.show(page):
        raise _NoBrowser


def _by_code(server: AuthorizationServer, scope: str) -> Tokens:
    sign_in = DeviceSignIn(server, scope)
    code = sign_in.code
    _note(
        f"In a browser, on this or another device, open\n\n  {code.verification_uri}\n\n"
        f"and type this code:\n\n  {printable(code.user_code)}\n"
    )
    return sign_in.run()


def _who(server: AuthorizationServer, tokens: Tokens) -> Claims | None:
    try:
        return server.claims(tokens)
    except EnvironmentFault:
        return None  # signed in all the same


def _tell(claims: Claims | None, *, out: bool) -> None:
    words = "Signed in."
    if claims is not None:
        known = claims.name or claims.email or claims.sub
        more = ", ".join(part for part in (claims.role, claims.email) if part and part != known)
        words = f"Signed in as {printable(known)}{f' ({printable(more)})' if more else ''}."
    if out:
        sys.stdout.write(f"{words}\n")
        sys.stdout.write("This sign-in ends here; --json prints its token instead.\n")
    else:
        _note(words)


def _note(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
