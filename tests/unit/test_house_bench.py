"""The bench runs its pairs in turn and adds up what a process tree really used."""

import os
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "packaging" / "bench"
SPIN_WITH_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
sum(range(5_000_000))
print("ready", flush=True)
time.sleep(60)  # ended by the test; the child then reads the end of its input
"""


@pytest.fixture(autouse=True)
def _bench_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)


def test_pairs_are_measured_in_turn_and_compared_pair_by_pair():
    from pairs import in_pairs

    order = []
    ours, yardstick = iter([2.0, 9.0, 4.0]), iter([1.0, 3.0, 4.0])
    comparison = in_pairs(
        "q",
        3,
        lambda: order.append("A") or {"s": next(ours)},
        lambda: order.append("B") or {"s": next(yardstick)},
    )
    assert "".join(order) == "ABABAB"
    assert comparison.spreads()["s"]["ratio"] == {"min": 1.0, "median": 2.0, "max": 3.0}
    assert comparison.spreads()["s"]["difference"] == {"min": 0.0, "median": 1.0, "max": 6.0}


def test_an_idle_yardstick_has_no_ratio():
    from pairs import Comparison

    assert "ratio" not in Comparison("q", [{"cpu": 1.0}], [{"cpu": 0.0}]).spreads()["cpu"]


def test_a_tree_counts_its_children():
    from process_tree import ProcessTree, started

    with (
        Path(os.devnull).open("ab") as errors,
        started([sys.executable, "-c", SPIN_WITH_A_CHILD], {}, errors) as running,
    ):
        assert running.stdout.readline() == b"ready\n"
        usage = ProcessTree(running.pid).read()
    assert usage.processes == 2
    assert usage.cpu_s > 0
    assert usage.pss_mb > 1


def test_a_program_that_never_says_its_line_is_told():
    from program import BenchError, await_event

    with pytest.raises(BenchError, match="first_paint"):
        await_event(iter([b"starting\n", b'{"event": "other"}\n']), "first_paint")
