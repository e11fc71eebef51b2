"""Nothing that opens a door stands in a log line."""

from __future__ import annotations

import logging
import sys

import pytest

from timeback_desktop.privacy.redaction import RedactingFormatter, redact

SECRET = "s3cr3t-VALUE-0123456789"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}==",
        f"GET https://tool.example/login?login_hint={SECRET}&iss=x 302",
        f"redirected to http://127.0.0.1:9/cb#state={SECRET}",
        f'{{"run_secret": "{SECRET}"}}',
        f"client_secret={SECRET}",
        f"pin: {SECRET}",
        f"'access_token': '{SECRET}'",
        f"token eyJhbGciOiJSUzI1NiJ9.eyJ{SECRET}.abc",
        f"lti_message_hint = {SECRET}; next",
    ],
)
def test_secrets_are_taken_out(line: str) -> None:
    assert SECRET not in redact(line)
    assert "eyJ" not in redact(line)


@pytest.mark.parametrize("line", ["session 0192f0c1 began", "GET /insights/1.0/users 200 4 ms"])
def test_plain_facts_stay(line: str) -> None:
    assert redact(line) == line


def test_a_traceback_is_redacted_as_well() -> None:
    try:
        int(f"https://tool.example/?code={SECRET}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "bad", None, sys.exc_info())
    text = RedactingFormatter("%(message)s").format(record)
    assert "invalid literal" in text
    assert SECRET not in text
