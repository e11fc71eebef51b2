"""Keep secrets and addresses out of the logs, whoever writes them.

Removed: bearer tokens, JWTs, anything after a ``?`` or ``#`` in a URL (launch hints and
authorization answers travel there), and values named like secrets.
"""

from __future__ import annotations

import logging
import re

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"eyJ[\w-]{4,}(?:\.[\w-]*){0,2}"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [secret]"),
    (re.compile(r"(\bhttps?://[^\s?#\"'<>]*)[?#][^\s\"'<>]*"), r"\1?[removed]"),
    (
        re.compile(
            r"(?i)([\"']?\b(?:run_secret|client_secret|access_token|refresh_token|id_token|"
            r"login_hint|lti_message_hint|password|pin)\b[\"']?\s*[=:]\s*)[\"']?[^\s,;&\"'}]+[\"']?"
        ),
        r"\1[secret]",
    ),
)


def redact(text: str) -> str:
    """Return the text without anything that opens a door."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Format a record, traceback included, and redact the result."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the redacted line."""
        return redact(super().format(record))
