"""Sandboxes: for each publisher a school of pretended people to try everything out on.

A sandbox is a tenant of its own, reached below ``/sandbox`` only and with credentials that
are good nowhere else; all apps of a publisher share theirs. It begins as the canonical
roster, under identifiers derived from (publisher, kind, key), and is put back to that on
request: what was written is gone, who may call stays.
"""
