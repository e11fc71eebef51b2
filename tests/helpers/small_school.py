"""A school small enough for one test: a teacher, two students, two apps, a real database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, insert

from tests.helpers import postgres
from tests.helpers.clock import MORNING_UTC_MS
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import (
    EVENTS_READONLY,
    EVENTS_WRITE,
    Principal,
    PrincipalKind,
)
from timeback_desktop.backend.db.engine import open_engine, reading, writing
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.events.service import Result, ingest
from timeback_desktop.backend.insights import service as insights
from timeback_desktop.backend.lti.models import lti_subjects
from timeback_desktop.backend.registry.models import applications, publishers
from timeback_desktop.backend.registry.service import grant
from timeback_desktop.backend.roster.models import orgs, users
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.caliper import events
from timeback_desktop.caliper.envelope import open_envelope, wrap

TENANT = ids.seeded("test", "publisher", "1")
ORG = ids.seeded("test", "org", "1")
SCOPES = frozenset({EVENTS_WRITE, EVENTS_READONLY})
START = MORNING_UTC_MS
RECEIVED = START + 400 * 86_400_000  # when a laptop that was offline for long sends it all


def learner(key: str) -> events.Learner:
    """Return one of the students."""
    return events.Learner(ids.seeded("test", "user", key), f"{key}@demo.example", key.title())


def app(key: str) -> events.App:
    """Return one of the apps."""
    return events.App(ids.seeded("test", "app", key), key.title(), "Math")


def event_id(key: object) -> str:
    """Return the same event id for the same key."""
    return ids.seeded("test", "event", str(key))


AVA, BEN = learner("ava"), learner("ben")
MATH, READING = app("math"), app("reading")
SUBJECT = ids.seeded("test", "subject", "ava in math")  # what Math calls Ava
SESSION = events.SessionSpan(ids.seeded("test", "session", "1"), START)

AS_AVA = Principal(
    PrincipalKind.USER, user_id=AVA.id, role="student", publisher_id=TENANT, scopes=SCOPES
)
AS_BEN = replace(AS_AVA, user_id=BEN.id)
AS_MATH = Principal(
    PrincipalKind.CLIENT,
    client_id="math",
    application_id=MATH.id,
    publisher_id=TENANT,
    scopes=frozenset({EVENTS_WRITE}),
)
AS_PUBLISHER = replace(AS_MATH, client_id="publisher", application_id=None, scopes=SCOPES)


@dataclass(frozen=True, slots=True)
class SmallSchool:
    """The school's database, and the ways a test uses it."""

    engine: Engine

    def send(self, sender: Principal, *items: Any) -> list[Result]:
        """Send events in one envelope."""
        raw = wrap("urn:x:sensor", START, [events.encode(item) for item in items])
        with writing(self.engine) as connection:
            return list(ingest(connection, sender, open_envelope(raw), RECEIVED).results)

    def statuses(self, sender: Principal, *items: Any) -> list[str]:
        """Send events and return what became of each."""
        return [str(result.status) for result in self.send(sender, *items)]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open the database for reading."""
        with reading(self.engine) as connection:
            yield connection

    def sessions(self, user_id: str = AVA.id, *, segments: bool = False) -> list[dict[str, Any]]:
        """Return a student's sessions as the Insights API tells them."""
        with self.reading() as connection:
            asked, page = Asked(TENANT, user_id), insights.Page(200, 0)
            parts = frozenset({insights.Include.SEGMENTS}) if segments else frozenset()
            found = insights.sessions_page(connection, asked, page, parts)
        return list(found["sessions"])


def open_school(folder: Path) -> SmallSchool:
    """Return a fresh school in ``folder``, or on the PostgreSQL that this run tests on."""
    if postgres.is_chosen():
        return SmallSchool(postgres.open_copy(_fresh_copy()))
    path = folder / "school.db"
    path.write_bytes(_fresh_database())
    return SmallSchool(open_engine(f"sqlite:///{path}"))


@lru_cache(maxsize=1)
def _fresh_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "school.db"
        engine = open_engine(f"sqlite:///{path}")
        _fill(engine)
        engine.dispose()  # the last connection to close folds the log into the file
        return path.read_bytes()


@lru_cache(maxsize=1)
def _fresh_copy() -> str:
    address = postgres.server().new()
    engine = open_engine(address)
    _fill(engine)
    engine.dispose()
    return address


def _fill(engine: Engine) -> None:
    with writing(engine) as connection:
        metadata.create_all(connection)
        connection.execute(insert(publishers).values(id=TENANT, name="Test", created_ms=0))
        connection.execute(insert(orgs).values(**_org()))
        connection.execute(insert(users), [_user(AVA), _user(BEN)])
        connection.execute(insert(applications), [_application(MATH), _application(READING)])
        for app_id in (MATH.id, READING.id):
            grant(connection, TENANT, app_id, 0)
        connection.execute(
            insert(lti_subjects).values(
                application_id=MATH.id, publisher_id=TENANT, user_id=AVA.id, subject=SUBJECT
            )
        )


def _org() -> dict[str, Any]:
    named = {"id": ORG, "name": "School", "type": "school", "identifier": "s"}
    return {"publisher_id": TENANT, "status": "active", "modified_ms": 0, "entered": "", **named}


def _user(person: events.Learner) -> dict[str, Any]:
    return {
        "publisher_id": TENANT,
        "id": person.id,
        "given_name": person.name,
        "family_name": "Test",
        "username": person.name,
        "email": person.email,
        "role": "student",
        "grades": ["3"],
        "org_id": ORG,
        "enabled": True,
        "status": "active",
        "modified_ms": 0,
        "entered": "",
    }


def _application(entry: events.App) -> dict[str, Any]:
    lists: Sequence[str] = ("grades", "redirect_uris", "allowed_hosts", "embedded_media")
    return {
        "id": entry.id,
        "publisher_id": TENANT,
        "name": entry.name,
        "description": "",
        "subject": entry.subject,
        "accent": "#3b6fd4",
        "login_url": "http://127.0.0.1/login",
        "launch_url": "http://127.0.0.1/launch",
        "status": "active",
        "client_id": entry.name,
        "deployment_id": entry.name,
        "created_ms": 0,
        **{key: [] for key in lists},
    }
