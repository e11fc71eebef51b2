"""The backend holds no more after twenty thousand requests than after five thousand."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from tests.helpers.killable import Killable, killable
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper.events import Learner

BENCH = Path(__file__).parents[2] / "packaging" / "bench"
MB = 1_000_000
GROWS_BY_AT_MOST = 16 * MB
EVENTS_EACH = 5
FIRST, ALL = 5_000, 20_000


def students(home: Killable) -> list[Learner]:
    engine = home.open_database()
    with reading(engine) as connection:
        rows = connection.execute(select(users).where(users.c.role == "student")).all()
    engine.dispose()
    return [Learner(row.id, row.email or "", row.given_name) for row in rows]


def resident(home: Killable) -> int:
    assert home.pid is not None
    return int(psutil.Process(home.pid).memory_info().rss)


@pytest.mark.slow
def test_memory_stays_flat_while_events_come_in(
    school: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (BENCH.parent, BENCH):
        monkeypatch.syspath_prepend(folder)
    import served
    import study_days

    with killable(school, tmp_path / "data") as home:
        home.start()
        taught = study_days.School(students(home), home.apps)
        file, now_ms = tmp_path / "requests.bin", int(time.time() * 1000)
        requests = study_days.written(
            file, taught, requests=ALL, events_each=EVENTS_EACH, now_ms=now_ms
        )
        host, port = home.address()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {home.token}"}
        target = served.Target(f"http://{host}:{port}", served.EVENTS, headers)
        how = {"connections": 8, "seconds": 900}
        first = served.push(target, requests, served.Push(**how, most=FIRST))
        before = resident(home)
        rest = served.push(target, requests, served.Push(**how, skip=FIRST))
        assert (first.answered, rest.answered) == (FIRST, ALL - FIRST)
        assert resident(home) - before < GROWS_BY_AT_MOST
