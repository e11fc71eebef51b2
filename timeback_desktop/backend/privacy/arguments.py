"""What ``timeback-desktop privacy`` can be told; cheap to import, so that every command may."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of the ``privacy`` command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    expiring = actions.add_parser("expire", help="take away what was kept long enough")
    checking = actions.add_parser("audit", help="check that nobody changed the audit trail")
    checking.add_argument(
        "--through", metavar="NUMBER:SHA256", help="an end of the trail that was kept elsewhere"
    )
    giving = actions.add_parser("export", help="write everything that is kept about a person")
    giving.add_argument("--user", required=True, metavar="ID", help="the person's sourcedId")
    giving.add_argument("package", type=Path, help="the zip to write")
    for action in (expiring, checking, giving):
        action.add_argument("--data", type=Path, required=True, metavar="DIR", help="data folder")
        action.add_argument("--database", metavar="URL", help="database; a file in DIR by default")
        action.add_argument("--school", metavar="NAME", help="which school, if there are several")
