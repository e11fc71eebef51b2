"""Events delivered to somebody's server: signed, filtered, tried again, given up, told of."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.receiver import Receiver, receiving
from tests.helpers.tokens import Client, new_client, token_of
from timeback_desktop import ids
from timeback_desktop.backend.db.engine import open_engine, reading, writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import event_batches
from timeback_desktop.backend.registry.models import api_clients
from timeback_desktop.backend.registry.service import register_publisher, suspend_application
from timeback_desktop.backend.scopes import ALL_SCOPES, EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.vault import Vault
from timeback_desktop.backend.webhooks import planning, queue
from timeback_desktop.backend.webhooks.models import webhook_deliveries, webhooks
from timeback_desktop.backend.webhooks.sending import Office
from timeback_desktop.backend.webhooks.worker import Clerk, Deliveries
from timeback_desktop.caliper.vocabulary import CONTEXT_V1P1, CONTEXT_V1P2
from timeback_desktop.clock import iso_utc

SECRET = "a secret between the two of us"
SENSOR = "https://sensor.example"
DAY_S = 86_400


@pytest.fixture(scope="module")
def served() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(served: Receiver) -> Receiver:
    served.forget()
    return served


@pytest.fixture(scope="module")
def whole_site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("deliveries") / "data") as site:
        yield site


@pytest.fixture
def site(whole_site: InProcess) -> InProcess:
    """The one site of these tests, without the webhooks of the ones before."""
    with writing(whole_site.platform.engine) as connection:
        connection.execute(delete(webhooks))
    return whole_site


def office_of(site: InProcess, **changes: Any) -> Office:
    platform = site.platform
    keys = platform.settings.keys
    made = Office(platform.engine, lambda: Vault.open(keys), site.clock, loopback=True, timeout_s=5)
    return replace(made, **changes)


@dataclass
class Owner:
    """A client with its token, and a clerk who delivers."""

    site: InProcess
    client: Client
    clerk: Clerk
    token: str = ""
    good_until_ms: int = 0
    hook: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, site: InProcess, scopes: tuple[str, ...] = ALL_SCOPES, app: str | None = None
    ) -> Owner:
        client = new_client(site, scopes, application_id=app)
        return cls(site, client, Clerk(office_of(site)))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        given = {} if body is None else {"json": body}
        if self.site.clock() >= self.good_until_ms:  # tests turn the clock by days
            self.token = token_of(self.site, self.client)
            self.good_until_ms = self.site.clock() + 3_000_000
        return self.site.request(method, path, headers=bearer(self.token), **given)

    def register(self, url: str, **changes: Any) -> Owner:
        told = {"name": "Hook", "targetUrl": url, "secret": SECRET, "active": True, **changes}
        answer = self.call("POST", "/webhooks", told)
        assert answer.status_code == 201, answer.text
        self.hook = answer.json()["webhook"]
        return self

    @property
    def path(self) -> str:
        return f"/webhooks/{self.hook['id']}"

    def told(self) -> dict[str, Any]:
        return dict(self.call("GET", self.path).json()["webhook"])

    def choose(self, key: str, value: str, told: str = "eq", *, active: bool = True) -> None:
        body = {"filterKey": key, "filterValue": value, "filterOperator": told, "active": active}
        more = {"webhookId": self.hook["id"], "filterType": "string"}
        assert self.call("POST", "/webhook-filters", {**body, **more}).status_code == 201

    def deliveries(self, status: str = "") -> list[dict[str, Any]]:
        asked = f"?status={status}" if status else ""
        answer = self.call("GET", f"{self.path}/deliveries{asked}")
        return list(answer.raise_for_status().json()["deliveries"])

    def work(self) -> None:
        """Deliver all that is due now, and note how it went."""
        work(self.clerk)


def work(clerk: Clerk) -> None:
    async def send(letters: Any) -> None:
        await asyncio.gather(*(clerk.deliver(*each) for each in letters))

    while letters := clerk.turn():
        asyncio.run(send(letters))


@pytest.fixture
def owner(site: InProcess, receiver: Receiver) -> Owner:
    return Owner.of(site).register(f"{receiver.url}/hook")


def event(kind: str = "TimeSpentEvent", **more: Any) -> dict[str, Any]:
    told = {"@context": CONTEXT_V1P2, "id": ids.to_urn(ids.mint()), "type": kind}
    return {**told, "actor": {"id": "https://app.example/users/7"}, **more}


def arrive(site: InProcess, *events: dict[str, Any], **changes: Any) -> int:
    """Keep a batch of events as the ingest does; return its number."""
    raws = [json.dumps(each, indent=1).encode() for each in events]
    now = site.clock()
    with writing(site.platform.engine) as connection:
        number = planning.newest_batch(connection, PUBLISHER_ID) + 1
        row = {
            "publisher_id": PUBLISHER_ID,
            "user_id": STUDENT_ID,
            "id": number,
            "received_ms": now,
            "sent_ms": now,
            "ahead_ms": 0,
            "sensor": SENSOR,
            "measured": False,
            "events": len(raws),
            "first_ms": now,
            "last_ms": now,
            "body": archive.pack(raws),
        }
        connection.execute(insert(event_batches).values({**row, **changes}))
    return number


def test_an_event_arrives_signed_in_an_envelope_of_its_own(
    owner: Owner, receiver: Receiver
) -> None:
    first, second = event(), event("GradeEvent", **{"@context": CONTEXT_V1P1})
    arrive(owner.site, first, second)
    owner.work()
    got = {each.envelope["data"][0]["id"]: each for each in receiver.seen}
    assert set(got) == {first["id"], second["id"]}
    one = got[first["id"]]
    assert one.is_signed_with(SECRET)
    assert not one.is_signed_with("another secret")
    told = {"sensor": SENSOR, "sendTime": iso_utc(owner.site.clock()), "dataVersion": CONTEXT_V1P2}
    assert one.envelope == {**told, "data": [first]}
    assert json.dumps(first, indent=1).encode() in one.body, "byte for byte"
    assert got[second["id"]].envelope["dataVersion"] == CONTEXT_V1P1
    assert one.headers["X-Caliper-Webhook-Id"] == owner.hook["id"]
    assert one.headers["X-Caliper-Event-Type"] == "TimeSpentEvent"
    assert one.headers["Content-Type"] == "application/json"
    assert one.headers["User-Agent"].startswith("TimeBack/")


def test_what_became_of_it_is_told(owner: Owner, receiver: Receiver) -> None:
    sent = event()
    arrive(owner.site, sent)
    owner.work()
    (listed,) = owner.deliveries("delivered")
    assert listed["id"] == receiver.seen[0].delivery_id
    assert (listed["eventId"], listed["eventType"]) == (sent["id"], "TimeSpentEvent")
    assert (listed["attempts"], listed["responseStatus"], listed["error"]) == (1, 200, None)
    path = f"{owner.path}/deliveries/{listed['id']}"
    assert owner.call("GET", path).json() == {"delivery": listed}
    assert owner.deliveries("dead") == owner.deliveries("pending") == []
    assert owner.call("GET", f"{owner.path}/deliveries?status=lost").status_code == 422


def test_each_event_is_heard_once_and_none_from_before(site: InProcess, receiver: Receiver) -> None:
    arrive(site, event())
    owner = Owner.of(site).register(f"{receiver.url}/hook")
    sent = [event() for _ in range(3)]
    for each in sent:
        arrive(site, each)
        owner.work()
    owner.work()
    assert [each.event["id"] for each in receiver.seen] == [each["id"] for each in sent]


def test_a_webhook_of_an_older_version_begins_now(owner: Owner, receiver: Receiver) -> None:
    arrive(owner.site, event())
    with writing(owner.site.platform.engine) as connection:
        connection.execute(update(webhooks).values(heard_batch=None))
    owner.work()
    arrive(owner.site, event("ViewEvent"))
    owner.work()
    assert [each.event["type"] for each in receiver.seen] == ["ViewEvent"]


def test_a_webhook_that_is_off_hears_nothing_and_goes_on_with_what_comes(
    owner: Owner, receiver: Receiver
) -> None:
    owner.call("PUT", f"{owner.path}/deactivate")
    arrive(owner.site, event())
    owner.work()
    owner.call("PUT", f"{owner.path}/activate")
    arrive(owner.site, event("ViewEvent"))
    owner.call("PUT", f"{owner.path}/activate")
    owner.work()
    assert [each.event["type"] for each in receiver.seen] == ["ViewEvent"]


def test_a_sensor_and_all_active_filters_choose(owner: Owner, receiver: Receiver) -> None:
    changed = {**owner.hook, "secret": SECRET, "sensor": SENSOR}
    assert owner.call("PUT", owner.path, changed).status_code == 200
    owner.choose("type", "GradeEvent,ViewEvent", "in")
    owner.choose("actor.id", "/7$", "regexp")
    owner.choose("type", "NoEvent", active=False)
    good = event("GradeEvent")
    arrive(owner.site, good, event("TimeSpentEvent"), event("ViewEvent", actor={"id": "x/8"}))
    arrive(owner.site, event("GradeEvent"), sensor="https://other.example")
    owner.work()
    assert [each.event for each in receiver.seen] == [good]


def test_a_filter_with_a_hostile_pattern_is_refused(owner: Owner) -> None:
    body = {"webhookId": owner.hook["id"], "filterKey": "type", "filterType": "string"}
    for value in ("(a{99}){99}", "(?=a)", "("):
        told = {**body, "filterValue": value, "filterOperator": "regexp", "active": True}
        assert owner.call("POST", "/webhook-filters", told).status_code == 422


def test_the_client_of_an_app_hears_of_that_app_only(site: InProcess, receiver: Receiver) -> None:
    mine, other = site.register(f"Mine {ids.mint()}").id, site.tool.id
    owner = Owner.of(site, app=mine).register(f"{receiver.url}/hook")
    arrive(site, event("One"), application_id=mine)
    arrive(site, event("Other"), application_id=other)
    # Several apps in one batch, or none: then each event has to say so itself.
    named = [event("Two", edApp=ids.to_urn(mine)), event("Other", edApp=ids.to_urn(other))]
    arrive(site, *named, event("Three", edApp={"id": f"https://x.example/{mine}"}), event("None"))
    arrive(site, event("Four"), client_id=owner.client.client_id)
    owner.work()
    assert sorted(each.event["type"] for each in receiver.seen) == ["Four", "One", "Three", "Two"]


def revoke(owner: Owner) -> None:
    _change_client(owner, revoked_ms=1)


def move(owner: Owner) -> None:
    elsewhere = ids.mint()
    with writing(owner.site.platform.engine) as connection:
        register_publisher(connection, elsewhere, f"Elsewhere {elsewhere}", 0)
    _change_client(owner, publisher_id=elsewhere)


def narrow(owner: Owner) -> None:
    _change_client(owner, scopes=f"{EVENTS_READONLY}.not {EVENTS_WRITE}")


def _change_client(owner: Owner, **changes: Any) -> None:
    mine = api_clients.c.client_id == owner.client.client_id
    with writing(owner.site.platform.engine) as connection:
        connection.execute(update(api_clients).where(mine).values(**changes))


@pytest.mark.parametrize("end", [revoke, move, narrow])
def test_who_may_not_read_any_more_hears_nothing(
    owner: Owner, receiver: Receiver, end: Any
) -> None:
    arrive(owner.site, event())
    planning.plan(owner.site.platform.engine, owner.site.clock())
    end(owner)
    arrive(owner.site, event())
    owner.work()
    assert receiver.seen == []


def test_nor_does_the_client_of_a_suspended_app(site: InProcess, receiver: Receiver) -> None:
    app = site.register(f"Suspended {ids.mint()}").id
    owner = Owner.of(site, app=app).register(f"{receiver.url}/hook")
    with writing(site.platform.engine) as connection:
        suspend_application(connection, app, "For the test.")
    arrive(site, event(), application_id=app)
    owner.work()
    assert receiver.seen == []


def test_a_failing_target_gets_three_tries_and_the_same_letter(
    owner: Owner, receiver: Receiver
) -> None:
    receiver.answer = (503, {})
    arrive(owner.site, event())
    for seconds, tries in ((0, 1), (1.9, 1), (1.2, 2), (3.9, 2), (2.2, 3), (60, 3)):
        owner.site.clock.pass_seconds(seconds)
        owner.work()
        assert len(receiver.seen) == tries, seconds
    assert len({(each.body, each.delivery_id) for each in receiver.seen}) == 1
    (dead,) = owner.deliveries("dead")
    assert (dead["attempts"], dead["responseStatus"], dead["due_at"]) == (3, 503, None)
    assert "503" in dead["error"]
    receiver.answer = (200, {})
    again = owner.call("POST", f"{owner.path}/deliveries/{dead['id']}/retry")
    assert (again.status_code, again.json()["delivery"]["status"]) == (202, "pending")
    assert owner.call("POST", f"{owner.path}/deliveries/{dead['id']}/retry").status_code == 409
    owner.work()
    assert [each["id"] for each in owner.deliveries("delivered")] == [dead["id"]]
    assert receiver.seen[-1].delivery_id == dead["id"]


@pytest.mark.parametrize(
    ("status", "headers", "state"),
    [
        (204, {}, "delivered"),
        (302, {"location": "/elsewhere"}, "dead"),
        (400, {}, "dead"),
        (404, {}, "dead"),
        (410, {}, "dead"),
        (408, {}, "pending"),
        (425, {}, "pending"),
        (429, {"retry-after": "120"}, "pending"),
        (500, {}, "pending"),
    ],
)
def test_every_answer_has_its_end(
    owner: Owner, receiver: Receiver, status: int, headers: dict[str, str], state: str
) -> None:
    receiver.answer = (status, headers)
    arrive(owner.site, event())
    owner.work()
    (told,) = owner.deliveries()
    assert (told["status"], told["responseStatus"], told["attempts"]) == (state, status, 1)
    assert [each.path for each in receiver.seen] == ["/hook"]


def test_a_target_that_asks_for_time_gets_it(owner: Owner, receiver: Receiver) -> None:
    receiver.answer = (429, {"retry-after": "120"})
    arrive(owner.site, event())
    owner.work()
    for seconds, tries in ((119, 1), (3, 2)):
        owner.site.clock.pass_seconds(seconds)
        owner.work()
        assert len(receiver.seen) == tries


def test_a_server_that_hangs_holds_up_nobody_else(owner: Owner, receiver: Receiver) -> None:
    slow = Owner.of(owner.site).register(f"{receiver.url}/hang")
    owner.clerk = Clerk(office_of(owner.site, timeout_s=0.3))
    arrive(owner.site, event())
    owner.work()
    assert {each["status"] for each in owner.deliveries()} == {"delivered"}
    (hung,) = slow.deliveries("pending")
    assert (hung["attempts"], hung["responseStatus"]) == (1, None)
    assert "too long" in hung["error"]


def test_a_huge_answer_is_not_read(owner: Owner, receiver: Receiver) -> None:
    owner.register(f"{receiver.url}/huge")
    receiver.released.clear()
    arrive(owner.site, event())
    owner.work()
    assert [each["status"] for each in owner.deliveries()] == ["delivered"]
    assert receiver.released.wait(5), "the connection was closed before the end"


def test_nobody_there_is_tried_again(owner: Owner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    owner.register(f"http://127.0.0.1:{port}/hook")
    arrive(owner.site, event())
    owner.work()
    assert "cannot be reached" in owner.deliveries("pending")[0]["error"]


def test_a_crash_between_sending_and_noting_delivers_once_more_under_the_same_id(
    owner: Owner, receiver: Receiver
) -> None:
    arrive(owner.site, event())
    (letter,) = owner.clerk.turn()
    asyncio.run(owner.clerk.deliver(*letter))  # and then the process ends
    revived = Clerk(office_of(owner.site))
    work(revived)
    assert len(receiver.seen) == 1, "the lease of the dead one still runs"
    owner.site.clock.pass_seconds(queue.LEASE_MS / 1000)
    work(revived)
    first, second = receiver.seen
    assert (first.delivery_id, first.body) == (second.delivery_id, second.body)
    assert [each["status"] for each in owner.deliveries()] == ["delivered"]


def test_a_crash_while_planning_loses_and_doubles_nothing(owner: Owner, receiver: Receiver) -> None:
    arrive(owner.site, event(), event())
    engine, now = owner.site.platform.engine, owner.site.clock()
    (step,) = planning.prepared(engine)
    with engine.connect() as connection:
        assert planning.take(connection, step, now)
        connection.rollback()  # cut before the commit
    owner.work()
    assert len(receiver.seen) == 2


def test_two_backends_on_one_database_deliver_once(owner: Owner, receiver: Receiver) -> None:
    arrive(owner.site, *(event() for _ in range(3)))
    engine, now = owner.site.platform.engine, owner.site.clock()
    (mine,), (theirs,) = planning.prepared(engine), planning.prepared(engine)
    with writing(engine) as connection:
        assert planning.take(connection, theirs, now)
        assert not planning.take(connection, mine, now), "somebody else was first"
    other = Clerk(office_of(owner.site))
    letters = [*owner.clerk.turn(), *other.turn()]
    assert len(letters) == 3
    assert len({errand.id for errand, _ in letters}) == 3


def test_nobody_takes_all_the_places(owner: Owner) -> None:
    arrive(owner.site, *(event() for _ in range(30)))
    other = Owner.of(owner.site).register("http://127.0.0.1:9999/hook")
    arrive(owner.site, *(event() for _ in range(30)))
    taken = [errand.webhook_id for errand, _ in owner.clerk.turn()]
    assert taken.count(owner.hook["id"]) == taken.count(other.hook["id"]) == 8
    assert owner.clerk.turn() == [], "until some of these have ended"


def test_what_cannot_be_delivered_yet_waits_among_the_events(
    owner: Owner, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_WAITING", 2)
    receiver.answer = (503, {})
    for _ in range(5):
        arrive(owner.site, event(), event())
        owner.work()
    assert len(owner.deliveries()) == 2
    receiver.answer = (200, {})
    for _ in range(5):
        owner.site.clock.pass_seconds(10)
        owner.work()
    assert len(owner.deliveries("delivered")) == 10


def test_a_target_that_fails_for_a_day_is_left_until_somebody_looks(
    owner: Owner, receiver: Receiver
) -> None:
    receiver.answer = (500, {})
    for _ in range(3):
        arrive(owner.site, event())
        owner.work()
        assert owner.told()["active"] is True
        assert owner.told()["failingSince"] is not None
        owner.site.clock.pass_seconds(DAY_S / 3 + 5)
    arrive(owner.site, event())
    owner.work()
    told = owner.told()
    assert told["active"] is False
    assert "for a day" in told["statusReason"]
    seen = len(receiver.seen)
    owner.site.clock.pass_seconds(60)
    arrive(owner.site, event())
    owner.work()
    assert len(receiver.seen) == seen
    told = owner.call("PUT", f"{owner.path}/activate").json()["webhook"]
    assert (told["active"], told["statusReason"], told["failingSince"]) == (True, None, None)


def test_one_success_ends_a_row_of_failures(owner: Owner, receiver: Receiver) -> None:
    receiver.answer = (500, {})
    arrive(owner.site, event())
    owner.work()
    receiver.answer = (200, {})
    owner.site.clock.pass_seconds(4)
    owner.work()
    assert owner.told()["failingSince"] is None


def test_an_event_that_was_erased_is_not_delivered(owner: Owner, receiver: Receiver) -> None:
    number = arrive(owner.site, event())
    planning.plan(owner.site.platform.engine, owner.site.clock())
    with writing(owner.site.platform.engine) as connection:
        connection.execute(delete(event_batches).where(event_batches.c.id == number))
    owner.work()
    assert receiver.seen == []
    assert "not kept" in owner.deliveries("dead")[0]["error"]
    assert owner.told()["failingSince"] is None, "that is not the target's fault"


def test_old_deliveries_are_forgotten_dead_ones_later(owner: Owner, receiver: Receiver) -> None:
    arrive(owner.site, event())
    owner.work()
    receiver.answer = (400, {})
    arrive(owner.site, event())
    owner.work()
    assert len(owner.deliveries()) == 2
    for days, left in ((6, 2), (1, 1), (22, 1), (1, 0)):
        owner.site.clock.pass_seconds(days * DAY_S)
        owner.work()
        assert len(owner.deliveries()) == left


@pytest.mark.parametrize(
    ("host", "means"),
    [
        ("metadata.example", "169.254.169.254"),
        ("inside.example", "10.0.0.5"),
        ("home.example", "127.0.0.1"),
        ("six.example", "::1"),
        ("mapped.example", "::ffff:10.0.0.5"),
    ],
)
def test_a_name_that_leads_inside_is_not_called(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, host: str, means: str
) -> None:
    owner.register(f"https://{host}/hook")
    owner.clerk = Clerk(office_of(owner.site, loopback=False))
    arrive(owner.site, event())
    found = [(0, 0, 0, "", (means, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    owner.work()
    assert "open Internet" in owner.deliveries("pending")[0]["error"]


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest",
        "https://167772161/hook",
        "https://0xa000001/hook",
        "https://0/hook",
        "https://192.168.1.1:8443/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://app.example:25/hook",
    ],
)
def test_a_target_inside_is_refused_when_it_is_told(owner: Owner, url: str) -> None:
    told = {"name": "Hook", "targetUrl": url, "secret": SECRET, "active": True}
    answer = owner.call("POST", "/webhooks", told)
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/targetUrl")


def test_a_test_is_signed_and_reaches_a_webhook_that_is_off(
    owner: Owner, receiver: Receiver
) -> None:
    owner.call("PUT", f"{owner.path}/deactivate")
    asked = owner.call("POST", f"{owner.path}/test")
    assert (asked.status_code, asked.json()["delivery"]["eventType"]) == (202, "ping")
    assert owner.call("POST", f"{owner.path}/test").status_code == 409
    arrive(owner.site, event())
    owner.work()
    (got,) = receiver.seen
    assert got.envelope["data"] == []
    assert got.headers["X-Caliper-Event-Type"] == "ping"
    assert got.is_signed_with(SECRET)
    assert owner.call("POST", f"{owner.path}/test").status_code == 202


def test_a_secret_that_cannot_be_opened_ends_in_a_sentence(
    owner: Owner, receiver: Receiver
) -> None:
    with writing(owner.site.platform.engine) as connection:
        connection.execute(update(webhooks).values(sealed_secret="torn"))
    arrive(owner.site, event())
    owner.work()
    assert "secret" in owner.deliveries("dead")[0]["error"]
    assert receiver.seen == []


def test_deliveries_are_paged_from_the_newest(owner: Owner) -> None:
    arrive(owner.site, *(event() for _ in range(5)))
    owner.work()
    listed = [each["id"] for each in owner.deliveries()]
    assert listed == sorted(listed, reverse=True)
    found: list[str] = []
    before = ""
    while before is not None:
        asked = f"?limit=2&before={before}" if before else "?limit=2"
        answer = owner.call("GET", f"{owner.path}/deliveries{asked}").json()
        found += [each["id"] for each in answer["deliveries"]]
        before = answer["before"]
    assert found == listed


def test_nobody_else_sees_or_moves_a_delivery(owner: Owner) -> None:
    arrive(owner.site, event())
    owner.work()
    one = f"{owner.path}/deliveries/{owner.deliveries()[0]['id']}"
    stranger = Owner.of(owner.site)
    asked = [("GET", f"{owner.path}/deliveries"), ("GET", one)]
    done = [("POST", f"{one}/retry"), ("POST", f"{owner.path}/test")]
    for method, path in (*asked, *done):
        assert stranger.call(method, path).status_code == 404, path
    owner.token = token_of(owner.site, new_client(owner.site, (EVENTS_READONLY,)))
    assert {owner.call(*each).status_code for each in asked} == {404}
    assert {owner.call(*each).status_code for each in done} == {403}


def test_a_webhook_takes_its_deliveries_along(owner: Owner) -> None:
    arrive(owner.site, event())
    owner.work()
    assert owner.call("DELETE", owner.path).status_code == 200
    with reading(owner.site.platform.engine) as connection:
        assert not connection.scalar(select(func.count()).select_from(webhook_deliveries))


def test_the_thread_delivers_while_the_backend_runs_and_ends_at_once(
    owner: Owner, receiver: Receiver
) -> None:
    Owner.of(owner.site).register(f"{receiver.url}/hang")
    working = Deliveries()
    working.wake()  # nobody works yet: nothing happens
    working.start(office_of(owner.site))
    arrive(owner.site, event())
    working.wake()
    for _ in range(200):
        if len(receiver.seen) == 2 and owner.deliveries("delivered"):
            break
        receiver.released.wait(0.02)
    working.close()
    working.wake()
    assert sorted(each.path for each in receiver.seen) == ["/hang", "/hook"]


@pytest.mark.slow
def test_several_backends_at_work_deliver_each_event_once(owner: Owner, receiver: Receiver) -> None:
    engines = [open_engine(owner.site.platform.settings.database_url) for _ in range(3)]
    working = [Deliveries() for _ in engines]
    for each, engine in zip(working, engines, strict=True):
        each.start(office_of(owner.site, engine=engine))
    for _ in range(20):
        arrive(owner.site, *(event() for _ in range(10)))
        for each in working:
            each.wake()
    for _ in range(600):
        if not owner.deliveries("pending") and len(receiver.seen) >= 200:
            break
        receiver.released.wait(0.05)
    for each, engine in zip(working, engines, strict=True):
        each.close()
        engine.dispose()
    assert len(receiver.seen) == 200
    assert len({each.event["id"] for each in receiver.seen}) == 200
    assert len({each.delivery_id for each in receiver.seen}) == 200
