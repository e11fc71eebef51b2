"""Ask the probes once a second as the window does, and print as JSON what it cost.

With ``--off`` the same loop without probes, to know what the interpreter itself takes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time

from process_tree import ProcessTree

READ_EVERY_S = 1.0


def main() -> int:
    """Look for some seconds, then print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--off", action="store_true")
    options = parser.parse_args()
    # Imported in both cases: what is compared is the looking, and what looking keeps.
    from timeback_desktop.host.probes.selection import select_probes  # noqa: PLC0415
    from timeback_desktop.presence.probes import Switches  # noqa: PLC0415

    probes = select_probes(Switches(global_input=True))
    if not options.off:
        probes.start()
        probes.look()
    spent, changes = [], []
    begin, cpu = time.monotonic(), time.process_time()
    for second in range(1, options.seconds + 1):
        time.sleep(max(0.0, begin + second * READ_EVERY_S - time.monotonic()))
        before = time.process_time()
        facts = probes.look()
        spent.append(1000 * (time.process_time() - before))
        changes.append(facts.screen_change or 0.0)
    whole, wall = time.process_time() - cpu, time.monotonic() - begin
    figures = {
        "cpu_ms_a_sample": statistics.mean(spent),
        "cpu_percent_of_a_core": 100 * whole / wall,
        "pss_mb": ProcessTree(os.getpid()).read().pss_mb,
        "screen_change": statistics.mean(changes),
    }
    probes.stop()
    print(json.dumps(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
