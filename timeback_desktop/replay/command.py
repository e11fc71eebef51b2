"""``timeback-desktop replay``: traces in, labels and summaries out.

For each ``NAME.trace.jsonl[.gz]`` it writes ``NAME.labels``, one state a line and a line a
tick, and ``NAME.summary.json``. A file that cannot be read leaves nothing behind, and does
not keep the others from being played.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.presence.profiles import AccessProfile, adapted
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.replay.player import Played, Player
from timeback_desktop.replay.trace import TraceUnreadable, name_of, read_ticks


class OutputUnwritable(EnvironmentFault):
    """The folder for the labels cannot be written."""


class ProfileUnknown(EnvironmentFault):
    """There is no such access profile."""


def run(traces: Sequence[Path], out: Path, *, access: str = "standard", live: bool = False) -> int:
    """Play every trace; return 1 when any of them could not be read.

    ``live`` labels what was known at each second, otherwise its final state is written.
    """
    limits = adapted(Thresholds(), _profile(access))
    faults: list[TraceUnreadable] = []
    for trace in traces:
        try:
            played = Player(limits).play(read_ticks(trace))
        except TraceUnreadable as unreadable:
            faults.append(unreadable)
        else:
            _write(out, name_of(trace), played, live=live)
    for fault in faults:
        print(f"timeback-desktop: {fault}", file=sys.stderr)  # noqa: T201 - told to the person
    return 1 if faults else 0


def _profile(name: str) -> AccessProfile:
    try:
        return AccessProfile(name)
    except ValueError as error:
        known = ", ".join(AccessProfile)
        raise ProfileUnknown(f"There is no access profile {name!r}.", f"Use {known}.") from error


def _write(folder: Path, name: str, played: Played, *, live: bool) -> None:
    labels: Sequence[str] = played.live if live else played.final
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{label}\n" for label in labels)
        (folder / f"{name}.labels").write_text(text, encoding="ascii")
        summary = json.dumps({"name": name, **played.as_json()}, indent=2)
        (folder / f"{name}.summary.json").write_text(summary + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(
            f"{folder} cannot be written: {error.strerror}.", "Name another folder with --out."
        ) from error
