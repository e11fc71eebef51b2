"""Write the next migration: ``python -m timeback_desktop.backend.db "what changes"``.

For developers who changed a ``models`` module. Read what it wrote before committing it.
"""

import argparse
import tempfile
from pathlib import Path

from timeback_desktop.backend.db.engine import open_engine
from timeback_desktop.backend.db.migrate import migrate, write_step


def main() -> int:
    """Write the step from the last migration to the tables of the code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", help="what changes, in a few words")
    message = parser.parse_args().message
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'present.db'}")
        migrate(engine)
        write_step(engine, message)
        engine.dispose()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
