"""What ``timeback-desktop roster`` can be told; cheap to import, so that every command may."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the two actions of the ``roster`` command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    taking = actions.add_parser("import", help="take in a OneRoster CSV package")
    taking.add_argument("package", type=Path, help="a zip, or a folder with the CSV files")
    taking.add_argument("--lenient", action="store_true", help="leave refused rows out")
    taking.add_argument("--dry-run", action="store_true", help="check and count only")
    taking.add_argument("--confirm", action="store_true", help="even if many users are put away")
    taking.add_argument("--report", type=Path, metavar="CSV", help="where refused rows go")
    giving = actions.add_parser("export", help="write a OneRoster CSV package")
    giving.add_argument("package", type=Path, help="the zip to write")
    for action in (taking, giving):
        action.add_argument("--data", type=Path, required=True, metavar="DIR", help="data folder")
        action.add_argument("--database", metavar="URL", help="database; a file in DIR by default")
        action.add_argument(
            "--school", metavar="NAME", help="which school, or the name of a new one"
        )
