"""The shield and the report tell what runs now, and what cannot."""

from __future__ import annotations

import pytest

from timeback_desktop.presence.probes import Capability, NoProbes, ProbeName, ProbeState
from timeback_desktop.ui.shield_facts import computer_lines, shield_view


def _all(state: ProbeState) -> list[Capability]:
    return [Capability(name, state, "x11") for name in ProbeName]


@pytest.mark.parametrize(("state", "count"), [(ProbeState.WORKING, 5), (ProbeState.OFF, 0)])
def test_only_what_works_is_said_to_run(state: ProbeState, count: int) -> None:
    assert len(shield_view(_all(state), awake=True).running) == count


def test_on_a_pause_nothing_runs_and_nothing_but_its_length_is_recorded() -> None:
    view = shield_view(_all(ProbeState.WORKING), awake=False)
    assert (tuple(view.running), tuple(view.recorded)) == ((), ())
    assert "pause" in view.summary


@pytest.mark.parametrize("state", ProbeState)
def test_every_probe_is_told_in_words(state: ProbeState) -> None:
    lines = computer_lines(_all(state))
    assert len({line.title for line in lines}) == len(ProbeName)
    assert all(line.told and line.standing for line in lines)
    assert {line.works for line in lines} == {state is ProbeState.WORKING}


def test_a_system_that_tells_nothing_says_so() -> None:
    assert [line.standing for line in computer_lines(NoProbes().report())] == ["Switched off"] * 5
