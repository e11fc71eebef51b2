"""Where everything is: the discovery documents and the key set of each environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.backends import RUN_SECRET, InProcess, opened_site
from timeback_desktop.backend.auth.grants import client_credentials, grant_types, register_grant
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.settings import Settings

ISSUER = "http://127.0.0.1:8899"
SERVER = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
JWKS = "/.well-known/jwks.json"
PLACES = [
    (SERVER, ISSUER),
    (OPENID, ISSUER),
    (f"/sandbox{SERVER}", f"{ISSUER}/sandbox"),
    (f"{SERVER}/sandbox", f"{ISSUER}/sandbox"),
    (f"/sandbox{OPENID}", f"{ISSUER}/sandbox"),
]


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One site for the whole module: it is only read, but for its keys."""
    with opened_site(school, tmp_path_factory.mktemp("site") / "data") as site:
        yield site


def endpoints(told: dict[str, Any]) -> dict[str, str]:
    return {
        name: url for name, url in told.items() if name.endswith("_endpoint") or name == "jwks_uri"
    }


@pytest.mark.parametrize(("path", "issuer"), PLACES)
def test_every_address_of_a_document_is_the_issuers_and_answers(
    site: InProcess, path: str, issuer: str
) -> None:
    told = site.get(path).json()
    assert told["issuer"] == issuer
    assert {"token_endpoint", "jwks_uri"} <= set(endpoints(told))
    for url in endpoints(told).values():
        assert url.startswith(f"{issuer}/")
        assert site.get(url.removeprefix(ISSUER)).status_code not in {404, 500}


@pytest.mark.parametrize(
    ("path", "environment"),
    [(SERVER, Environment.PRODUCTION), (f"/sandbox{SERVER}", Environment.SANDBOX)],
)
def test_the_grants_that_are_named_are_those_that_are_answered(
    site: InProcess, path: str, environment: Environment
) -> None:
    told = site.get(path).json()
    assert told["grant_types_supported"] == grant_types(environment)
    for grant_type in ("authorization_code", "client_credentials", "password", "implicit"):
        answer = site.post(f"{environment.prefix}/oauth2/token", data={"grant_type": grant_type})
        unsupported = answer.json()["error"] == "unsupported_grant_type"
        assert unsupported == (grant_type not in told["grant_types_supported"])


def test_a_grant_may_belong_to_one_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timeback_desktop.backend.auth.grants._grants", {})
    register_grant("urn:test", client_credentials, (Environment.SANDBOX,))
    assert [grant_types(place) for place in Environment] == [[], ["urn:test"]]


def test_a_sandbox_has_no_sandbox_of_its_own(site: InProcess) -> None:
    assert site.get(f"/sandbox{SERVER}/sandbox").status_code == 404


def test_the_proofs_of_a_client_are_named(site: InProcess) -> None:
    told = site.get(SERVER).json()
    proofs = told["token_endpoint_auth_methods_supported"]
    assert {"client_secret_basic", "client_secret_post", "private_key_jwt"} <= set(proofs)
    algorithms = told["token_endpoint_auth_signing_alg_values_supported"]
    assert algorithms == ["ES256", "PS256", "RS256"]


@pytest.mark.parametrize("path", [JWKS, SERVER, OPENID])
def test_a_document_is_kept_for_minutes_and_sent_again_only_when_it_changed(
    site: InProcess, path: str
) -> None:
    answer = site.get(path)
    assert answer.headers["cache-control"] == "public, max-age=300"
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = site.request("GET", path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert site.request("GET", path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_both_environments_publish_the_keys_that_the_platform_signs_with(site: InProcess) -> None:
    assert site.get(f"/sandbox{JWKS}").json() == site.get(JWKS).json()


def test_only_the_desktop_turns_the_keys(site: InProcess) -> None:
    path, before = "/auth/1.0/keys/rotate", site.get(JWKS)
    assert [site.post(path).status_code, site.post(path, site.sign_in()).status_code] == [401, 401]
    assert site.get(JWKS).json() == before.json()
    site.clock.pass_seconds(600)
    kid = site.post(path, RUN_SECRET).json()["kid"]
    after = site.get(JWKS)
    assert kid == after.json()["keys"][0]["kid"] == before.json()["keys"][1]["kid"]
    assert after.headers["etag"] != before.headers["etag"]
    assert site.post(path, RUN_SECRET).status_code == 409
