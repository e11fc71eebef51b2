"""Run one action: ``python -m timeback_desktop.backend.privacy expire --data DIR``."""

import argparse

from timeback_desktop.backend.privacy.arguments import add_arguments
from timeback_desktop.backend.privacy.command import run


def main() -> int:
    """Read the arguments and act."""
    parser = argparse.ArgumentParser(prog="timeback-desktop privacy", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
