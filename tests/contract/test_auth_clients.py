"""What a client may do follows from where its app stands, and from the door it knocks at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from tests.helpers.backends import RUN_SECRET, InProcess, opened_site
from tests.helpers.tokens import GRANT, Client, ask, ask_as, new_client, token_of
from timeback_desktop.backend.auth.client_secrets import OVERLAP_MS, rotate_secret
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.clients import set_scopes, tier
from timeback_desktop.backend.registry.models import api_clients
from timeback_desktop.backend.registry.registration import AppStatus
from timeback_desktop.backend.registry.service import resume_application, suspend_application
from timeback_desktop.backend.scopes import (
    DRAFT,
    EVENTS_WRITE,
    LTI_READONLY,
    ROSTER_DEMOGRAPHICS_READONLY,
)
from timeback_desktop.backend.settings import Settings
from timeback_desktop.errors import ContractFault

EVENTS = "/events/1.0/"
LET_IN = 400  # the empty body is refused, not who sent it


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One site for the whole module: every test has clients of its own."""
    with opened_site(school, tmp_path_factory.mktemp("site") / "data") as site:
        yield site


def rotated(site: InProcess, client: Client, overlap_ms: int = OVERLAP_MS) -> Client:
    with writing(site.platform.engine) as connection:
        secret = rotate_secret(connection, client.client_id, site.clock(), overlap_ms)
    return Client(client.client_id, secret)


def refusal(site: InProcess, client: Any, place: str = "") -> str:
    answer = ask_as(site, client, place)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    return str(answer.json()["error_description"])


@pytest.mark.parametrize(
    ("status", "environment", "writes", "private"),
    [
        (AppStatus.DRAFT, Environment.PRODUCTION, False, False),
        (AppStatus.ACTIVE, Environment.PRODUCTION, True, False),
        (AppStatus.DRAFT, Environment.SANDBOX, True, True),
        (AppStatus.ACTIVE, Environment.SANDBOX, True, True),
    ],
)
def test_the_tier_of_an_app_follows_from_its_status_and_environment(
    status: AppStatus, environment: Environment, *, writes: bool, private: bool
) -> None:
    held = tier(status, environment)
    assert LTI_READONLY in held
    assert (EVENTS_WRITE in held) is writes
    assert (ROSTER_DEMOGRAPHICS_READONLY in held) is private


def test_a_promotion_widens_what_is_asked_for_next_and_not_what_was_given(
    site: InProcess,
) -> None:
    app = site.register("Draft", status=AppStatus.DRAFT)
    with writing(site.platform.engine) as connection:
        set_scopes(connection, app.id, Environment.PRODUCTION, DRAFT)
    narrow = token_of(site, app)
    assert ask_as(site, app, scope=EVENTS_WRITE).json()["error"] == "invalid_scope"
    assert site.post(EVENTS, narrow, json={}).status_code == 403
    with writing(site.platform.engine) as connection:
        wider = tier(AppStatus.ACTIVE, Environment.PRODUCTION)
        set_scopes(connection, app.id, Environment.PRODUCTION, wider)
    assert site.post(EVENTS, narrow, json={}).status_code == 403
    assert site.post(EVENTS, token_of(site, app), json={}).status_code == LET_IN


def test_a_promotion_leaves_the_sandbox_as_it_was(site: InProcess) -> None:
    app = site.register("Two doors")
    pretend = new_client(site, DRAFT, Environment.SANDBOX, app.id)
    with writing(site.platform.engine) as connection:
        set_scopes(connection, app.id, Environment.PRODUCTION, (EVENTS_WRITE,))
    assert ask_as(site, pretend, "/sandbox").json()["scope"] == LTI_READONLY


def test_tokens_end_with_a_suspended_app_and_no_new_ones_are_given(site: InProcess) -> None:
    app = site.register("Suspended")
    token = token_of(site, app)
    with writing(site.platform.engine) as connection:
        suspend_application(connection, app.id, "Under repair.")
    assert site.post(EVENTS, token, json={}).status_code == 401
    assert "suspended" in refusal(site, app)
    assert "suspended" not in refusal(site, Client(app.client_id, "wrong"))
    with writing(site.platform.engine) as connection:
        resume_application(connection, app.id)
    assert site.post(EVENTS, token_of(site, app), json={}).status_code == LET_IN


@pytest.mark.parametrize(
    ("own", "place", "other"),
    [
        (Environment.PRODUCTION, "", "/sandbox"),
        (Environment.SANDBOX, "/sandbox", ""),
    ],
)
def test_a_client_and_its_tokens_belong_to_one_environment(
    site: InProcess, own: Environment, place: str, other: str
) -> None:
    client = new_client(site, (EVENTS_WRITE,), own)
    assert f"{site.platform.settings.issuer_url}{place}/auth/1.0/token." in refusal(
        site, client, other
    )
    assert "/auth/1.0/token" not in refusal(site, Client(client.client_id, "wrong"), other)
    token = token_of(site, client, place)
    assert site.post(f"{place}{EVENTS}", token, json={}).status_code == LET_IN
    assert site.post(f"{other}{EVENTS}", token, json={}).status_code == 401


def test_a_revoked_client_is_an_unknown_one(site: InProcess) -> None:
    client = new_client(site, (EVENTS_WRITE,))
    with writing(site.platform.engine) as connection:
        mine = api_clients.c.client_id == client.client_id
        connection.execute(update(api_clients).where(mine).values(revoked_ms=site.clock()))
    assert refusal(site, client) == refusal(site, Client("nobody", "secret"))


def test_the_old_secret_is_good_for_a_day_beside_the_new_one(site: InProcess) -> None:
    first = new_client(site, (EVENTS_WRITE,))
    second = rotated(site, first)
    assert [ask_as(site, client).status_code for client in (first, second)] == [200, 200]
    site.clock.pass_seconds(OVERLAP_MS / 1000)
    assert [ask_as(site, client).status_code for client in (first, second)] == [401, 200]


def test_a_second_exchange_ends_the_secret_before_the_last(site: InProcess) -> None:
    first = new_client(site, (EVENTS_WRITE,))
    second = rotated(site, first)
    third = rotated(site, first)
    told = [ask_as(site, client).status_code for client in (first, second, third)]
    assert told == [401, 200, 200]


def test_a_leaked_secret_ends_at_once_with_its_tokens(site: InProcess) -> None:
    leaked, bystander = (new_client(site, (EVENTS_WRITE,)) for _ in range(2))
    stolen, kept = token_of(site, leaked), token_of(site, bystander)
    fresh = rotated(site, rotated(site, leaked), overlap_ms=0)
    assert [ask_as(site, client).status_code for client in (leaked, fresh)] == [401, 200]
    assert [site.post(EVENTS, token, json={}).status_code for token in (stolen, kept)] == [
        401,
        LET_IN,
    ]


def test_an_unknown_client_has_no_secret_to_exchange(site: InProcess) -> None:
    with pytest.raises(ContractFault, match="no such client"):
        rotated(site, Client("nobody", ""))


def test_wrong_secrets_are_slowed_down_and_the_right_one_always_passes(site: InProcess) -> None:
    client = new_client(site, (EVENTS_WRITE,))
    wrong = [ask_as(site, Client(client.client_id, "wrong")) for _ in range(12)]
    assert [answer.status_code for answer in wrong] == [401] * 10 + [429] * 2
    assert wrong[-1].headers["retry-after"] == "6"
    assert wrong[-1].json()["message"]
    assert ask_as(site, client).status_code == 200
    site.clock.pass_seconds(6)
    assert ask_as(site, Client(client.client_id, "wrong")).status_code == 401


def test_a_stranger_learns_nothing_about_which_clients_there_are(site: InProcess) -> None:
    client = new_client(site, (EVENTS_WRITE,), Environment.SANDBOX)
    known, unknown = Client(client.client_id, "wrong"), Client("no-such-client", "wrong")
    told = [[ask_as(site, asked) for _ in range(12)] for asked in (known, unknown)]
    seen = [[(answer.status_code, answer.text) for answer in answers] for answers in told]
    assert seen[0] == seen[1]


def test_a_client_that_keeps_no_token_is_asked_to_wait(site: InProcess) -> None:
    greedy, other = (new_client(site, (EVENTS_WRITE,)) for _ in range(2))
    while site.platform.token_throttle.tokens.take(greedy.client_id, site.clock()) == 0:
        pass
    answer = ask_as(site, greedy)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert ask_as(site, other).status_code == 200
    site.clock.pass_seconds(1)
    assert ask_as(site, greedy).status_code == 200


def test_the_run_secret_is_no_client(site: InProcess) -> None:
    shown = {"Authorization": f"Bearer {RUN_SECRET}"}
    assert ask(site, headers=shown, data=GRANT).json()["error"] == "invalid_client"
