"""The command line: run, backend, roster, privacy, account, sign-in, summary, replay, doctor.

Nothing heavy is imported before a command is chosen: ``summary`` needs neither Qt nor a
running backend, ``backend`` needs no Qt.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from timeback_desktop import __version__
from timeback_desktop.errors import EnvironmentFault


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 good, 1 failed, 2 usage, 3 environment."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except EnvironmentFault as fault:
        print(f"timeback-desktop: {fault}", file=sys.stderr)  # noqa: T201
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="timeback-desktop", description="The window a student learns in."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="open the window"))
    _add_backend(commands.add_parser("backend", help="run the platform alone"))
    _add_account(commands.add_parser("account", help="let people into a platform"))
    _add_sign_in(commands.add_parser("sign-in", help="sign in at a platform from the terminal"))
    _add_summary(commands.add_parser("summary", help="tell how a student's day went"))
    _add_roster(commands.add_parser("roster", help="move a school's roster in and out as CSV"))
    _add_privacy(commands.add_parser("privacy", help="look after what is kept about people"))
    _add_doctor(commands.add_parser("doctor", help="say what this computer can tell"))
    _add_replay(commands.add_parser("replay", help="judge recorded activity once more"))
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="the data folder (default: the user's own)")


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--seed", choices=["demo", "none"], default="demo")
    parser.add_argument("--theme", choices=["system", "light", "dark"], default="system")
    parser.add_argument("--text-scale", type=_scale, default=1.0, metavar="1.0-2.0")
    play = parser.add_mutually_exclusive_group()
    play.add_argument("--smoke", action="store_true", help="use an app once, check, and exit")
    play.add_argument("--screenshot", type=Path, metavar="FILE", help="picture Home, and exit")
    play.add_argument("--bench", choices=["first-paint", "sampling=on", "sampling=off"])
    parser.add_argument("--seconds", type=int, default=30, help="how long --bench sampling runs")
    parser.set_defaults(command=_run)


def _scale(text: str) -> float:
    value = float(text)
    if not 0.5 <= value <= 3.0:
        raise argparse.ArgumentTypeError("the text scale goes from 0.5 to 3.0")
    return value


def _run(options: argparse.Namespace) -> int:
    from timeback_desktop.bootstrap.claim import Claim  # noqa: PLC0415

    claim = Claim(options.data, None if options.seed == "none" else options.seed)
    # The backend loads while the window's libraries are imported here.
    from timeback_desktop.bootstrap import program, scripts  # noqa: PLC0415

    look = program.Look(options.theme, options.text_scale)
    script: program.ScriptMaker | None = None
    if options.smoke:
        script = scripts.smoke
    elif options.screenshot:
        script = scripts.screenshot(options.screenshot)
    elif options.bench == "first-paint":
        script = scripts.first_paint
    elif options.bench:
        script = scripts.sampling(on=options.bench.endswith("on"), seconds=options.seconds)
    limit_ms = 60_000 + options.seconds * 1000
    return program.run(claim, look, script, limit_ms=limit_ms)


def _add_backend(parser: argparse.ArgumentParser) -> None:
    from timeback_desktop.backend.server import add_arguments  # noqa: PLC0415

    add_arguments(parser)
    parser.set_defaults(command=_backend)


def _backend(options: argparse.Namespace) -> int:
    from timeback_desktop.backend.server import run  # noqa: PLC0415

    return run(options)


def _add_account(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make an account and print a link for its owner")
    create.add_argument("--data", type=Path, required=True, metavar="DIR", help="data folder")
    create.add_argument("--database", metavar="URL", help="database; a file in DIR by default")
    create.add_argument("--issuer", metavar="URL", help="address that people reach the server by")
    create.add_argument("--email", required=True, help="how its owner signs in")
    create.add_argument("--name", help="what its owner is called")
    create.add_argument("--admin", action="store_true", help="let it look after the school")
    create.add_argument("--school", default="School", metavar="NAME", help="if there is none yet")
    create.set_defaults(command=_account_create)


def _account_create(options: argparse.Namespace) -> int:
    from timeback_desktop.backend.signin.command import create  # noqa: PLC0415 heavy

    return create(options)


def _add_sign_in(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--platform", required=True, metavar="URL", help="address of the platform")
    parser.add_argument(
        "--scope", action="append", type=_scopes, help="what to ask for (default: who it is)"
    )
    parser.add_argument("--device", action="store_true", help="by a code, in a browser elsewhere")
    parser.add_argument("--json", action="store_true", help="print the token answer")
    parser.set_defaults(command=_sign_in)


def _scopes(text: str) -> str:
    # RFC 6749, 3.3: visible letters but for the quotation mark and the backslash.
    if not text.split() or any(not "!" <= x <= "~" or x in '"\\' for x in "".join(text.split(" "))):
        raise argparse.ArgumentTypeError("a scope has visible letters only")
    return " ".join(text.split())


def _sign_in(options: argparse.Namespace) -> int:
    from timeback_desktop.bootstrap.sign_in import run  # noqa: PLC0415 heavy

    return run(options)


def _add_roster(parser: argparse.ArgumentParser) -> None:
    from timeback_desktop.backend.oneroster.files.arguments import add_arguments  # noqa: PLC0415

    add_arguments(parser)
    parser.set_defaults(command=_roster)


def _roster(options: argparse.Namespace) -> int:
    from timeback_desktop.backend.oneroster.files.command import run  # noqa: PLC0415

    return run(options)


def _add_privacy(parser: argparse.ArgumentParser) -> None:
    from timeback_desktop.backend.privacy.arguments import add_arguments  # noqa: PLC0415

    add_arguments(parser)
    parser.set_defaults(command=_privacy)


def _privacy(options: argparse.Namespace) -> int:
    from timeback_desktop.backend.privacy.command import run  # noqa: PLC0415

    return run(options)


def _add_summary(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--student", required=True, metavar="ID")
    parser.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=_summary)


def _summary(options: argparse.Namespace) -> int:
    from timeback_desktop.bootstrap.reading import day_summary  # noqa: PLC0415
    from timeback_desktop.coaching.report import day_text  # noqa: PLC0415

    day = day_summary(options.data, options.student, options.day)
    text = json.dumps(day.as_json(), indent=2) if options.json else day_text(day)
    print(text)  # noqa: T201
    return 0


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from timeback_desktop.bootstrap.doctor import run  # noqa: PLC0415

    return run(options.data, as_json=options.json)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("traces", nargs="+", type=Path, metavar="TRACE")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where labels go")
    parser.add_argument("--live", action="store_true", help="label what was known at that second")
    parser.add_argument("--access", default="standard", metavar="PROFILE", help="how they work")
    parser.set_defaults(command=_replay)


def _replay(options: argparse.Namespace) -> int:
    from timeback_desktop.replay.command import run  # noqa: PLC0415

    return run(options.traces, options.out, access=options.access, live=options.live)
