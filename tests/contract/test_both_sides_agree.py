"""The student's card and the coach's page: the same session, told over the wire, measured twice.

Left: the client's own fold over what it recorded. Right: what the platform answers after it
took the client's events, in any order. They agree to the millisecond, before and after every
review, in the list of sessions, in the overview and on the strip.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.backends import RUN_SECRET, InProcess
from tests.helpers.event_door import AVA, START, send
from timeback_desktop import ids
from timeback_desktop.backend.demo.seed import STUDENT_ID, demo_id
from timeback_desktop.caliper.entities import App
from timeback_desktop.caliper.envelope import wrap
from timeback_desktop.clock import iso_utc
from timeback_desktop.coaching.summary import Stretch, settled, totals_of
from timeback_desktop.ids import SessionId
from timeback_desktop.partition import WASTED, Overlay, State, Totals
from timeback_desktop.presence.segments import Segment
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.model import EndReason, Session
from timeback_desktop.sessions.verdicts import Contest, Judgement, KeptVerdict, Review
from timeback_desktop.waste.verdict import Insight, ReviewResult, Verdict

COACH = demo_id("user", "priya.raman")
KINDS = [*Overlay, *sorted(WASTED), Insight.NEEDS_HELP]
segments = st.lists(
    st.tuples(st.sampled_from(State), st.integers(1, 15_000)), min_size=1, max_size=30
)
verdicts = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.floats(0, 1),
        st.floats(0, 1),
        st.sampled_from([None, *ReviewResult]),
        st.booleans(),
    ),
    max_size=6,
)


def recorded(told: list[tuple[State, int]], start: int) -> list[Segment]:
    at, found = 0, []
    for state, ms in told:
        found.append(Segment(state, None, at, at + ms, start + at))
        at += ms
    return found


def judged(told: list[Any], start: int, length: int) -> list[Judgement]:
    found = []
    for kind, one, other, result, contested in told:
        first, last = sorted((round(one * length), round(other * length)))
        if first < last:
            verdict = Verdict(kind, "rule", 1, first, last, start + first, 0.5)
            kept = KeptVerdict(ids.mint(), verdict)
            review = result and Review(kept.id, COACH, start + length + 1, result, "Seen.")
            found.append(Judgement(kept, contested, review or None))
    return found


def outbox(session: Session, time: list[Segment], judgements: list[Judgement]) -> list[bytes]:
    """Everything that the client sends of this session."""
    closed = session.end(Totals.fold((s.state, s.ms) for s in time), EndReason.ENDED)
    events = [wire.begun(session), *wire.spent(session, wire.keep(time)), wire.ended(closed)]
    for each in judgements:
        events += wire.judged(session, each.kept, 0)
        if each.contested:
            at = session.started_at_ms + each.verdict.to_ms
            events.append(wire.disputed(session, Contest(each.id, AVA.id, at)))
        if each.review is not None:
            events.append(wire.disputed(session, each.review))
    return [event.body for event in events]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(segments, verdicts, st.randoms(use_true_random=False))
def test_the_client_and_the_platform_never_disagree(
    site: InProcess, told: list[tuple[State, int]], flagged: list[Any], random: Random
) -> None:
    start = START - random.randrange(1, 300) * 86_400_000  # a day of its own
    session = Session(SessionId(ids.mint()), AVA, App(site.tool.id, "Tool", "Math"), start)
    time = recorded(told, start)
    judgements = judged(flagged, start, time[-1].to_ms)
    bodies = outbox(session, time, judgements)
    random.shuffle(bodies)
    answer = send(site, RUN_SECRET, wrap("urn:x:desktop", start, bodies)).json()
    assert {result["status"] for result in answer["results"]} == {"accepted"}

    stretches = [Stretch(s.state, s.detail, s.started_at_ms, s.ms) for s in time]
    ours = totals_of(stretches, judgements).as_wire()
    token, user = site.sign_in(), f"/insights/1.0/users/{STUDENT_ID}"
    bounds = f"from={iso_utc(start)}&to={iso_utc(start + time[-1].to_ms)}"
    asked = f"{user}/sessions?include=segments,insights&{bounds}"
    rows = site.get(asked, token).json()["sessions"]
    (row,) = [each for each in rows if each["id"] == f"urn:uuid:{session.id}"]
    assert row["time"] == ours
    if len(rows) == 1:
        assert site.get(f"{user}/overview?{bounds}", token).json()["totals"]["time"] == ours
    strip = [(each["state"], each["ms"]) for each in row["segments"] if each["state"]]
    shown = [(s.state, s.ms) for s in settled(stretches, judgements)]
    for state in {*State} - {State.SUSPENDED}:
        assert sum(ms for each, ms in strip if each == state) == sum(
            ms for each, ms in shown if each is state
        )
    assert {each["id"]: each["contested"] for each in row["insights"]} == {
        each.id: each.contested for each in judgements
    }
