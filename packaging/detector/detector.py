"""Score the judge: labelled hours, children at work, and generated learners of every profile.

``python packaging/detector/detector.py [--hours DIR] [--json FILE]``. The labelled hours
(``sNNN.trace.jsonl.gz`` with ``sNNN.labels.gz``) are not part of this repository; without them
the rest is scored. Prints the figures beside those of simpler rules on the same hours.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CHILDREN = ROOT / "tests" / "fixtures" / "justhink" / "touches.json"
USUAL_HOURS = ROOT.parent / "shared" / "data" / "traces"
sys.path.insert(0, str(HERE))

from learners import Learner  # noqa: E402

from timeback_desktop.clock import Stamp  # noqa: E402
from timeback_desktop.partition import WASTED, State  # noqa: E402
from timeback_desktop.presence.profiles import AccessProfile, adapted  # noqa: E402
from timeback_desktop.presence.signal import Context, InputCounts, PageFacts, Tick  # noqa: E402
from timeback_desktop.presence.thresholds import Thresholds  # noqa: E402
from timeback_desktop.replay.player import Played, Player  # noqa: E402
from timeback_desktop.replay.score import Score  # noqa: E402
from timeback_desktop.replay.trace import read_ticks  # noqa: E402

Figures = dict[str, float | None]

ANCHORS: tuple[tuple[str, float, int, int], ...] = (
    ("page visible only", 0.58, 202, 0),
    ("no input for 180 s, whole gap (ActivityWatch)", 0.16, 692, 459),
    ("each gap capped at 120 s (IXL)", 0.46, 451, 340),
    ("no input for 300 s, whole gap (RescueTime)", 0.48, 424, 315),
    ("a context rule of 30 lines", 0.80, 111, 0),
)
"""Simpler rules on the labelled hours: kappa, error s/h, false waste s/h."""

GENERATED_LEARNERS = 20
_BEGIN_MS = 1_767_600_000_000


def add(score: Score, truth: Sequence[State], played: Played) -> None:
    """Add one trace to a score."""
    asked = [at // 1000 - 1 for at in played.asked]
    score.add(truth, played.final, played.live, asked)


def labelled(folder: Path) -> Score:
    """Score the labelled hours of a folder. Raises ``OSError`` for one without its labels."""
    score = Score()
    for trace in sorted(folder.glob("*.trace.jsonl.gz")):
        labels = trace.with_name(trace.name.replace(".trace.jsonl.gz", ".labels.gz"))
        words = gzip.decompress(labels.read_bytes()).decode("ascii").split()
        truth = [State(word) for word in words]
        add(score, truth, Player().play(read_ticks(trace)))
    return score


def children(context: Context) -> Score:
    """Score pairs of children who were on task all along."""
    score = Score()
    for pair in json.loads(CHILDREN.read_text(encoding="utf-8")).values():
        ticks = list(touch_ticks(pair["touch_ms"], pair["end_ms"], context))
        add(score, [State.ON_TASK] * len(ticks), Player().play(ticks))
    return score


def touch_ticks(touches: Iterable[int], end_ms: int, context: Context) -> Iterator[Tick]:
    """Yield a tick a second with the touches that fell into it."""
    seconds = [touch // 1000 for touch in touches]
    for second in range(end_ms // 1000):
        stamp = Stamp((second + 1) * 1000, _BEGIN_MS + second * 1000, (second + 1) * 1000)
        touched = InputCounts(touches=seconds.count(second))
        yield Tick(stamp, touched, page=PageFacts(words=40, context=context))


def generated(profile: AccessProfile, learners: int = GENERATED_LEARNERS) -> Score:
    """Score generated learners of a profile, each for an hour, with that profile's limits."""
    score = Score()
    limits = adapted(Thresholds(), profile)
    for seed in range(learners):
        for hour in Learner(seed, profile).hours(1):
            add(score, hour.truth, Player(limits).play(hour.ticks))
    return score


def fairness(scores: dict[AccessProfile, Score]) -> tuple[AccessProfile, float, float]:
    """Return the worst profile, its share of work called waste, and that of the best."""
    shares = {profile: _share(score) for profile, score in scores.items()}
    worst = max(shares, key=lambda profile: shares[profile])
    return worst, shares[worst], min(shares.values())


def _share(score: Score) -> float:
    worked = sum(n for (truth, _), n in score.pairs.items() if truth not in WASTED)
    return score.false_waste / max(1, worked)


def show(what: str, figures: Figures) -> None:
    """Print one line of figures."""
    told = "  ".join(f"{name} {value}" for name, value in figures.items())
    print(f"{what}:\n    {told}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Score everything that is there."""
    parser = argparse.ArgumentParser(description=__doc__, prog="make detector")
    parser.add_argument("--hours", type=Path, default=USUAL_HOURS, help="the labelled hours")
    parser.add_argument("--json", type=Path, help="also write the figures to a file")
    options = parser.parse_args(arguments)
    results: dict[str, Figures] = {}
    if any(options.hours.glob("*.trace.jsonl.gz")):
        results["labelled hours"] = labelled(options.hours).figures()
        show("labelled hours", results["labelled hours"])
        for rule, kappa, error, false in ANCHORS:
            print(f"    {rule}: kappa {kappa}, error {error} s/h, false waste {false} s/h")
    else:
        print(f"no labelled hours in {options.hours.name}/ (name their folder with --hours)")
    for context in (Context.DISCUSSION, Context.UNKNOWN):
        name = f"JUSThink, page said to be {context}"
        score = children(context)
        results[name] = {"waste_percent": round(100 * _share(score), 2), **score.figures()}
        show(name, results[name])
    scores = {profile: generated(profile) for profile in AccessProfile}
    for profile, score in scores.items():
        name = f"generated learners, {profile}"
        results[name] = {"waste_percent": round(100 * _share(score), 2), **score.figures()}
        show(name, results[name])
    worst, most, least = fairness(scores)
    ratio = most / least if least else float("inf")
    print(f"worst profile: {worst}, {most:.2%} of its work called waste; {ratio:.2f} x the best")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
