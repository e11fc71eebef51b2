"""The runner counts every test, and lets no skip and no dead process pass unseen."""

from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PACKAGING)
    import run_tests

    return run_tests


def report(path: Path, *inside: str) -> Path:
    cases = "".join(
        f'<testcase classname="m" name="t{n}">{x}</testcase>' for n, x in enumerate(inside)
    )
    path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")
    return path


def counted(suite: ModuleType, file: Path, code: int):
    tally = suite.Tally()
    suite.count(suite.Run("some", ()), file, code, tally)
    return tally


@pytest.mark.parametrize(
    ("inside", "passed", "failed"),
    [
        ("", 1, 0),
        ("<failure/>", 0, 1),
        ("<error/>", 0, 1),
        ('<skipped type="pytest.xfail" message="known"/>', 1, 0),
    ],
)
def test_each_outcome_counts_once(suite, tmp_path, inside, passed, failed):
    tally = counted(suite, report(tmp_path / "r.xml", inside), 1 if failed else 0)
    assert (tally.passed, tally.failed) == (passed, failed)


@pytest.mark.parametrize("code", [-11, -9, 3, 4])
def test_a_process_that_dies_is_a_failure_even_without_a_report(suite, tmp_path, code):
    tally = counted(suite, tmp_path / "never-written.xml", code)
    assert (tally.passed, tally.failures) == (0, [f"some: the process ended with {code}"])


def test_a_file_whose_tests_are_all_slow_is_no_failure(suite, tmp_path):
    assert counted(suite, report(tmp_path / "r.xml"), 5).failed == 0


@pytest.mark.parametrize(
    ("reason", "failed"),
    [
        ("needs a display", 0),
        ("", 1),
        ("unconditional skip", 1),
        ("it's flaky", 1),
    ],
)
def test_a_skip_passes_only_with_an_accepted_reason(suite, tmp_path, capsys, reason, failed):
    skip = ET.tostring(
        ET.Element("skipped", type="pytest.skip", message=reason), encoding="unicode"
    )
    tally = counted(suite, report(tmp_path / "r.xml", skip), 0)
    suite.judge_skips(tally)
    assert (tally.passed, tally.failed) == (0, failed)
    assert f"skipped: m::t0: {reason}" in capsys.readouterr().out


def test_every_test_file_runs_once(suite):
    runs = suite.planned(full=True)
    folders = ("contract", "ui/browser", "e2e", "frozen")
    files = [file for folder in folders for file in suite.files_of(folder)]
    together = [run for run in runs if run.name in {"shared", "ui"}]
    others = [run for run in runs if run not in together and not run.variables]
    named = [argument for run in others for argument in run.arguments]
    assert sorted(named) == sorted(map(str, files))
    assert len(together) == 2


def test_what_watches_real_clocks_runs_alone_and_last(suite):
    runs = suite.planned(full=False)
    (two, first), (one, last) = suite.in_turns(runs)
    assert (two, one) == (2, 1)
    assert sorted(run.name for run in [*first, *last]) == sorted(run.name for run in runs)
    assert all(run.on_display for run in last)


def test_on_postgresql_run_all_tests_of_the_backend_and_no_web_view(suite):
    runs = [run for run in suite.planned(full=True) if run.variables]
    assert runs == suite.on_postgresql()
    if runs:
        folders = [Path(folder).name for run in runs for folder in run.arguments]
        assert folders == ["contract", "backend"]
    assert not any(run.variables for run in suite.planned(full=False))


def test_what_a_machine_cannot_test_is_told(suite, monkeypatch):
    monkeypatch.setattr(suite.clients, "interpreter", lambda _oldest: None)
    told = suite.missing_here([], full=True)
    assert [note.partition(":")[0] for note in told] == ["not tested here"] * 4
    monkeypatch.setattr(suite.clients, "interpreter", lambda _oldest: "python")
    assert suite.missing_here([], full=False) == []


def test_without_full_the_slow_and_the_frozen_stay_out(suite):
    runs = suite.planned(full=False)
    assert all(run.arguments[:2] == ("-m", "not slow") for run in runs)
    assert not any(run.name.startswith("frozen") for run in runs)
