from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import httpx
from sqlalchemy import Connection, func, select, update

from tests.helpers.backends import InProcess, RunningBackend, bearer
from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.apps.catalogue import SAMPLES
from timeback_desktop.backend.demo.credentials import CLIENT_ID, write_credentials
from timeback_desktop.backend.demo.samples import shelve_samples
from timeback_desktop.backend.demo.school import ROOMS
from timeback_desktop.backend.demo.seed import (
    PUBLISHER_ID,
    STUDENT_ID,
    account,
    administrator_id,
    coach_id,
    demo_id,
    guardian_id,
    seed_demo_school,
)
from timeback_desktop.backend.registry.service import application, suspend_application
from timeback_desktop.backend.roster.models import classes, courses, enrollments, orgs, users
from timeback_desktop.backend.roster.service import may_read
from timeback_desktop.backend.scopes import EVENTS_READONLY, SANDBOX
from timeback_desktop.backend.signin.passwords import sign_in
from timeback_desktop.ids import seeded

TABLES = (orgs, courses, classes, users, enrollments)


def counts(connection: Connection) -> dict[str, int]:
    counted = {t.name: connection.scalar(select(func.count()).select_from(t)) for t in TABLES}
    return {name: count or 0 for name, count in counted.items()}


def test_the_school_has_the_canonical_size_and_stays_so(site: InProcess) -> None:
    with writing(site.platform.engine) as connection:
        seed_demo_school(connection, site.clock())
        assert counts(connection) == {
            "orgs": 3,
            "courses": 6,
            "classes": 6,
            "users": 36 + 2,  # an administrator and a guardian, besides the canonical ones
            "enrollments": 36,
        }
        by_role = select(users.c.role, func.count()).group_by(users.c.role)
        assert dict(connection.execute(by_role).all()) == {
            "student": 30,
            "teacher": 6,
            "administrator": 1,
            "guardian": 1,
        }


def test_every_name_and_address_is_its_own() -> None:
    people = [p for room in ROOMS for p in room.students]
    accounts = [account(p.given_name, p.family_name) for p in people]
    assert len(set(accounts)) == 30
    assert {p.grade for p in people} == set("12345678")
    assert all(name.isascii() and name.islower() for name in accounts)
    assert account("Chloé", "Dubois") == "chloe.dubois"
    assert account("Finn", "O'Connor") == "finn.oconnor"


def test_identifiers_come_from_publisher_kind_and_key(site: InProcess) -> None:
    assert seeded("Demo", "user", "ava.thompson") == demo_id("user", "ava.thompson")
    with reading(site.platform.engine) as connection:
        emails = connection.scalars(select(users.c.email)).all()
    assert all(email.endswith("@demo.example") for email in emails)


def test_the_credentials_file_names_a_client_that_works(backend: RunningBackend) -> None:
    told = backend.credentials
    path = backend.data / "demo-credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(told) == {
        "clientId",
        "clientSecret",
        "scopes",
        "tokenUrl",
        "studentId",
        "coachId",
        "coachPin",
        "administrator",
        "guardian",
        "publisher",
    }
    answer = httpx.post(
        told["tokenUrl"],
        data={"grant_type": "client_credentials", "scope": " ".join(told["scopes"])},
        auth=(told["clientId"], told["clientSecret"]),
    )
    assert answer.json()["scope"].split() == sorted(SANDBOX)
    assert backend.sign_in(told["studentId"])
    assert backend.sign_in(told["coachId"], told["coachPin"])


def told_in(path: Path) -> dict[str, dict[str, str]]:
    """Return how to be each of the two clients."""
    told = json.loads(path.read_text())
    return {"apps": told.pop("publisher"), "school": told}


def test_credentials_stay_until_their_file_is_lost(site: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    with writing(site.platform.engine) as connection:
        write_credentials(connection, path, "http://127.0.0.1:1", site.clock())
        first = told_in(path)
        write_credentials(connection, path, "http://127.0.0.1:2", site.clock())
        second = told_in(path)
        path.write_text("[not what it was")
        write_credentials(connection, path, "http://127.0.0.1:2", site.clock())
        third = told_in(path)
    for client in ("apps", "school"):
        was, then, now = first[client], second[client], third[client]
        assert was["tokenUrl"] != then["tokenUrl"]
        assert {**was, "tokenUrl": ""} == {**then, "tokenUrl": ""}
        assert now["clientId"] == was["clientId"]
        assert now["clientSecret"] != was["clientSecret"]
    assert first["school"]["clientId"] == CLIENT_ID


def test_the_apps_client_looks_after_a_publisher_of_its_own(backend: RunningBackend) -> None:
    told = backend.credentials["publisher"]
    asked = {"grant_type": "client_credentials"}
    proof = (told["clientId"], told["clientSecret"])
    token = httpx.post(told["tokenUrl"], data=asked, auth=proof).json()["access_token"]
    mine = httpx.get(f"{backend.url}/publishers/1.0", headers=bearer(token)).json()["publishers"]
    assert [(each["publisherId"], each["name"]) for each in mine] == [
        (told["publisherId"], "Demo Apps")
    ]


def test_a_sample_app_moves_with_each_start_and_stays_suspended(
    site: InProcess, tmp_path: Path
) -> None:
    garden = demo_id("application", "math-garden")
    sockets: list[socket.socket] = []

    def bind() -> socket.socket:
        sockets.append(socket.create_server(("127.0.0.1", 0)))
        return sockets[-1]

    with writing(site.platform.engine) as connection:
        for _ in range(2):
            shelve_samples(
                connection, issuer="http://127.0.0.1:1", data=tmp_path, bind=bind, now_ms=1
            )
            suspend_application(connection, garden, "Not today.")
        app = application(connection, garden)
    ports = [bound.getsockname()[1] for bound in sockets]
    for bound in sockets:
        bound.close()
    assert app is not None
    assert (app.status, app.allowed_hosts) == ("suspended", [f"127.0.0.1:{ports[len(SAMPLES)]}"])


def test_passwords_stay_as_told_and_only_what_is_lost_is_made_anew(
    site: InProcess, tmp_path: Path
) -> None:
    path = tmp_path / "c.json"
    with writing(site.platform.engine) as connection:
        told = []
        for left in ({}, {"guardian": None}, {"guardian": {"password": 7}, "administrator": "x"}):
            path.write_text(json.dumps({**(told[-1] if told else {}), **left}))
            write_credentials(connection, path, "http://127.0.0.1:1", site.clock())
            told.append(json.loads(path.read_text()))
    morgan, naomi = ([each[who] for each in told] for who in ("administrator", "guardian"))
    assert [each["username"] for each in (morgan[0], naomi[0])] == [
        "morgan.ellis",
        "naomi.thompson",
    ]
    assert morgan[0] == morgan[1] != morgan[2]
    assert len({each["password"] for each in naomi}) == 3
    assert admitted(site, morgan[2])
    assert not admitted(site, morgan[1])
    assert admitted(site, naomi[2])


def admitted(site: InProcess, told: dict[str, str]) -> bool:
    name, password = told["username"], told["password"]
    return sign_in(site.platform.engine, name, password, site.clock())[1] is not None


def test_who_was_taken_out_of_the_school_is_not_told(site: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    gone = update(users).where(users.c.id == administrator_id()).values(status="tobedeleted")
    with writing(site.platform.engine) as connection:
        connection.execute(gone)
        write_credentials(connection, path, "http://127.0.0.1:1", site.clock())
    told = json.loads(path.read_text())
    assert "administrator" not in told
    assert told["guardian"]["username"] == "naomi.thompson"


def test_the_guardian_may_read_about_her_own_child_only(site: InProcess) -> None:
    mine = Principal(
        PrincipalKind.USER,
        guardian_id(),
        publisher_id=PUBLISHER_ID,
        role="guardian",
        scopes=frozenset({EVENTS_READONLY}),
    )
    other = demo_id("user", "diego.morales")
    with reading(site.platform.engine) as connection:
        assert [may_read(connection, mine, each) for each in (STUDENT_ID, other)] == [True, False]


def test_the_coach_teaches_the_student(site: InProcess) -> None:
    with reading(site.platform.engine) as connection:
        teaching = select(enrollments.c.class_id).where(enrollments.c.user_id == coach_id())
        learning = select(enrollments.c.class_id).where(
            enrollments.c.user_id == demo_id("user", "ava.thompson"),
            enrollments.c.publisher_id == PUBLISHER_ID,
        )
        assert connection.scalar(teaching) == connection.scalar(learning)


def test_icons_of_sample_apps_are_served_by_the_platform(backend: RunningBackend) -> None:
    token = backend.sign_in(backend.credentials["studentId"])
    answer = httpx.get(f"{backend.url}/desktop/1.0/catalog", headers=bearer(token))
    icons = {card["name"]: card["iconUrl"] for card in answer.json()["applications"]}
    for sample in SAMPLES:
        icon = httpx.get(icons[sample.name])
        assert icon.url.host == "127.0.0.1"
        assert str(icon.url).startswith(backend.url)
        assert (icon.headers["content-type"], icon.text) == ("image/svg+xml", sample.icon_svg)
