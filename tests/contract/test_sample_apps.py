"""The sample apps over real HTTP, launched by a tiny platform that knows none of their code."""

import asyncio
import html
import json
import re
import socket
import threading
import time
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from joserfc import jwk, jwt
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from timeback_desktop.backend.demo.apps.catalogue import SAMPLES, AppConfig
from timeback_desktop.backend.demo.apps.kit.pages import told
from timeback_desktop.backend.demo.apps.lesson.lessons import lessons
from timeback_desktop.caliper.validation import validate_item

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
WRITE = "https://purl.imsglobal.org/spec/caliper/v1p2/scope/events.write"
ISSUER, CLIENT, SECRET, DEPLOYMENT = "https://platform.test", "client-1", "s3cret", "deployment-1"
SUBJECT = "5f0a9a4e-8a0c-4a7d-9a52-6b1f1c1d2e3f"
URN = "urn:uuid:0190d5a0-0000-7000-8000-000000000001"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


def rsa(kid):
    return jwk.RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"})


KEY, OTHER_KEY = rsa("key-1"), rsa("key-2")


@contextmanager
def served(app, sock):
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])))
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        sock.close()


def listening():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock, f"http://127.0.0.1:{sock.getsockname()[1]}"


class Platform:
    """Publishes keys, grants tokens, takes events; ``down`` makes it answer 503."""

    def __init__(self):
        self.students, self.tokens, self.taken, self.bearers = 0, 0, [], []
        self.reset()
        self.app = Starlette(
            routes=[
                Route("/authorize", self.authorize),
                Route("/jwks", self.jwks),
                Route("/token", self.token, methods=["POST"]),
                Route("/events", self.take, methods=["POST"]),
            ]
        )

    def reset(self):
        self.students += 1
        self.subject = str(uuid.uuid5(uuid.NAMESPACE_URL, f"student {self.students}"))
        self.published, self.faults, self.claims = [KEY], [], {}
        self.down, self.expired, self.refused_posts = False, set(), 0

    @property
    def events(self):
        actor = f"urn:uuid:{self.subject}"
        return [event for event in self.taken if event["actor"]["id"] == actor]

    async def authorize(self, request):
        asked = dict(request.query_params)
        own = asked["redirect_uri"].removesuffix("/lti/launch")
        token = signed(claims_for(own, asked, **self.claims), KEY)
        return HTMLResponse(
            f'<body onload="document.forms[0].submit()"><form method="post" action="{own}/lti/launch">'
            f'<input name="id_token" value="{token}"><input name="state" value="{asked["state"]}">'
        )

    async def jwks(self, _):
        odd = [
            {"kty": "odd", "kid": "key-1"},
            {"kty": "oct", "k": "AAAA", "kid": "key-1"},
            "noise",
            {},
        ]
        return JSONResponse(
            {"keys": [*odd, *(key.as_dict(private=False) for key in self.published)]}
        )

    async def token(self, request):
        form = await request.form()
        good = httpx.BasicAuth(CLIENT, SECRET)._auth_header == request.headers["authorization"]
        if not good or form["grant_type"] != "client_credentials" or form["scope"] != WRITE:
            return JSONResponse({"error": "invalid_client"}, 401)
        self.tokens += 1
        return JSONResponse({"access_token": f"token-{self.tokens}", "expires_in": 3600})

    async def take(self, request):
        bearer = request.headers["authorization"].removeprefix("Bearer ")
        if self.down or bearer in self.expired:
            self.refused_posts += 1
            return Response(status_code=503 if self.down else 401)
        envelope = await request.json()
        self.faults += [fault for event in envelope["data"] for fault in validate_item(event)]
        self.bearers.append(bearer)
        self.taken += envelope["data"]
        results = [{"id": event["id"], "status": "accepted"} for event in envelope["data"]]
        return JSONResponse({"jobId": "1", "results": results})

    def wait_for(self, number):
        deadline = time.monotonic() + 10
        while len(self.events) < number and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.events) >= number
        assert self.faults == []
        return self.events


def config_for(platform_url, own_url, folder):
    return AppConfig(
        issuer=ISSUER,
        authorize_url=f"{platform_url}/authorize",
        jwks_url=f"{platform_url}/jwks",
        token_url=f"{platform_url}/token",
        events_url=f"{platform_url}/events",
        client_id=CLIENT,
        client_secret=SECRET,
        deployment_id=DEPLOYMENT,
        own_url=own_url,
        data_dir=folder,
        application_urn=URN,
        secret_key="not a secret in a test",
    )


class Browser:
    """What a browser does: keeps cookies by hand, because Secure ones go to 127.0.0.1 too."""

    def __init__(self, url, subject=SUBJECT):
        self.url, self.subject, self.cookies = url, subject, {}
        self.http = httpx.Client(base_url=url, trust_env=False, verify=False)

    def send(self, method, path, **more):
        headers = {"Origin": self.url} | more.pop("headers", {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.http.cookies.clear()
        response = self.http.request(method, path, headers=headers, **more)
        for line in response.headers.get_list("set-cookie"):
            name, value = line.partition(";")[0].split("=", 1)
            self.cookies[name] = value
        return response

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, data=None, **more):
        return self.send("POST", path, data=data or {}, **more)

    def initiation(self, **changes):
        fields = {
            "iss": ISSUER,
            "login_hint": "hint",
            "lti_message_hint": "message",
            "client_id": CLIENT,
            "lti_deployment_id": DEPLOYMENT,
            "target_link_uri": f"{self.url}/",
        }
        return fields | changes

    def begin(self, **changes):
        response = self.get("/lti/login", params=self.initiation(**changes))
        assert response.status_code == 302, response.text
        return {
            key: values[0]
            for key, values in parse_qs(urlsplit(response.headers["location"]).query).items()
        }

    def launch(self, *, key=KEY, header=None, **changes):
        asked = self.begin()
        claims = claims_for(self.url, asked, **{"sub": self.subject} | changes)
        token = signed(claims, key, **(header or {}))
        return self.post("/lti/launch", {"id_token": token, "state": asked["state"]})


def claims_for(own_url, asked, **changes):
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": SUBJECT,
        "iat": now,
        "exp": now + 300,
        "nonce": asked["nonce"],
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": DEPLOYMENT,
        f"{CLAIM}target_link_uri": f"{own_url}/",
        f"{CLAIM}resource_link": {"id": "link-1"},
        f"{CLAIM}roles": [LEARNER],
    }
    changed = {
        name if name in claims else f"{CLAIM}{name}": value for name, value in changes.items()
    }
    return {name: value for name, value in (claims | changed).items() if value is not None}


def signed(claims, key, **header):
    head = {"alg": "RS256", "kid": key.kid} | header
    return jwt.encode({name: value for name, value in head.items() if value}, claims, key)


@contextmanager
def running(platform, folder):
    """Serve the platform and all apps; yield the addresses of the apps."""
    sock, platform.url = listening()
    with ExitStack() as stack:
        stack.enter_context(served(platform.app, sock))
        urls = []
        for sample in SAMPLES:
            sock, url = listening()
            app = sample.build(config_for(platform.url, url, folder))
            stack.enter_context(served(app, sock))
            urls.append(url)
        yield urls


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    platform = Platform()
    with running(platform, tmp_path_factory.mktemp("apps")) as urls:
        yield platform, urls


@pytest.fixture
def platform(house):
    house[0].reset()
    return house[0]


def visit(house, index):
    browser = Browser(house[1][index], house[0].subject)
    yield browser
    browser.http.close()


@pytest.fixture(params=range(len(SAMPLES)), ids=[sample.slug for sample in SAMPLES])
def browser(request, platform, house):
    yield from visit(house, request.param)


@pytest.fixture
def garden(platform, house):
    yield from visit(house, 0)


@pytest.fixture
def lantern(platform, house):
    for browser in visit(house, 1):
        browser.launch()
        yield browser


@pytest.fixture
def loft(platform, house):
    for browser in visit(house, 2):
        browser.launch()
        yield browser


def test_a_platform_launches_every_app(browser):
    answer = browser.launch()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = browser.get("/")
    assert page.status_code == 200
    assert "Open me from TimeBack" not in page.text


def test_the_login_asks_the_platform_as_lti_wants_it(browser):
    asked = browser.begin()
    assert asked | {"state": "", "nonce": ""} == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT,
        "redirect_uri": f"{browser.url}/lti/launch",
        "login_hint": "hint",
        "lti_message_hint": "message",
        "state": "",
        "nonce": "",
    }


def test_the_whole_way_round_works(browser, platform):
    sent = browser.get("/lti/login", params=browser.initiation())
    form = httpx.get(sent.headers["location"], trust_env=False, verify=False).text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert browser.post("/lti/launch", fields, headers={"Origin": platform.url}).status_code == 303
    assert browser.get("/").status_code == 200


def test_a_login_may_come_as_a_form_from_another_site(browser):
    answer = browser.post("/lti/login", browser.initiation(), headers={"Origin": "null"})
    assert answer.status_code == 302
    assert "SameSite=none" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"iss": "https://evil.test"}, "iss"),
        ({"client_id": "other"}, "client_id"),
        ({"lti_deployment_id": "other"}, "lti_deployment_id"),
        ({"login_hint": ""}, "login_hint"),
        ({"target_link_uri": "https://evil.test/"}, "target_link_uri"),
        ({"target_link_uri": "javascript:alert(1)"}, "target_link_uri"),
        ({"target_link_uri": "http://127.0.0.1:1@evil.test/"}, "target_link_uri"),
    ],
)
def test_a_crooked_login_gets_a_page_that_says_why(garden, changes, named):
    answer = garden.get("/lti/login", params=garden.initiation(**changes))
    assert answer.status_code == 400
    assert f"({named})" in answer.text


def later(seconds):
    return int(time.time()) + seconds


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"iss": "https://evil.test"}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"aud": [CLIENT, "other"]}, "azp"),
        ({"exp": later(-120)}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"iat": later(3600)}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"nonce": "another"}, "nonce"),
        ({"deployment_id": "other"}, "deployment_id"),
        ({"message_type": "LtiDeepLinkingRequest"}, "message_type"),
        ({"version": "1.1"}, "version"),
        ({"resource_link": {}}, "resource_link"),
        ({"roles": None}, "roles"),
        ({"target_link_uri": "https://evil.test/"}, "target_link_uri"),
        ({"sub": None}, "sub"),
    ],
)
def test_a_token_with_a_wrong_claim_opens_nothing(garden, changes, named):
    answer = garden.launch(**changes)
    assert answer.status_code == 401
    assert f"({named})" in answer.text
    assert garden.get("/").status_code == 401


def test_a_clock_that_is_half_a_minute_off_is_forgiven(garden):
    assert garden.launch(iat=later(30), exp=later(330)).status_code == 303
    assert garden.launch(iat=later(-330), exp=later(-30)).status_code == 303


@pytest.mark.parametrize(
    ("forge", "named"),
    [
        (lambda claims: signed(claims, OTHER_KEY), "kid"),
        (lambda claims: signed(claims, OTHER_KEY, kid=KEY.kid), "signature"),
        (lambda claims: signed(claims, KEY, kid=None), "kid"),
        (lambda claims: signed(claims, KEY)[:-8] + "AAAAAAAA", "signature"),
        (lambda claims: unsigned(claims), "alg"),  # noqa: PLW0108 - defined below
        (lambda claims: shared_secret(claims), "alg"),  # noqa: PLW0108 - defined below
        (lambda _: "not.a.token", "not a signed token"),
        (lambda _: "", "not a signed token"),
    ],
    ids=["unknown kid", "foreign key", "no kid", "broken", "alg none", "HS256", "noise", "empty"],
)
def test_a_forged_token_opens_nothing(garden, forge, named):
    asked = garden.begin()
    answer = garden.post(
        "/lti/launch", {"id_token": forge(claims_for(garden.url, asked)), "state": asked["state"]}
    )
    assert answer.status_code in {400, 401}
    assert named in answer.text
    assert garden.get("/").status_code == 401


def unsigned(claims):
    _, body, _ = signed(claims, KEY).split(".")
    return f"eyJhbGciOiJub25lIiwia2lkIjoia2V5LTEifQ.{body}."


def shared_secret(claims):
    key = jwk.OctKey.import_key(KEY.as_pem(private=False).hex())
    return jwt.encode({"alg": "HS256", "kid": KEY.kid}, claims, key)


def test_a_launch_works_once(garden):
    asked = garden.begin()
    form = {"id_token": signed(claims_for(garden.url, asked), KEY), "state": asked["state"]}
    assert garden.post("/lti/launch", form).status_code == 303
    again = garden.post("/lti/launch", form)
    assert again.status_code == 400
    assert "(state)" in again.text
    fresh = garden.post("/lti/launch", form | {"state": garden.begin()["state"]})
    assert "(nonce)" in fresh.text


def test_a_login_cannot_be_finished_in_another_browser(garden):
    asked = garden.begin()
    garden.cookies.clear()
    answer = garden.post(
        "/lti/launch",
        {"id_token": signed(claims_for(garden.url, asked), KEY), "state": asked["state"]},
    )
    assert answer.status_code == 400
    assert "another browser" in answer.text


def test_an_error_of_the_platform_is_shown_and_escaped(garden):
    asked = garden.begin()
    form = {"error": "login_required", "error_description": "<b>no</b>", "state": asked["state"]}
    answer = garden.post("/lti/launch", form)
    assert answer.status_code == 400
    assert "&lt;b&gt;no" in answer.text


def test_a_new_key_of_the_platform_is_noticed(garden, platform):
    assert garden.launch().status_code == 303
    platform.published = [OTHER_KEY]
    assert garden.launch(key=OTHER_KEY).status_code == 303
    assert garden.launch(key=KEY).status_code == 401


def test_unreadable_keys_are_the_platforms_fault(platform, tmp_path):
    sock, url = listening()
    broken = replace(config_for(platform.url, url, tmp_path), jwks_url=f"{platform.url}/nowhere")
    with served(SAMPLES[0].build(broken), sock):
        browser = Browser(url)
        assert browser.launch().status_code == 502
        browser.http.close()


@pytest.mark.parametrize("path", ["/", "/lti/login", "/icon.svg", "/healthz", "/kit/kit.css"])
def test_every_answer_carries_the_policy(browser, path):
    headers = browser.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/kit/stage.js", "text/javascript; charset=utf-8"),
        ("/kit/kit.css", "text/css; charset=utf-8"),
        ("/static/app.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_files_are_named_as_what_they_are(browser, path, kind):
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/kit/..%2ftool.py", "/static/"]
)
def test_only_the_static_folder_is_served(browser, path):
    assert browser.get(path).status_code == 404


def test_without_a_session_the_page_is_friendly(browser):
    answer = browser.get("/")
    assert answer.status_code == 401
    assert "Open me from TimeBack" in answer.text


def test_a_foreign_host_and_a_foreign_page_are_turned_away(garden):
    assert garden.get("/", headers={"Host": "evil.test"}).status_code == 400
    garden.launch()
    assert garden.post("/next", headers={"Origin": "http://127.0.0.1:1"}).status_code == 403
    assert garden.post("/next", {"x": "x" * 70_000}).status_code == 413


def test_a_changed_cookie_is_worth_nothing(garden):
    garden.launch()
    name = "math-garden_session"
    garden.cookies[name] = garden.cookies[name][:-1] + (
        "0" if garden.cookies[name][-1] != "0" else "1"
    )
    assert garden.get("/").status_code == 401


def sums(garden):
    """Read the question as a student would, and work it out."""
    page = garden.get("/").text
    prompt = re.search(r'data-testid="question"[^>]*>([^<]*)</h1>', page)[1]
    number = re.search(r'name="number" value="(\d+)"', page)[1]
    plain = prompt.replace("\N{MINUS SIGN}", "-").replace("\N{MULTIPLICATION SIGN}", "*")
    return number, str(eval(plain.removesuffix("= ?"), {}))


def test_the_answer_is_not_in_the_page(garden):
    garden.launch()
    _, answer = sums(garden)
    page = re.sub(r'(value|maxlength)="\d+"|Question \d+', "", garden.get("/").text)
    assert "data-answer" not in page
    assert not re.search(rf"[>\"' ]{answer}[<\"' ]", page.partition("<section")[2])


STARTED, COMPLETED, GRADED, EXPLAINED = (
    "AssessmentItem Started",
    "AssessmentItem Completed",
    "Grade Graded",
    "View Viewed",
)


def said(events):
    return [f"{event['type'].removesuffix('Event')} {event['action']}" for event in events]


def test_questions_are_reported_in_order(garden, platform):
    garden.launch()
    for given in ("right", "wrong"):
        number, answer = sums(garden)
        garden.post("/answer", {"number": number, "answer": answer if given == "right" else "999"})
        garden.post("/next")
    garden.get("/")
    events = platform.wait_for(10)
    one = [STARTED, COMPLETED, GRADED, EXPLAINED]
    assert said(events) == ["Assessment Started", *one, *one, STARTED]
    assert [
        event["generated"]["scoreGiven"] for event in events if event["type"] == "GradeEvent"
    ] == [1.0, 0.0]
    assert {event["actor"]["id"] for event in events} == {f"urn:uuid:{garden.subject}"}
    assert len({uuid.UUID(event["id"]) for event in events}) == 10


def test_a_full_bed_is_a_finished_lesson(garden, platform):
    garden.launch()
    for _ in range(11):
        page = garden.get("/").text
        number = re.search(r'name="number" value="(\d+)"', page)[1]
        choice = re.search(r'type="radio" name="answer" value="([^"]*)"', page)
        answer = html.unescape(choice[1]) if choice else "1"
        garden.post("/answer", {"number": number, "answer": answer})
        garden.post("/next")
    events = platform.wait_for(47)
    lessons = [event for event in events if event["type"] == "AssessmentEvent"]
    assert said(lessons) == ["Assessment Started", "Assessment Submitted", "Assessment Started"]
    begun, done, following = (event["object"]["id"].rpartition("#")[2] for event in lessons)
    assert (begun, done, following) == ("beds/1", "beds/1", "beds/2")
    run = lessons[1]["generated"]
    assert run["startedAtTime"] == lessons[0]["eventTime"] <= run["endedAtTime"]


def test_an_answer_names_its_skill_its_lesson_and_how_long_it_took(garden, platform):
    garden.launch()
    number, answer = sums(garden)
    garden.post("/answer", {"number": number, "answer": answer})
    _, started, completed, graded, explained = platform.wait_for(5)
    item = started["object"]
    assert item["learningObjectives"][0]["id"].endswith("#skills/addition")
    assert item["isPartOf"]["id"].endswith("#beds/1")
    assert completed["object"] == graded["object"]["assignable"] == item
    assert explained["object"]["isPartOf"] == item
    took = completed["generated"]["attempt"]
    assert started["eventTime"] == took["startedAtTime"] <= took["endedAtTime"]


def heard_by(markup):
    """What the page's script tells its own window."""
    found = re.findall(r'<script type="application/json" data-caliper>(.*?)</script>', markup)
    return [event for listed in found for event in json.loads(listed)]


def test_the_page_is_told_exactly_what_the_platform_is(garden, platform):
    garden.launch()
    page = garden.get("/").text
    again = garden.get("/").text
    number, answer = sums(garden)
    stage = {"X-Stage": "1"}
    feedback = garden.post("/answer", {"number": number, "answer": answer}, headers=stage).text
    following = garden.post("/next", headers=stage).text
    told = [event for markup in (page, again, feedback, following) for event in heard_by(markup)]
    assert told == platform.wait_for(6)
    assert said(told) == ["Assessment Started", STARTED, COMPLETED, GRADED, EXPLAINED, STARTED]
    assert heard_by(again) == []


def test_no_sign_in_the_data_ends_its_element():
    event = {"name": "</script><script>alert(1)</script><!--"}
    markup = told([event])
    assert markup.count("<") == 2
    assert heard_by(markup) == [event]
    assert told([]) == ""


def test_what_is_no_number_is_asked_again_and_not_reported(garden, platform):
    garden.launch()
    number, _ = sums(garden)
    for given in ("", "twelve", "1e3", "-4", "9" * 50, "٣"):
        answer = garden.post("/answer", {"number": number, "answer": given})
        assert "Type a number" in answer.text
    assert said(platform.wait_for(2)) == ["Assessment Started", STARTED]


def test_an_answer_counts_once(garden, platform):
    garden.launch()
    number, answer = sums(garden)
    for _ in range(3):
        garden.post("/answer", {"number": number, "answer": answer})
    garden.post("/next")
    garden.get("/")
    assert len(platform.wait_for(6)) == 6


def test_the_student_never_waits_for_a_platform_that_is_down(garden, platform):
    garden.launch()
    platform.down = True
    for _ in range(3):
        began = time.monotonic()
        number, answer = sums(garden)
        garden.post("/answer", {"number": number, "answer": answer})
        garden.post("/next")
        assert time.monotonic() - began < 1.0
    assert platform.events == []
    platform.down = False
    events = platform.wait_for(14)
    assert said(events[1:4]) == [STARTED, COMPLETED, GRADED]
    assert len({event["id"] for event in events}) == len(events)
    assert platform.refused_posts > 0


def test_a_token_that_expired_early_is_renewed_once(garden, platform):
    garden.launch()
    garden.get("/")
    platform.wait_for(1)
    before = platform.tokens
    platform.expired = {platform.bearers[-1]}
    number, answer = sums(garden)
    garden.post("/answer", {"number": number, "answer": answer})
    platform.wait_for(3)
    assert platform.tokens == before + 1
    assert platform.bearers[-1] == f"token-{platform.tokens}"


def test_two_students_in_one_browser_do_not_meet(garden):
    garden.launch()
    number, answer = sums(garden)
    garden.post("/answer", {"number": number, "answer": answer})
    garden.launch(sub=str(uuid.uuid4()))
    assert "Every answer grows" in garden.get("/").text
    garden.launch()
    assert "1 of 1 right" in garden.get("/").text


STORY, QUIZ = "/stories/masters-of-disguise", "/stories/masters-of-disguise/questions"


def test_reading_a_text_is_reported_page_by_page(lantern, platform):
    for number in (1, 2, 3, 3):
        assert lantern.get(f"{STORY}/{number}").status_code == 200
    events = platform.wait_for(6)
    begun = ["Assignable Started", "Navigation NavigatedTo"]
    assert said(events) == [*begun, *["View Viewed"] * 4]
    assert [event["object"]["id"].rpartition("/")[2] for event in events[2:]] == [
        "1",
        "2",
        "3",
        "3",
    ]


def test_questions_to_a_text_point_into_it(lantern, platform):
    page = lantern.get(QUIZ).text
    assert "Because it has no bones, even" in page.partition("Look back at the text")[2]
    answer = {"number": "0", "answer": "It has eight arms"}
    feedback = lantern.post(f"{QUIZ}/answer", answer, headers={"X-Stage": "1"}).text
    assert 'data-correct="false"' in feedback
    assert "<mark>Because it has no bones, even a large octopus" in feedback
    told = platform.wait_for(5)
    assert said(told) == ["Assignable Started", STARTED, COMPLETED, GRADED, EXPLAINED]
    place = told[2]["extensions"]["timeback"]["choice"]
    shown = re.findall(r'type="radio" name="answer" value="([^"]*)"', page)
    assert shown[place] == "It has eight arms"


def test_a_quiz_is_finished_and_taken_again(lantern, platform):
    lantern.get(QUIZ)
    answers = ("It has no bones", "The color shows", "To stay safe and to hunt", "To paint rocks")
    for number, answer in enumerate(answers):
        lantern.post(f"{QUIZ}/answer", {"number": str(number), "answer": answer})
        page = lantern.post(f"{QUIZ}/next", headers={"X-Stage": "1"}).text
    assert "3 of 4 right" in page
    assert "3 of 4 right" in lantern.get("/").text
    assert "Question 1 of 4" in lantern.post(f"{QUIZ}/again", headers={"X-Stage": "1"}).text
    events = platform.wait_for(20)
    attempts = [
        event["generated"]["count"]
        for event in events
        if event["type"] == "AssessmentItemEvent" and event["action"] == "Started"
    ]
    assert attempts == [1, 1, 1, 1, 2]
    lessons = [event for event in events if event["type"] == "AssignableEvent"]
    assert [event["action"] for event in lessons] == ["Started", "Completed", "Started"]


@pytest.mark.parametrize(
    "form",
    [
        {"number": "0", "answer": "nonsense"},
        {"number": "3", "answer": "It has no bones"},
        {"number": "x", "answer": "It has no bones"},
        {"answer": "It has no bones"},
        {},
    ],
)
def test_a_crooked_answer_changes_nothing(lantern, form):
    lantern.get(QUIZ)
    page = lantern.post(f"{QUIZ}/answer", form, headers={"X-Stage": "1"}).text
    assert 'data-testid="question"' in page


def test_the_letters_grow_and_the_way_back_stays_ours(lantern):
    answer = lantern.post("/size", {"size": "3", "back": f"{STORY}/2"})
    assert answer.headers["location"] == f"{STORY}/2"
    assert "size3" in lantern.get(f"{STORY}/2").text
    for back in ("//evil.test", "https://evil.test/", "/stories/x/1\r\nSet-Cookie: a=b", ""):
        assert lantern.post("/size", {"size": "99", "back": back}).headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/stories/none/1",
        f"{STORY}/0",
        f"{STORY}/4",
        f"{STORY}/" + "9" * 5000,
        "/stories/none/questions",
    ],
)
def test_a_page_that_is_not_there_says_so(lantern, path):
    assert lantern.get(path).status_code == 404


def test_the_film_is_sent_in_parts(loft):
    whole = loft.get("/lessons/moon/video.webm")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/webm")
    part = loft.get("/lessons/moon/video.webm", headers={"Range": "bytes=1000-1999"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(whole.content)}"
    assert part.content == whole.content[1000:2000]
    beyond = loft.get("/lessons/moon/video.webm", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416


def test_the_film_and_its_captions_need_a_session(loft):
    assert loft.get("/lessons/moon/captions.vtt").text.startswith("WEBVTT\n\n00:00:00.000 --> ")
    loft.cookies.clear()
    assert loft.get("/lessons/moon/video.webm").status_code == 401
    assert loft.get("/lessons/moon/captions.vtt").status_code == 401


def test_the_player_is_heard(loft, platform):
    for action, at in (
        ("Started", "0"),
        ("Paused", "12.345"),
        ("Resumed", "12.345"),
        ("Ended", "148.008"),
    ):
        assert loft.post("/lessons/moon/media", {"action": action, "at": at}).status_code == 204
    events = platform.wait_for(4)
    assert [event["action"] for event in events] == ["Started", "Paused", "Resumed", "Ended"]
    assert events[1]["target"]["currentTime"] == "PT12.345S"
    assert events[1]["object"]["duration"] == "PT148.000S"


@pytest.mark.parametrize(
    "form",
    [
        {"action": "Exploded", "at": "1"},
        {"action": "Paused", "at": "nan"},
        {"action": "Paused", "at": "-1"},
        {"action": "Paused", "at": "1e9"},
        {"action": "Paused"},
        {"at": "1"},
    ],
)
def test_noise_from_a_player_is_refused(loft, form):
    assert loft.post("/lessons/moon/media", form).status_code == 400


def test_each_chapter_has_its_questions(loft, platform):
    check = "/lessons/fractions/checks/1"
    loft.get(check)
    for number, answer in enumerate(
        ("Only when all 4 pieces have the same size", "No, halves must be the same size")
    ):
        loft.post(f"{check}/answer", {"number": str(number), "answer": answer})
        page = loft.post(f"{check}/next", headers={"X-Stage": "1"}).text
    assert "2 of 2 right" in page
    assert 'data-testid="continue"' in page
    assert "1 of 3 chapters done" in loft.get("/").text
    one = [STARTED, COMPLETED, GRADED, EXPLAINED]
    assert said(platform.wait_for(9)) == ["Assignable Started", *one, *one]


def test_a_lesson_is_finished_with_its_last_check(loft, platform):
    loft.get("/lessons/fractions")
    for chapter in range(1, len(lessons()["fractions"].chapters) + 1):
        check = f"/lessons/fractions/checks/{chapter}"
        loft.get(check)
        for number, question in enumerate(lessons()["fractions"].chapters[chapter - 1].questions):
            loft.post(f"{check}/answer", {"number": str(number), "answer": question.answer})
            loft.post(f"{check}/next", headers={"X-Stage": "1"})
    asked = sum(len(chapter.questions) for chapter in lessons()["fractions"].chapters)
    events = platform.wait_for(2 + 4 * asked)
    ends = [said([event])[0] for event in (events[0], events[-1])]
    assert ends == ["Assignable Started", "Assignable Completed"]
    assert events[0]["object"] == events[-1]["object"]


@pytest.mark.parametrize(
    "path",
    [
        "/lessons/none",
        "/lessons/moon/checks/0",
        "/lessons/moon/checks/4",
        "/lessons/moon/checks/" + "9" * 5000,
        "/lessons/none/video.webm",
    ],
)
def test_a_lesson_that_is_not_there_says_so(loft, path):
    assert loft.get(path).status_code == 404


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.slug)
def test_the_shelf_is_complete(sample):
    assert re.fullmatch(r"[a-z-]+", sample.slug)
    assert re.fullmatch(r"#[0-9a-f]{6}", sample.accent)
    assert sample.icon_svg.startswith("<svg ")
    assert sample.description.endswith(".")
