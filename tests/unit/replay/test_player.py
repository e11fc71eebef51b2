"""A trace is judged by the program's own objects, and each tick is labelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from timeback_desktop.cli import main
from timeback_desktop.clock import Stamp
from timeback_desktop.partition import State
from timeback_desktop.presence.signal import Context, InputCounts, PageFacts, Power, Surface, Tick
from timeback_desktop.replay.player import Played, Player

KEY = InputCounts(keys=1)
PAGE = PageFacts(words=30, context=Context.QUESTION)


def play(*stretches: tuple[int, dict[str, object]]) -> Played:
    ticks: list[Tick] = []
    for seconds, seen in stretches:
        for _ in range(seconds):
            now = (len(ticks) + 1) * 1000
            ticks.append(Tick(Stamp(now, now, now), **({"page": PAGE} | seen)))
    return Player().play(ticks)


def test_the_live_label_is_what_was_known_and_the_final_one_is_back_dated() -> None:
    played = play((1, {"inputs": KEY}), (200, {}), (1, {"inputs": KEY}))
    assert played.live[100] is State.ON_TASK
    assert played.live[160] is State.IDLE
    assert played.final[:31] == [State.ON_TASK] * 31
    assert played.final[31:201] == [State.IDLE] * 170
    assert played.final[201] is State.ON_TASK
    assert played.asked == [152_000]


def test_a_session_that_timed_out_is_followed_by_another() -> None:
    played = play(
        (1, {"inputs": KEY}),
        (900, {}),
        (5, {"surface": Surface.OTHER_PROGRAM}),
        (5, {"power": Power(locked=True)}),
        (3, {"inputs": KEY}),
    )
    assert len(played.final) == len(played.live) == 914
    assert set(played.final[31:901]) == {State.IDLE}
    assert played.final[901:911] == [State.OFF_APP] * 5 + [State.AWAY] * 5
    assert played.final[911:] == [State.ON_TASK] * 3
    assert [summary.end_reason for summary in played.sessions] == ["timed_out", "ended"]


def test_an_empty_trace_has_no_labels_and_no_time() -> None:
    assert Player().play([]).as_json() == {"ticks": 0, "time": None, "sessions": []}


def test_the_command_writes_a_label_a_tick_and_the_summary(tmp_path: Path) -> None:
    trace = tmp_path / "day.trace.jsonl"
    trace.write_text("".join(f'{{"t": {s * 1000}, "keys": 1}}\n' for s in range(20)))
    out = tmp_path / "new" / "folder"
    assert main(["replay", str(trace), "--out", str(out)]) == 0
    assert (out / "day.labels").read_text() == "on_task\n" * 20
    assert '"engaged_s": 20' in (out / "day.summary.json").read_text()


def test_a_bad_trace_leaves_nothing_and_the_others_are_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.trace.jsonl", tmp_path / "bad.trace.jsonl"
    good.write_text('{"t": 0}\n')
    bad.write_text('{"t": 0}\n{"t": "soon"}\n')
    out = tmp_path / "out"
    assert main(["replay", str(bad), str(good), "--out", str(out)]) == 1
    assert "bad.trace.jsonl, line 2" in capsys.readouterr().err
    assert sorted(file.name for file in out.iterdir()) == ["good.labels", "good.summary.json"]


@pytest.mark.parametrize("extra", [["--access", "hurried"], ["--out", "/dev/null/x"]])
def test_what_cannot_be_done_is_said(tmp_path: Path, extra: list[str]) -> None:
    trace = tmp_path / "a.trace.jsonl"
    trace.write_text('{"t": 0}\n')
    assert main(["replay", str(trace), "--out", str(tmp_path / "o"), *extra]) == 3
