"""Run the backend alone: ``python -m timeback_desktop.backend --data DIR``."""

import argparse

from timeback_desktop.backend.server import add_arguments, run


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="timeback-desktop backend", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
