"""A demo school in which something happened: minutes of Ava's, and people of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from tests.helpers.backends import RUN_SECRET, InProcess
from tests.helpers.developers import lent
from tests.helpers.event_door import AVA, START, body, send
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.auth.service import TokenOwner, issue
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.roster.models import user_agents, users
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper import insights as wire
from timeback_desktop.partition import State

MINUTE = 60_000
WILLOW = demo_id("class", "willow")
ELEMENTARY = demo_id("org", "elementary")


@dataclass(frozen=True, slots=True)
class People:
    """Tokens of everybody who may ask."""

    site: InProcess

    def token(self, user_id: str, *scopes: str) -> str:
        """Return a token of a person of the school."""
        owner = TokenOwner(kind=PrincipalKind.USER, publisher_id=PUBLISHER_ID, user_id=user_id)
        with writing(self.site.platform.engine) as connection:
            given = scopes or (EVENTS_READONLY, EVENTS_WRITE)
            return issue(connection, owner, given, self.site.clock(), 9_000_000).token

    def client(self, scope: str = EVENTS_READONLY, tenant: str = PUBLISHER_ID) -> str:
        """Return a token of the tool's client, for the data of a tenant."""
        client_id = self.site.tool.client_id
        owner = TokenOwner(kind=PrincipalKind.CLIENT, publisher_id=tenant, client_id=client_id)
        with writing(self.site.platform.engine) as connection:
            return issue(connection, owner, (scope,), self.site.clock(), 9_000_000).token

    def everybody(self) -> dict[str, str]:
        """Return a token of each kind of person there is; Ava's mother and a head among them."""
        head, mother = self.extra("head", "administrator"), self.extra("mother", "guardian")
        with writing(self.site.platform.engine) as connection:
            kin = {"publisher_id": PUBLISHER_ID, "user_id": AVA.id, "agent_id": mother}
            connection.execute(insert(user_agents).values(**kin))
        ava, read = {"publisher_id": PUBLISHER_ID, "user_id": AVA.id}, EVENTS_READONLY
        return {
            "herself": self.token(AVA.id),
            "her teacher": self.token(demo_id("user", "priya.raman")),
            "another teacher": self.token(demo_id("user", "grace.okafor")),
            "a classmate": self.token(demo_id("user", "noor.alsayed")),
            "her mother": self.token(mother),
            "the head": self.token(head),
            "the head without the scope": self.token(head, EVENTS_WRITE),
            "an app in her name": lent(self.site, read, **ava),
            "an app that may not": lent(self.site, **ava),
            "a client": self.client(),
            "a client that only writes": self.client(EVENTS_WRITE),
            "the window": RUN_SECRET,
            "nobody": "nonsense",
        }

    def extra(self, name: str, role: str) -> str:
        """Add a person to the school and return who it is."""
        with writing(self.site.platform.engine) as connection:
            row = connection.execute(select(users).where(users.c.id == AVA.id)).mappings().one()
            made = demo_id("user", name)
            person = {**row, "id": made, "role": role, "email": None, "username": name}
            connection.execute(insert(users).values(**person))
        return made

    def rename_role(self, user_id: str, role: str) -> None:
        """Make somebody something else."""
        with writing(self.site.platform.engine) as connection:
            this = users.c.id == user_id
            connection.execute(update(users).where(this).values(role=role))


def person(username: str, name: str) -> caliper.Learner:
    """Return a student of the demo school."""
    return caliper.Learner(demo_id("user", username), f"{username}@demo.example", name)


NOOR = person("noor.alsayed", "Noor Alsayed")


def app_of(site: InProcess) -> caliper.App:
    """Return the site's own tool."""
    return caliper.App(site.tool.id, "Tool", "Math")


def spend(
    site: InProcess, key: str, at: int, *states: State, learner: caliper.Learner = AVA
) -> str:
    """Send a session of one minute a state, as the desktop does, and return its id."""
    app, session = app_of(site), ids.seeded("lived", "session", key)
    told: list[Any] = []
    for number, state in enumerate(states):
        event_id, start = ids.seeded("lived", "window", f"{key}/{number}"), at + number * MINUTE
        event = caliper.time_spent(event_id, learner, app, session, state, None, start, MINUTE)
        told += [event] if event else []
    end = at + len(states) * MINUTE
    span = caliper.SessionSpan(session, at, None, len(states) * MINUTE)
    told.append(
        caliper.logged_out(ids.seeded("lived", "out", key), learner, app, span, end, "ended")
    )
    deliver(site, *told)
    return session


def deliver(site: InProcess, *told: Any) -> None:
    """Send events as the desktop does, for everybody who learns at it."""
    answer = send(site, RUN_SECRET, body(*told))
    assert {each["status"] for each in answer.json()["results"]} == {"accepted"}, answer.text


def note(
    site: InProcess,
    key: str,
    kind: str,
    at: int = START,
    ms: int = MINUTE,
    *,
    session: str = "one",
    learner: caliper.Learner = AVA,
) -> str:
    """Send an insight as the desktop does, and return its id."""
    found = wire.Insight(
        id=ids.seeded("lived", "insight", key),
        kind=kind,
        detail=None,
        rule=f"{kind}_rule",
        version=1,
        started_at_ms=at,
        ms=ms,
        on_task_ms=0,
        confidence=0.5,
        thresholds={"after_ms": 5_000},
        counts={"answers": 3},
        reasoning="What was seen.",
        student_reasoning="What you did.",
    )
    place = wire.Place(learner, app_of(site), ids.seeded("lived", "session", session))
    deliver(site, wire.noted(place, found))
    return found.id
