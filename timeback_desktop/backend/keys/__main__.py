"""Turn the signing keys: ``python -m timeback_desktop.backend.keys --data DIR``.

A running backend signs with the next key from then on; nothing has to be restarted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from timeback_desktop.backend.keys.signing import SigningKeys
from timeback_desktop.backend.settings import Settings
from timeback_desktop.clock import now_ms
from timeback_desktop.errors import ContractFault, EnvironmentFault


def main(arguments: list[str] | None = None) -> int:
    """Turn the ring and tell the name of the key that signs now."""
    parser = argparse.ArgumentParser(prog="python -m timeback_desktop.backend.keys")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the backend")
    settings = Settings(parser.parse_args(arguments).data)
    try:
        kid = SigningKeys.open(settings.keys, now_ms()).turn(now_ms())
    except (ContractFault, EnvironmentFault) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.write(f"{kid} signs from now on.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
