from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.helpers.backends import SESSION, TOOL, InProcess, RunningBackend, bearer, form_of
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.demo.apps.catalogue import SAMPLES
from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.backend.lti.service import user_of_subject

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
LIS = "http://purl.imsglobal.org/vocab/lis/v2/"


def launched(site: InProcess, **changes: Any) -> dict[str, str]:
    initiation = site.initiation(site.sign_in())
    return form_of(site.authorize({**site.good_request(initiation), **changes}))


def verified(site: InProcess, id_token: str) -> Any:
    keys = KeySet.import_key_set(site.get("/.well-known/jwks.json").json())
    return jwt.decode(id_token, keys, algorithms=["RS256"])


def test_initiation_carries_all_that_tools_ask_for(site: InProcess) -> None:
    initiation = site.initiation(site.sign_in())
    hints = [initiation.pop("login_hint"), initiation.pop("lti_message_hint")]
    assert initiation == {
        "iss": site.platform.settings.url,
        "target_link_uri": f"{TOOL}/start",
        "client_id": site.tool.client_id,
        "lti_deployment_id": site.tool.deployment_id,
    }
    assert all(re.fullmatch(r"[\w-]{43}", hint) for hint in hints)  # 256 random bits
    assert hints[0] != hints[1]


def test_the_id_token_tells_what_is_required_and_nothing_about_the_person(site: InProcess) -> None:
    form = launched(site)
    assert (form["action"], form["state"]) == (f"{TOOL}/launch", "state-of-the-tool")
    token = verified(site, form["id_token"])
    claims = dict(token.claims)
    now = site.clock.ms // 1000
    assert token.header["alg"] == "RS256"
    assert re.fullmatch(r"[0-9a-f-]{36}", claims.pop("sub"))
    assert claims == {
        "iss": "http://127.0.0.1:8899",
        "aud": site.tool.client_id,
        "iat": now,
        "exp": now + 300,
        "nonce": "nonce-of-the-tool",
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": site.tool.deployment_id,
        f"{CLAIM}target_link_uri": f"{TOOL}/start",
        f"{CLAIM}resource_link": {"id": site.tool.id, "title": "Tool"},
        f"{CLAIM}context": {
            "id": demo_id("class", "willow"),
            "label": "willow",
            "title": "Willow Room",
            "type": [f"{LIS}course#CourseSection"],
        },
        f"{CLAIM}roles": [f"{LIS}membership#Learner", f"{LIS}institution/person#Student"],
        f"{CLAIM}custom": {"timeback_session": f"urn:uuid:{SESSION}"},
    }


def test_the_subject_is_stable_per_app_and_told_apart_between_apps(site: InProcess) -> None:
    other = site.register("Other tool")
    token, subjects = site.sign_in(), []
    for app in (site.tool, site.tool, other):
        asked = site.good_request(site.initiation(token, app.id))
        subjects.append(verified(site, form_of(site.authorize(asked))["id_token"]).claims["sub"])
    assert subjects[0] == subjects[1] != subjects[2]
    student = demo_id("user", "ava.thompson")
    assert student not in subjects
    with reading(site.platform.engine) as connection:
        assert user_of_subject(connection, other.id, subjects[2]) == student
        assert user_of_subject(connection, other.id, subjects[0]) is None


def test_a_coach_is_launched_as_instructor(site: InProcess) -> None:
    initiation = site.initiation(site.sign_in("priya.raman", "2580"))
    form = form_of(site.authorize(site.good_request(initiation)))
    roles = verified(site, form["id_token"]).claims[f"{CLAIM}roles"]
    assert roles[0] == f"{LIS}membership#Instructor"


@pytest.mark.parametrize("length", [1, 300, 8192])
def test_state_and_nonce_come_back_letter_by_letter(site: InProcess, length: int) -> None:
    odd = ("\"><script>alert(1)</script>&amp;'é +%20" * length)[:length].strip() or "x"
    form = launched(site, state=odd, nonce=odd[:4096])
    assert form["state"] == odd
    assert verified(site, form["id_token"]).claims["nonce"] == odd[:4096]


def test_a_tool_may_answer_by_form_post(site: InProcess) -> None:
    asked = site.good_request(site.initiation(site.sign_in()))
    answer = site.post("/lti/1.3/authorize", data=asked)
    assert answer.status_code == 200
    assert "id_token" in form_of(answer)


def test_the_page_may_do_nothing_but_post_to_the_app(site: InProcess) -> None:
    answer = site.authorize(site.good_request(site.initiation(site.sign_in())))
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r'<script nonce="([\w-]+)">', answer.text)
    assert nonce
    assert f"script-src 'nonce-{nonce.group(1)}'" in policy
    assert policy.startswith("default-src 'none'")
    assert f"form-action {TOOL} " in policy
    told = {name: answer.headers[name] for name in ("cache-control", "referrer-policy")}
    assert told == {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_login_address_keeps_the_query_it_was_registered_with(site: InProcess) -> None:
    app = site.register("Query tool", login_url=f"{TOOL}/login?tenant=7&x=a%20b")
    asked = {"applicationId": app.id, "sessionId": SESSION}
    url = site.post("/desktop/1.0/launches", site.sign_in(), json=asked).json()["url"]
    assert url.startswith(f"{TOOL}/login?tenant=7&x=a%20b&iss=")


def test_a_launch_signed_before_the_keys_turned_is_verified_after_it(site: InProcess) -> None:
    form = launched(site)
    site.clock.pass_seconds(600)
    site.platform.keys.turn(site.clock())
    published = KeySet.import_key_set(site.get("/.well-known/jwks.json").json())
    assert jwt.decode(form["id_token"], published, algorithms=["RS256"])
    header = jwt.decode(launched(site)["id_token"], published, algorithms=["RS256"]).header
    assert header["kid"] == published.keys[0].kid


def test_the_key_set_has_public_members_only(site: InProcess) -> None:
    for key in site.get("/.well-known/jwks.json").json()["keys"]:
        assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
        assert len(base64.urlsafe_b64decode(key["n"] + "==")) * 8 == 2048


def test_the_discovery_document_leads_to_routes_that_answer(site: InProcess) -> None:
    told = site.get("/.well-known/openid-configuration").json()
    assert told["issuer"] == site.platform.settings.issuer_url
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        path = told[name].removeprefix(told["issuer"])
        assert site.get(path).status_code != 404


def test_a_hint_raced_twenty_times_gives_exactly_one_token(backend: RunningBackend) -> None:
    token = backend.sign_in(backend.credentials["studentId"])
    with httpx.Client(base_url=backend.url) as client:
        app = client.get("/desktop/1.0/catalog", headers=bearer(token)).json()["applications"][0]
        asked = {"applicationId": app["id"], "sessionId": SESSION}
        url = client.post("/desktop/1.0/launches", json=asked, headers=bearer(token)).json()["url"]
    begun = httpx.get(url, follow_redirects=False)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: httpx.get(begun.headers["location"]), range(20)))
    assert all(answer.status_code == 200 for answer in answers)
    assert sum("id_token" in form_of(answer) for answer in answers) == 1
    assert sum(form_of(answer).get("error") == "login_required" for answer in answers) == 19


def test_fifty_launches_at_once_have_fifty_hints(backend: RunningBackend) -> None:
    token = backend.sign_in(backend.credentials["studentId"])
    with httpx.Client(base_url=backend.url, headers=bearer(token)) as client:
        app = client.get("/desktop/1.0/catalog").json()["applications"][0]
        asked = {"applicationId": app["id"], "sessionId": SESSION}
        with ThreadPoolExecutor(10) as pool:
            opened = list(
                pool.map(lambda _: client.post("/desktop/1.0/launches", json=asked), range(50))
            )
    queries = [dict(parse_qsl(urlsplit(one.json()["url"]).query)) for one in opened]
    assert len({query["login_hint"] for query in queries}) == 50
    assert len({query["lti_message_hint"] for query in queries}) == 50


def test_every_sample_app_opens_for_a_student_and_leaves_no_token_behind(
    backend: RunningBackend,
) -> None:
    token = backend.sign_in(backend.credentials["studentId"])
    with httpx.Client(base_url=backend.url, headers=bearer(token)) as client:
        apps = client.get("/desktop/1.0/catalog").json()["applications"]
        for app in apps:
            asked = {"applicationId": app["id"], "sessionId": SESSION}
            url = client.post("/desktop/1.0/launches", json=asked).json()["url"]
            assert open_in_browser(url) == 200
    assert len(apps) == len(SAMPLES)
    kept = [path.read_bytes() for path in backend.data.rglob("*") if path.is_file()]
    assert not any(b"eyJ" in content for content in kept)


def open_in_browser(url: str) -> int:
    """Follow a launch as a browser does and return the status of the app's first page."""
    begun = httpx.get(url)
    form = form_of(httpx.get(begun.headers["location"]))
    assert "error" not in form, form
    opened = httpx.post(form.pop("action"), data=form, headers=cookies_of(begun))
    return httpx.get(
        opened.url.join(opened.headers["location"]), headers=cookies_of(opened)
    ).status_code


def cookies_of(answer: httpx.Response) -> dict[str, str]:
    """Send the cookies back whatever their Secure flag says: browsers trust loopback."""
    return {"cookie": "; ".join(f"{name}={value}" for name, value in answer.cookies.items())}
