"""The backend as a process: its arguments, its one line of output, its end.

Importing this is cheap, so that the command line can mount it; what serves is imported
only when it runs. Standard output carries exactly one JSON line, for whoever started the
process; everything else goes to standard error. Exit codes: 0 stopped as asked, 2 called
wrongly, 3 the database is of a newer version, 4 something on this machine is in the way.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from timeback_desktop.backend.registry.addresses import checked_url
from timeback_desktop.backend.settings import Settings
from timeback_desktop.errors import ContractFault, DatabaseTooNew, EnvironmentFault

if TYPE_CHECKING:
    from timeback_desktop.backend.serving import Backend

EXIT_CALLED_WRONGLY, EXIT_TOO_NEW, EXIT_IN_THE_WAY = 2, 3, 4
_MAX_FIRST_LINE = 4096
_LEAST_SECRET = 16
_STDIN = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the ``backend`` command."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="data folder")
    parser.add_argument(
        "--port", type=port_number, default=0, help="port on 127.0.0.1; 0 takes a free one"
    )
    parser.add_argument("--seed", choices=["demo"], help="fill in the demo school and its apps")
    parser.add_argument("--database", metavar="URL", help="database; a file in DIR by default")
    parser.add_argument("--issuer", metavar="URL", help="address that apps know the platform by")
    parser.add_argument(
        "--supervised",
        action="store_true",
        help="read the run secret from standard input, and end when it closes",
    )


def port_number(text: str) -> int:
    """Read a port from the command line."""
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    os.umask(0o077)  # everything in the data folder is for its owner only
    try:
        settings = _settings(arguments)
        secret = read_run_secret() if settings.supervised else None
    except EOFError:
        return 0
    except ContractFault as fault:
        return _told(fault, EXIT_CALLED_WRONGLY)
    return _serve(settings, secret)


def _settings(arguments: argparse.Namespace) -> Settings:
    if arguments.issuer is not None:
        checked_url(arguments.issuer, "--issuer")
    return Settings(
        data=arguments.data.absolute(),
        port=arguments.port,
        database=arguments.database,
        seed=arguments.seed,
        issuer=arguments.issuer,
        supervised=arguments.supervised,
    )


def _serve(settings: Settings, run_secret: str | None) -> int:
    from timeback_desktop.backend.serving import Backend  # noqa: PLC0415 heavy, see above

    backend = Backend(settings, run_secret=run_secret)
    _stop_on_signals(backend)
    if settings.supervised:
        threading.Thread(target=_wait_for_parent, args=[backend.stop], daemon=True).start()
    try:
        asyncio.run(backend.serve(_tell_ready))
    except DatabaseTooNew as fault:
        return _told(fault, EXIT_TOO_NEW)
    except EnvironmentFault as fault:
        return _told(fault, EXIT_IN_THE_WAY)
    return 0


def _told(fault: Exception, code: int) -> int:
    sys.stderr.write(f"{fault}\n")
    return code


def _tell_ready(settings: Settings) -> None:
    # What is there now stays to the end: the collector need not look at it ever again.
    gc.freeze()
    sys.stdout.write(json.dumps({"url": settings.url, "pid": os.getpid()}) + "\n")
    sys.stdout.flush()


def _stop_on_signals(backend: Backend) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: backend.stop())


def read_run_secret() -> str:
    """Read ``{"run_secret": …}`` from standard input; ``EOFError`` when nobody is there."""
    line = b""
    while not line.endswith(b"\n") and len(line) <= _MAX_FIRST_LINE:
        # Read without Python's buffer: a thread blocked in one cannot be left at exit.
        byte = os.read(_STDIN, 1)
        if not byte:
            raise EOFError
        line += byte
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    secret = told.get("run_secret") if isinstance(told, dict) else None
    if not isinstance(secret, str) or len(secret) < _LEAST_SECRET:
        raise ContractFault('The first line of input must be {"run_secret": "..."}.')
    return secret


def _wait_for_parent(stop: Callable[[], None]) -> None:
    """Stop when standard input closes: the parent has ended, however that came about."""
    try:
        while os.read(_STDIN, 1024):
            pass
    except OSError:
        logging.getLogger(__name__).info("Standard input is gone.")
    stop()
