from __future__ import annotations

import re

import pytest

from tests.helpers.backends import InProcess
from timeback_desktop.backend.reference.document import served_by
from timeback_desktop.backend.reference.examples import of_schema
from timeback_desktop.backend.scopes import EVERY_SCOPE, ROSTER_READONLY

USERS = "/ims/oneroster/rostering/v1p2/users"


def test_the_document_names_every_route_and_what_it_asks(site: InProcess) -> None:
    document = site.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    told = {(p, m) for p, ops in document["paths"].items() for m in ops}
    assert {(r.path, r.method) for r in served_by(site.app) if r.in_schema} == told
    assert {"token": [ROSTER_READONLY]} in document["paths"][USERS]["get"]["security"]
    assert document["paths"]["/.well-known/jwks.json"]["get"]["security"] == []
    held = document["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]
    assert set(held["scopes"]) == set(EVERY_SCOPE)


def test_operation_names_are_told_once(site: InProcess) -> None:
    paths = site.get("/openapi.json").json()["paths"]
    names = [op["operationId"] for ops in paths.values() for op in ops.values()]
    assert len(names) == len(set(names)) > 60


def test_a_thing_of_the_roster_has_a_shape_and_an_example(site: InProcess) -> None:
    document = site.get("/openapi.json").json()
    user = document["components"]["schemas"]["User"]
    assert {"sourcedId", "givenName", "familyName", "roles"} <= set(user["required"])
    content = document["paths"][USERS]["get"]["responses"]["200"]["content"]["application/json"]
    assert content["example"]["users"][0]["givenName"] == "Ava"
    assert content["example"]["users"][0]["primaryOrg"]["type"] == "org"


def test_every_group_has_a_page_without_any_script(site: InProcess) -> None:
    front = site.get("/docs")
    links = re.findall(r'href="(/docs/[a-z0-9-]+)"', front.text)
    assert len(set(links)) > 6
    for link in {*links, "/docs"}:
        page = site.get(link)
        assert page.status_code == 200
        assert "script" not in page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert page.text.count("<h1>") == 1
        anchors = re.findall(r'<article id="([^"]+)"', page.text)
        assert len(anchors) == len(set(anchors))


def test_pages_work_in_the_sandbox_too(site: InProcess) -> None:
    page = site.get("/sandbox/docs")
    assert 'href="/sandbox/docs/style.css"' in page.text
    assert site.get("/sandbox/docs/style.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("name", ["nothing", "%3Cscript%3E", "..%2Fopenapi.json"])
def test_a_page_that_is_not_there_is_told(site: InProcess, name: str) -> None:
    answer = site.get(f"/docs/{name}")
    assert (answer.status_code, "message" in answer.json()) == (404, True)


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string", "example": "x"}, "x"),
        ({"type": "string", "enum": ["b", "a"]}, "b"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"type": "object", "properties": {"email": {"type": "string"}}}, {"email": "ava.thompson@demo.example"}),
        ({"$ref": "#/components/schemas/Loop"}, {"again": {"again": {}}}),
        ({}, None),
    ],
)  # fmt: skip
def test_examples_follow_the_schema(schema: dict[str, object], example: object) -> None:
    loop = {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/Loop"}}}
    made = of_schema(schema, {"Loop": loop})
    assert made == example or (isinstance(made, dict) and "again" in made)
