"""Threads that read their first event at the same time agree on the types of its parts."""

import subprocess
import sys
from pathlib import Path

ASKED_AT_ONCE = """
import sys, threading
from timeback_desktop.caliper.shapes import shapes
sys.setswitchinterval(0.0001)
found, start = [], threading.Barrier(4)
def ask():
    start.wait()
    found.append(shapes())
threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len({id(each) for each in found}) == 1
"""


def test_the_types_are_built_once():
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", ASKED_AT_ONCE], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
