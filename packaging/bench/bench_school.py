"""The school that the events of a bench are about: 1,000 students, made once, copied for each run.

It is made by the backend's own code: the tables by its migrations, the people by the import of
a roster, the apps and the client that sends by their registration.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from study_days import School  # noqa: E402

from tests.helpers.roster_files import NOW_MS, Files, Tenants, large, package  # noqa: E402
from timeback_desktop.backend.db.engine import writing  # noqa: E402
from timeback_desktop.backend.registry.clients import NewClient, register_client  # noqa: E402
from timeback_desktop.backend.registry.service import (  # noqa: E402
    ApplicationRegistration,
    register_application,
    register_publisher,
)
from timeback_desktop.backend.scopes import SANDBOX  # noqa: E402
from timeback_desktop.caliper.events import App, Learner  # noqa: E402
from timeback_desktop.ids import seeded  # noqa: E402

CACHE = ROOT / "build" / "bench-data"
MIGRATIONS = ROOT / "timeback_desktop" / "backend" / "db" / "migrations" / "versions"
STUDENTS = 1_000
ROOMS = 34  # of 30 students each, in every one of five periods
STEPS = (1, 3, 7, 9, 11)
TENANT = seeded("bench", "publisher", "school")  # a UUID, as it leads every key
CLIENT = "bench"
APPS = (("Math Garden", "Math"), ("Lantern Library", "Reading"), ("Word Mill", "Language"))


@dataclass(frozen=True, slots=True)
class BenchSchool:
    """A data folder that is never served itself, and what is in it."""

    folder: Path
    school: School
    client: tuple[str, str]

    @property
    def database(self) -> Path:
        """Return the file with the school."""
        return self.folder / "backend.db"

    def copy_to(self, data: Path, database: Path | None = None) -> Path:
        """Return a fresh data folder with a copy; ``database`` may be a fuller one."""
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        shutil.copy(database or self.database, data / "backend.db")
        return data


def bench_school() -> BenchSchool:
    """Return the school, made now if the tables have changed since the last time."""
    folder = CACHE / f"school-{schema_key()}"
    told = folder / "school.json"
    if not told.exists():
        for outdated in CACHE.glob("school-*"):
            shutil.rmtree(outdated)
        folder.mkdir(parents=True)
        told.write_text(json.dumps(_make(folder)), encoding="utf-8")
    kept = json.loads(told.read_text(encoding="utf-8"))
    apps = [App(app_id, *names) for app_id, names in zip(kept["apps"], APPS, strict=True)]
    return BenchSchool(folder, School(list(_learners()), apps), (CLIENT, kept["secret"]))


def schema_key() -> str:
    """Return a name of the tables as they are now."""
    taken = hashlib.sha256(TENANT.encode())
    for file in sorted(MIGRATIONS.glob("*.py")):
        taken.update(file.read_bytes())
    return taken.hexdigest()[:12]


def person_id(name: str) -> str:
    """Return the identifier of a person: a UUID, as most schools have them."""
    return seeded(TENANT, "person", name)


def class_id(period: int, room: int) -> str:
    """Return the identifier of a class."""
    return seeded(TENANT, "class", f"{period}/{room}")


def members(period: int, room: int) -> list[str]:
    """Return the students of a class; who sits together changes from period to period."""
    order = (place * STEPS[period] % STUDENTS for place in range(room, STUDENTS, ROOMS))
    return [person_id(f"s{number}") for number in order]


def _learners() -> Iterator[Learner]:
    for number in range(STUDENTS):
        email = f"s{number}@school.example"
        yield Learner(person_id(f"s{number}"), email, f"Ava Nº s{number}")


def _roster() -> Files:
    """Return a large school with UUIDs for names, and classes of 30."""
    files = large(STUDENTS)
    for name, key in (("users", "sourcedId"), ("roles", "userSourcedId")):
        for row in files[name]:
            row[key] = person_id(str(row[key]))
    rooms = [(period, room) for period in range(len(STEPS)) for room in range(ROOMS)]
    one, seat = files["classes"][0], files["enrollments"][-1]
    files["classes"] = [{**one, "sourcedId": class_id(*room)} for room in rooms]
    files["enrollments"] = [
        {
            **seat,
            "sourcedId": seeded(TENANT, "seat", f"{student}/{room}"),
            "classSourcedId": class_id(*room),
            "userSourcedId": student,
        }
        for room in rooms
        for student in members(*room)
    ]
    return files


def _make(folder: Path) -> dict[str, object]:
    tenants = Tenants.new(folder, f"sqlite:///{(folder / 'backend.db').as_posix()}")
    with writing(tenants.engine) as connection:
        register_publisher(connection, TENANT, "School of the bench", NOW_MS)
    tenants.take(package(_roster()), tenant=TENANT)
    client = NewClient(client_id=CLIENT, publisher_id=TENANT, name="Bench", scopes=SANDBOX)
    with writing(tenants.engine) as connection:
        secret = register_client(connection, client, NOW_MS)
        apps = [
            register_application(connection, TENANT, _registration(name), NOW_MS).id
            for name, _ in APPS
        ]
        connection.exec_driver_sql("ANALYZE")
    tenants.engine.dispose()
    return {"secret": secret, "apps": apps}


def _registration(name: str) -> ApplicationRegistration:
    place = f"https://{name.partition(' ')[0].lower()}.example"
    return ApplicationRegistration(
        name=name,
        description="An app of the bench.",
        login_url=f"{place}/login",
        launch_url=f"{place}/start",
        redirect_uris=(f"{place}/launch",),
    )
