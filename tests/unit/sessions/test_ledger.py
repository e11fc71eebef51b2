"""The fold of an open session: whatever arrives in what order, it is the product's one fold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.recording import verdict
from timeback_desktop.partition import Mark, Overlay, Piece, State, measure
from timeback_desktop.presence.segments import Segment
from timeback_desktop.sessions.ledger import Ledger
from timeback_desktop.sessions.verdicts import Judgement, KeptVerdict

BASE = 1_790_000_000_000
LENGTHS = st.lists(st.tuples(st.sampled_from(list(State)), st.integers(1, 15_000)), max_size=30)
SPANS = st.tuples(st.integers(0, 200_000), st.integers(1, 60_000))


def segments(lengths: list[tuple[State, int]], step_at: int = -1) -> list[Segment]:
    made, now, base = [], 0, BASE
    for number, (state, ms) in enumerate(lengths):
        base += 3_600_000 * (number == step_at)
        made.append(Segment(state, None, now, now + ms, base + now))
        now += ms
    return made


@settings(deadline=None)
@given(LENGTHS, st.lists(SPANS, max_size=4), st.integers(0, 30), st.integers(-1, 30))
def test_it_is_measure_wherever_the_session_stands(
    lengths: list[tuple[State, int]], spans: list[tuple[int, int]], final: int, step_at: int
) -> None:
    parts = segments(lengths, step_at)
    ledger = Ledger()
    ledger.add(parts[:final])
    told = [verdict(Overlay.RUSHING, at, at + ms) for at, ms in spans]
    cut = [part for each in told for part in ledger.cut(each)]
    ledger.judge(Judgement(KeptVerdict("v", part)) for part in cut)
    marks = [Mark(Overlay.RUSHING, p.started_at_ms, p.started_at_ms + p.ms) for p in cut]
    pieces = [Piece(s.state, s.started_at_ms, s.started_at_ms + s.ms) for s in parts]
    assert ledger.totals(parts[final:]) == measure(pieces, marks)
    assert ledger.totals() == measure(pieces[:final], marks)


@settings(deadline=None)
@given(LENGTHS, SPANS, st.integers(-1, 30))
def test_a_cut_verdict_is_as_long_as_its_part_of_the_session(
    lengths: list[tuple[State, int]], span: tuple[int, int], step_at: int
) -> None:
    parts, (at, ms) = segments(lengths, step_at), span
    end = parts[-1].to_ms if parts else 0
    ledger = Ledger()
    ledger.add(parts[:7])
    cut = ledger.cut(verdict(Overlay.RUSHING, at, at + ms), parts[7:])
    assert sum(part.ms for part in cut) == max(0, min(at + ms, end) - at)
    for part in cut:
        under = next(s for s in parts if s.from_ms <= part.from_ms < s.to_ms)
        assert part.started_at_ms == under.started_at_ms + part.from_ms - under.from_ms


def test_time_on_task_under_a_verdict_is_what_was_engaged() -> None:
    ledger = Ledger()
    ledger.add(segments([(State.ON_TASK, 10_000), (State.IDLE, 5_000), (State.TRANSIT, 5_000)]))
    (told,) = ledger.cut(verdict(Overlay.RUSHING, 8_000, 17_000))
    assert ledger.engaged_ms(told) == 4_000
