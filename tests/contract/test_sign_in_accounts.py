"""Passwords are set by their owners; administrators invite, guardians read about their child."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from tests.helpers.backends import RUN_SECRET, InProcess
from tests.helpers.signing_in import (
    PASSWORD,
    Browser,
    asked,
    code_for,
    developer,
    exchange,
    give_password,
    pupil,
    renewed,
    school_with_passwords,
    tokens_for,
)
from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.demo.seed import PUBLISHER_ID
from timeback_desktop.backend.roster.models import user_agents, users
from timeback_desktop.backend.scopes import EVENTS_READONLY, PUBLISHER, ROSTER_READONLY
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.accounts import MemberRole, join
from timeback_desktop.backend.signin.invitations import invite

FRESH = "another nine clouds"


@pytest.fixture(scope="module")
def known(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with school_with_passwords(school, tmp_path_factory.mktemp("known") / "data") as site:
        yield site


def person_of(site: InProcess, username: str, role: str) -> Holder:
    """Turn one of the school's people into one with that role, and a password."""
    holder = pupil(username)
    with writing(site.platform.engine) as connection:
        mine = users.c.id == holder.user_id
        connection.execute(update(users).where(mine).values(role=role))
    give_password(site, holder)
    return holder


def invited(site: InProcess, holder: Holder) -> str:
    with writing(site.platform.engine) as connection:
        return invite(connection, holder, site.clock())


def accept(site: InProcess, code: str, fresh: str = FRESH, again: str | None = None) -> Any:
    browser = Browser(site)
    page = browser.get("/invitation", code=code)
    return browser.send(page, fresh=fresh, again=fresh if again is None else again)


def test_an_invited_person_chooses_a_password_once(known: InProcess) -> None:
    code = invited(known, pupil("kenji.watanabe"))
    assert accept(known, code).status_code == 200
    assert tokens_for_password(known, "kenji.watanabe", FRESH) == 303
    assert Browser(known).get("/invitation", code=code).status_code == 410


def tokens_for_password(site: InProcess, login: str, password: str) -> int:
    browser = Browser(site)
    return browser.sign_in(browser.get("/oauth2/authorize", **asked()), login, password).status_code


def test_an_invitation_ends(known: InProcess) -> None:
    code = invited(known, pupil("kenji.watanabe"))
    newer = invited(known, pupil("kenji.watanabe"))
    assert Browser(known).get("/invitation", code=code).status_code == 410
    known.clock.pass_seconds(3 * 24 * 3600)
    for gone in (newer, "", "x", "c" * 500):
        assert Browser(known).get("/invitation", code=gone).status_code == 410


@pytest.mark.parametrize(
    ("fresh", "again"),
    [
        ("short", "short"),
        ("password1", "password1"),
        ("password1  ", "password1  "),
        ("Kenji.Watanabe", "Kenji.Watanabe"),
        ("kenji.watanabe@demo.example", "kenji.watanabe@demo.example"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa"),
        ("x" * 129, "x" * 129),
        (FRESH, "another ten clouds"),
    ],
)
def test_a_password_that_will_not_do_is_asked_for_again(
    known: InProcess, fresh: str, again: str
) -> None:
    code = invited(known, pupil("kenji.watanabe"))
    refused = accept(known, code, fresh, again)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert accept(known, code).status_code == 200, "the invitation is still good"


def test_changing_a_password_needs_the_old_one_and_ends_every_sign_in(known: InProcess) -> None:
    give_password(known, pupil("mei.zhang"))
    tokens, browser = tokens_for(known, "mei.zhang"), Browser(known)
    page = browser.get("/password")
    told = {"login": "mei.zhang", "fresh": FRESH, "again": FRESH}
    page = browser.send(page, **told, password="not this one")
    assert page.status_code == 422
    assert browser.send(page, **told, password=PASSWORD).status_code == 200
    assert renewed(known, tokens["refresh_token"]).status_code == 400
    assert tokens_for_password(known, "mei.zhang", PASSWORD) == 403
    assert tokens_for_password(known, "mei.zhang", FRESH) == 303


def test_an_account_changes_its_password_by_itself(known: InProcess) -> None:
    developer(known, "dee@maker.example")
    token = tokens_for(known, "dee@maker.example")["access_token"]
    path, headers = "/accounts/1.0/me/password", {"Authorization": f"Bearer {token}"}
    for old, fresh, status in (
        ("wrong", FRESH, 403),
        (PASSWORD, "short", 422),
        (PASSWORD, FRESH, 204),
    ):
        told = {"old": old, "password": fresh}
        assert known.request("PUT", path, json=told, headers=headers).status_code == status
    assert known.get("/accounts/1.0/me", token).status_code == 401


def test_an_administrator_invites_and_reads_the_roster(known: InProcess) -> None:
    person_of(known, "daniel.nguyen", "administrator")
    token = tokens_for(known, "daniel.nguyen", scope=f"openid {ROSTER_READONLY}")["access_token"]
    told = known.post(
        "/accounts/1.0/invitations", token, json={"userId": pupil("leo.petrov").user_id}
    )
    assert told.status_code == 201
    assert told.json()["url"].endswith(f"/invitation?code={told.json()['code']}")
    assert accept(known, told.json()["code"]).status_code == 200
    assert known.get("/ims/oneroster/rostering/v1p2/users?limit=1", token).status_code == 200
    nobody = known.post("/accounts/1.0/invitations", token, json={"userId": "nobody"})
    assert nobody.status_code == 404


@pytest.mark.parametrize("login", ["ava.thompson", "priya.raman", "dev@maker.example"])
def test_others_invite_nobody(known: InProcess, login: str) -> None:
    give_password(known, pupil("priya.raman"))
    developer(known, "dev@maker.example")
    token = tokens_for(known, login)["access_token"]
    asked_for = {"userId": pupil().user_id}
    assert known.post("/accounts/1.0/invitations", token, json=asked_for).status_code == 403


def test_the_owner_of_the_school_invites_the_first_people(known: InProcess) -> None:
    holder = developer(known, "owner@school.example")
    with writing(known.platform.engine) as connection:
        join(connection, holder.account_id or "", PUBLISHER_ID, MemberRole.OWNER, known.clock())
    token = tokens_for(known, "owner@school.example")["access_token"]
    me = known.get("/accounts/1.0/me", token).json()
    assert [(one["id"], one["role"]) for one in me["publishers"]] == [(PUBLISHER_ID, "owner")]
    asked_for = {"userId": pupil("leo.petrov").user_id}
    assert known.post("/accounts/1.0/invitations", token, json=asked_for).status_code == 201


def test_a_guardian_reads_about_the_own_child_only(known: InProcess) -> None:
    guardian = person_of(known, "hannah.weiss", "guardian")
    with writing(known.platform.engine) as connection:
        connection.execute(
            insert(user_agents).values(
                publisher_id=PUBLISHER_ID, user_id=pupil().user_id, agent_id=guardian.user_id
            )
        )
    tokens = tokens_for(known, "hannah.weiss", scope=f"openid {EVENTS_READONLY} {ROSTER_READONLY}")
    assert tokens["scope"].split() == sorted(["openid", EVENTS_READONLY])
    for child, status in ((pupil(), 200), (pupil("jun.park"), 403)):
        path = f"/insights/1.0/users/{child.user_id}/sessions"
        assert known.get(path, tokens["access_token"]).status_code == status
    asked_for = {"userId": guardian.user_id, "password": PASSWORD}
    told = known.post("/desktop/1.0/sign-in", RUN_SECRET, json=asked_for).json()
    assert told["user"]["role"] == "guardian"


def test_an_app_lets_people_sign_in_after_its_maker_said_where(known: InProcess) -> None:
    holder = developer(known, "maker@school.example")
    with writing(known.platform.engine) as connection:
        join(connection, holder.account_id or "", PUBLISHER_ID, MemberRole.DEVELOPER, known.clock())
    scope = f"openid {' '.join(PUBLISHER)}"
    headers = {
        name: f"Bearer {tokens_for(known, login, scope=scope)['access_token']}"
        for name, login in (("maker", "maker@school.example"), ("ava", "ava.thompson"))
    }
    app = known.register("Late")
    path, told = (
        f"/applications/1.0/{app.id}/sign-in",
        {"redirectUris": ["https://late.example/in"]},
    )
    for name, uris, status in (
        ("ava", told, 403),
        ("maker", {"redirectUris": ["http://late.example/in"]}, 422),
        ("maker", {"redirectUris": ["https://late.example/*#x"]}, 422),
        ("maker", told, 200),
    ):
        bearer = {"Authorization": headers[name]}
        assert known.request("PUT", path, json=uris, headers=bearer).status_code == status
    desktop = {"Authorization": f"Bearer {RUN_SECRET}"}
    for door, status in (("", 200), ("/sandbox", 404)):
        answer = known.request("PUT", f"{door}{path}", json=told, headers=desktop)
        assert answer.status_code == status
    wish = asked(client_id=app.client_id, redirect_uri="https://late.example/in")
    assert Browser(known).get("/oauth2/authorize", **wish).status_code == 200


def test_nothing_secret_is_kept_as_such(known: InProcess) -> None:
    code = code_for(known)
    tokens = exchange(known, code).json()
    ticket_page = Browser(known).get("/oauth2/authorize", **asked())
    ticket = ticket_page.text.partition('name="ticket" value="')[2].partition('"')[0]
    with reading(known.platform.engine) as connection:
        kept = str([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    for secret in (code, tokens["access_token"], tokens["refresh_token"], ticket, PASSWORD):
        assert secret not in kept
