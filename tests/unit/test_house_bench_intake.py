"""What the bench of ingest sends is what desktops send, and what it compares is comparable."""

import json
import sqlite3
import subprocess
import sys
from itertools import islice, pairwise
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.ids import mint

BENCH = Path(__file__).parents[2] / "packaging" / "bench"
NOW_MS = 1_795_000_000_000
LEARNERS = [Learner(mint(), f"s{number}@school.example", "Ava") for number in range(5)]
APPS = [App(mint(), "Math Garden", "Math"), App(mint(), "Lantern", "Reading")]


@pytest.fixture(autouse=True)
def _bench_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (BENCH.parent, BENCH):
        monkeypatch.syspath_prepend(folder)


def made(folder: Path, count: int = 20, **options):
    from study_days import School, written

    file = folder / "requests.bin"
    school = School(LEARNERS, APPS)
    return written(file, school, requests=count, events_each=10, now_ms=NOW_MS, **options)


def events_in(requests):
    return [event for body in requests.each() for event in msgspec.json.decode(body)["data"]]


@pytest.mark.parametrize("kind", ["time_spent", "tool_use"])
@pytest.mark.parametrize("ids", ["time_ordered", "random_id"])
def test_every_event_is_valid_and_has_an_id_of_its_own(tmp_path, kind, ids):
    import study_days

    how = {"write": getattr(study_days, kind), "mint": getattr(study_days, ids)}
    events = events_in(made(tmp_path, **how))
    assert not [faults for event in events if (faults := validate_item(event))]
    assert len({event["id"] for event in events}) == len(events) == 200
    assert {UUID(event["id"]).version for event in events} == {7 if "time" in ids else 4}


def test_a_students_windows_follow_each_other_and_end_before_now(tmp_path):
    for learner in LEARNERS:
        items = [
            event["generated"]["items"][0]
            for event in events_in(made(tmp_path))
            if event["actor"]["id"].endswith(learner.id)
        ]
        assert all(one["endDate"] <= two["startDate"] for one, two in pairwise(items))
        assert items[-1]["endDate"] < "2026-11-18T11:06:40.000Z"
        assert len({item.get("subType") for item in items}) > 1


def test_a_body_is_of_one_student_and_is_made_the_same_again(tmp_path):
    first = list(made(tmp_path).each())
    assert first == list(made(tmp_path).each())
    for body in first:
        assert len({event["actor"]["id"] for event in msgspec.json.decode(body)["data"]}) == 1


def test_the_yardstick_writes_each_event_once(tmp_path):
    from raw_insert import raw_insert

    requests = made(tmp_path)
    figures = raw_insert(tmp_path / "raw.db", requests, 15)
    with sqlite3.connect(tmp_path / "raw.db") as database:
        stored = {row[0]: row[1] for row in database.execute("SELECT id, body FROM events")}
    database.close()
    sent = events_in(requests)[:150]
    assert stored.keys() == {UUID(event["id"]).bytes for event in sent}
    assert json.loads(stored[UUID(sent[0]["id"]).bytes]) == sent[0]
    assert figures["events_per_s"] > 0


def test_the_generator_sends_all_there_is_and_reads_every_answer(tmp_path):
    from served import Push, most_that_can_be_sent

    seen = most_that_can_be_sent(made(tmp_path), Push(4, 30), tmp_path / "said.txt")
    assert seen.answered == 20
    assert seen.statuses == {"200": 20}


def test_a_server_that_refuses_is_told(tmp_path):
    from program import BenchError
    from served import Push, Target, push

    refusing = subprocess.Popen(
        [sys.executable, "-c", REFUSING], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        port = int(refusing.stdout.readline())
        target = Target(f"http://127.0.0.1:{port}", "/", {})
        with pytest.raises(BenchError, match="422 No"):
            push(target, made(tmp_path), Push(2, 30))
    finally:
        refusing.kill()
        refusing.wait()
        refusing.stdout.close()


REFUSING = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class No(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(422, "No")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = HTTPServer(("127.0.0.1", 0), No)
print(server.server_port, flush=True)
server.serve_forever()
"""


def test_stored_ids_are_uuids_in_order(monkeypatch):
    import full_store

    keys = list(islice(full_store._in_order(), 5_000))
    assert keys == sorted(set(keys))
    assert {UUID(bytes=key).version for key in keys} == {7}
    monkeypatch.setattr(full_store, "IDS", 1_000)
    drawn = list(full_store._at_random())
    assert drawn == sorted(set(drawn))
    assert {UUID(bytes=key).version for key in drawn} == {4}
