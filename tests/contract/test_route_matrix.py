"""Every route of the running app, asked by everybody who must not be let in.

The routes are read off the app itself, so that a new one is in here from its first day. Each is
asked with the ids of the demo school's own people and with the body of its own example: what is
refused is refused for who asks, not for how.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select

from tests.helpers.backends import InProcess, bearer, opened_site
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.auth.service import TokenOwner, issue
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, demo_id
from timeback_desktop.backend.environments import SANDBOX_PREFIX, Environment
from timeback_desktop.backend.reference.document import Served, served_by
from timeback_desktop.backend.registry.clients import NewClient, register_client
from timeback_desktop.backend.registry.service import (
    PublisherKind,
    register_publisher,
    suspend_application,
)
from timeback_desktop.backend.sandbox.service import open_sandbox
from timeback_desktop.backend.scopes import EVERY_SCOPE, LTI_READONLY
from timeback_desktop.backend.settings import Settings

PUBLIC = {
    "get /.well-known/jwks.json",
    "get /.well-known/oauth-authorization-server",
    "get /.well-known/oauth-authorization-server/sandbox",
    "get /.well-known/openid-configuration",
    "get /applications/1.0/{app_id}/cover",
    "get /applications/1.0/{app_id}/logo",
    "get /docs",
    "get /docs/style.css",
    "get /docs/{group}",
    "get /openapi.json",
    "get /ping",
    *(
        f"get /ims/oneroster/{service}/v1p2/discovery/{name}.json"
        for service, long in (
            ("rostering", "rosters"),
            ("gradebook", "gradebook"),
            ("resources", "resources"),
        )
        for name in (
            f"onerosterv1p2{long}service_openapi3_v1p0",
            f"imsorv1p2_{service}_openapi3_v1p0",
        )
    ),
    # What follows asks for a secret, a PIN, a code or a hint of its own instead of a token.
    "get /device",
    "get /invitation",
    "get /lti/1.3/authorize",
    "get /oauth2/authorize",
    "get /oauth2/with/{key}",
    "get /oauth2/with/{key}/callback",
    "get /password",
    "post /auth/1.0/token",
    "post /device",
    "post /invitation",
    "post /lti/1.3/authorize",
    "post /oauth2/authorize",
    "post /oauth2/device_authorization",
    "post /oauth2/introspect",
    "post /oauth2/revoke",
    "post /oauth2/token",
    "post /password",
}
TELLS_NO_DATA = {
    "get /caliper/event",  # which versions of Caliper are understood
    "get /caliper/v1p2",
    "get /events/1.0",
    "get /events/1.0/",
}
_OF_DEMO = {
    "user": STUDENT_ID,
    "student": STUDENT_ID,
    "teacher": demo_id("user", "priya.raman"),
    "agent": demo_id("user", "priya.raman"),
    "class": demo_id("class", "willow"),
    "course": demo_id("course", "willow"),
    "school": demo_id("org", "elementary"),
    "org": demo_id("org", "elementary"),
    "term": demo_id("academicSession", "fall"),
    "academicSession": demo_id("academicSession", "fall"),
    "publisher": PUBLISHER_ID,
    "enrollment": demo_id("enrollment", "willow/ava.thompson"),
}
_COLLECTIONS = {
    "users": "user",
    "students": "user",
    "demographics": "user",
    "teachers": "teacher",
    "classes": "class",
    "courses": "course",
    "schools": "school",
    "orgs": "org",
    "terms": "term",
    "academicSessions": "term",
    "enrollments": "enrollment",
}
_NAMES = re.compile(r"Thompson|ava\.thompson|Willow Room|Raman")


def address(site: InProcess, route: Served) -> str:
    """Return the path of a route with ids of the demo school in it."""

    def filled(found: re.Match[str]) -> str:
        before, name = found[1], re.sub(r"(_id|SourcedId|Id)$", "", found[2])
        if name == "sourced":
            name = _COLLECTIONS.get(before, "user")
        if name in {"app", "application"}:
            return f"{before}/{site.tool.id}"
        return f"{before}/{_OF_DEMO.get(name, ids.seeded('matrix', 'any', name))}"

    path = route.path
    while "{" in path:
        path = re.sub(r"([^/]*)/\{(\w+)\}", filled, path, count=1)
    return path


class Callers:
    """The tokens of those who ask."""

    def __init__(self, site: InProcess) -> None:
        self._site = site
        now = site.clock()
        self.other = ids.mint()
        with writing(site.platform.engine) as connection:
            register_publisher(
                connection, self.other, "Another school", now, kind=PublisherKind.SCHOOL
            )
            sandbox = open_sandbox(connection, PUBLISHER_ID, now)
            self.draft = self._token(connection, PUBLISHER_ID, [LTI_READONLY])
            self.good = self._token(connection, PUBLISHER_ID, EVERY_SCOPE)
            self.expired = self._token(connection, PUBLISHER_ID, EVERY_SCOPE, lifetime_s=-1)
            self.stranger = self._token(connection, self.other, EVERY_SCOPE)
            self.sandbox = self._token(
                connection, sandbox, EVERY_SCOPE, environment=Environment.SANDBOX
            )
            client_id = site.tool.client_id
            self.suspended = self._issue(connection, PUBLISHER_ID, client_id, EVERY_SCOPE)
            suspend_application(connection, site.tool.id, "For the test.")

    def _token(
        self,
        connection: Connection,
        tenant: str,
        scopes: Any,
        *,
        lifetime_s: int = 3600,
        environment: Environment = Environment.PRODUCTION,
    ) -> str:
        client = NewClient(
            client_id=ids.mint(),
            publisher_id=tenant,
            name="Matrix",
            scopes=tuple(scopes),
            environment=environment,
        )
        register_client(connection, client, self._site.clock())
        return self._issue(
            connection, tenant, client.client_id, scopes, lifetime_s=lifetime_s, at=environment
        )

    def _issue(
        self,
        connection: Connection,
        tenant: str,
        client_id: str,
        scopes: Any,
        *,
        lifetime_s: int = 3600,
        at: Environment = Environment.PRODUCTION,
    ) -> str:
        owner = TokenOwner(
            kind=PrincipalKind.CLIENT, publisher_id=tenant, client_id=client_id, environment=at
        )
        return issue(connection, owner, scopes, self._site.clock(), lifetime_s).token


def asked(
    site: InProcess, token: str | None, prefix: str = "", *, reads_only: bool = False
) -> dict[str, httpx.Response]:
    """Ask every route as the holder of a token; return the answers by method and path."""
    paths = site.get("/openapi.json").json()["paths"]

    async def ask() -> dict[str, httpx.Response]:
        transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)
        headers = {"Accept": "application/json", **(bearer(token) if token else {})}
        async with httpx.AsyncClient(
            transport=transport, base_url=site.platform.settings.url, headers=headers
        ) as client:
            found = {}
            for route in served_by(site.app):
                name = f"{route.method} {route.path}"
                if name not in PUBLIC and (route.method == "get" or not reads_only):
                    body = _example(paths.get(route.path, {}).get(route.method, {}))
                    given = {"json": body} if route.method in {"post", "put", "patch"} else {}
                    path = prefix + address(site, route)
                    found[name] = await client.request(route.method.upper(), path, **given)
            return found

    return site.loop.run(ask())


def _example(operation: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("example", {})


def kept(site: InProcess) -> dict[str, str]:
    """Return a digest of everything that the demo school keeps, table by table."""
    return dict(_digests(site))


def _digests(site: InProcess) -> Iterator[tuple[str, str]]:
    with reading(site.platform.engine) as connection:
        for table in metadata.sorted_tables:
            if "publisher_id" in table.c and table.name != "access_tokens":
                mine = select(table).where(table.c.publisher_id == PUBLISHER_ID)
                rows = sorted(repr(tuple(row)) for row in connection.execute(mine))
                yield table.name, hashlib.sha256("\n".join(rows).encode()).hexdigest()


@pytest.fixture(scope="module")
def matrix_site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One backend for the whole matrix: nothing that is asked here changes it."""
    with opened_site(school, tmp_path_factory.mktemp("matrix") / "data") as site:
        yield site


@pytest.fixture(scope="module")
def callers_and_site(matrix_site: InProcess) -> tuple[Callers, InProcess]:
    return Callers(matrix_site), matrix_site


def test_every_public_route_is_known_to_be_one(matrix_site: InProcess) -> None:
    open_ones = {f"{r.method} {r.path}" for r in served_by(matrix_site.app) if not r.asks_who}
    assert open_ones == PUBLIC


@pytest.mark.parametrize("who", ["nobody", "made up", "expired", "sandbox", "suspended"])
def test_without_a_good_token_nothing_answers(
    callers_and_site: tuple[Callers, InProcess], who: str
) -> None:
    callers, site = callers_and_site
    token = {"nobody": None, "made up": "made-up"}.get(who) or getattr(callers, who, None)
    before = kept(site)
    answers = asked(site, None if who == "nobody" else token or "made-up")
    assert {name: a.status_code for name, a in answers.items() if a.status_code != 401} == {}
    assert kept(site) == before


def test_a_token_of_production_opens_no_sandbox(
    callers_and_site: tuple[Callers, InProcess],
) -> None:
    callers, site = callers_and_site
    answers = asked(site, callers.good, SANDBOX_PREFIX)
    assert {name: a.status_code for name, a in answers.items() if a.status_code != 401} == {}


def test_without_the_scope_nothing_is_told_or_done(
    callers_and_site: tuple[Callers, InProcess],
) -> None:
    callers, site = callers_and_site
    before = kept(site)
    answers = asked(site, callers.draft)
    scoped = {f"{r.method} {r.path}" for r in served_by(site.app) if r.scopes}
    assert {n: answers[n].status_code for n in scoped if answers[n].status_code != 403} == {}
    let_in = {n for n, a in answers.items() if a.status_code < 400} - TELLS_NO_DATA
    assert let_in == set()
    assert kept(site) == before


def test_another_school_reads_and_changes_nothing(
    callers_and_site: tuple[Callers, InProcess],
) -> None:
    callers, site = callers_and_site
    before = kept(site)
    answers = asked(site, callers.stranger)
    assert {name for name, answer in answers.items() if answer.status_code >= 500} == set()
    leaks = {name for name, a in answers.items() if _NAMES.search(_told(a))}
    assert leaks == set()
    assert kept(site) == before


def _told(answer: httpx.Response) -> str:
    """Return what an answer tells, without what it repeats of the question's own example."""
    return answer.text if answer.request.method == "GET" else ""


def test_the_routes_do_answer_those_who_may(
    callers_and_site: tuple[Callers, InProcess],
) -> None:
    callers, site = callers_and_site
    answers = asked(site, callers.good, reads_only=True)
    reads = [a for n, a in answers.items() if n.startswith("get /ims/oneroster/rostering")]
    assert sum(a.status_code == 200 for a in reads) > len(reads) * 0.8
    assert any(_NAMES.search(answer.text) for answer in reads)
