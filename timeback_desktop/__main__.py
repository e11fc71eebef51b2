"""Run the command line: ``python -m timeback_desktop``."""

from timeback_desktop.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
