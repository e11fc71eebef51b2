"""What apps write into the gradebook, and of learning resources and course components."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.oneroster import GRADEBOOK, RESOURCES
from tests.helpers.oneroster import ROSTER as ROSTERING
from tests.helpers.writers import Writer, fault, reference, token_with
from timeback_desktop.backend import scopes
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import STUDENT_ID, demo_id
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.settings import Settings

OTHER = "01a00000-0000-7000-8000-00000000aaaa"
KENJI = demo_id("user", "kenji.watanabe")
ROOM, CEDAR_ROOM = demo_id("class", "willow"), demo_id("class", "cedar")
COURSE, SCHOOL = demo_id("course", "willow"), demo_id("org", "elementary")
QUARTER = demo_id("academicSession", "q2")
GRADED = {"scoreDate": "2026-11-20", "scoreStatus": "fully graded", "score": 90}


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("gradebook") / "data") as site:
        with writing(site.platform.engine) as connection:
            register_publisher(connection, OTHER, "Another school", site.clock() + 1)
        yield site


@pytest.fixture(scope="module")
def client(site: InProcess) -> Writer:
    """A client of a school with a line item, a test, a resource and a unit of a course."""
    client = Writer.of(site)
    for path, name, document in (
        (f"{GRADEBOOK}/lineItems", "lineItem", {"class": reference(ROOM)}),
        (f"{GRADEBOOK}/assessmentLineItems", "assessmentLineItem", {}),
        (f"{RESOURCES}/resources", "resource", {"vendorResourceId": "v-1"}),
        (f"{ROSTERING}/courses/components", "courseComponent", {"course": reference(COURSE)}),
    ):
        client.create(path, name, sourcedId="base", title="Base", **document)
    return client


def result_of(who: str, **changes: Any) -> dict[str, Any]:
    return {"student": reference(who), "lineItem": reference("base"), **GRADED, **changes}


COLLECTIONS: dict[str, tuple[str, dict[str, Any], dict[str, Any], bool]] = {
    f"{GRADEBOOK}/categories": ("category", {"title": "T"}, {"weight": 0.5}, True),
    f"{GRADEBOOK}/lineItems": (
        "lineItem",
        {"title": "T", "class": reference(ROOM)},
        {"resultValueMax": 20.0},
        True,
    ),
    f"{GRADEBOOK}/results": ("result", result_of(STUDENT_ID), {"score": 70.5}, True),
    f"{GRADEBOOK}/scoreScales": (
        "scoreScale",
        {
            "title": "T",
            "type": "letter",
            "class": reference(ROOM),
            "scoreScaleValue": [{"itemValueLHS": "A", "itemValueRHS": "90"}],
        },
        {"title": "U"},
        True,
    ),
    f"{GRADEBOOK}/assessmentLineItems": (
        "assessmentLineItem",
        {"title": "T", "component": reference("base")},
        {"metadata": {"xp": 3}},
        True,
    ),
    f"{GRADEBOOK}/assessmentResults": (
        "assessmentResult",
        {
            "assessmentLineItem": reference("base"),
            "student": reference(STUDENT_ID),
            **GRADED,
            "metadata": {"xp": 10, "accuracy": 0.9},
        },
        {"comment": "Well done"},
        True,
    ),
    f"{RESOURCES}/resources": (
        "resource",
        {"title": "T", "vendorResourceId": "v-2"},
        {"metadata": {"type": "video", "format": "mp4"}},
        False,
    ),
    f"{ROSTERING}/courses/components": (
        "courseComponent",
        {"title": "T", "course": reference(COURSE), "parent": reference("base")},
        {"sortOrder": 2},
        False,
    ),
    f"{ROSTERING}/courses/component-resources": (
        "componentResource",
        {"title": "T", "courseComponent": reference("base"), "resource": reference("base")},
        {"lessonType": "quiz"},
        False,
    ),
}
NAMES = [path.rsplit("v1p2/", 1)[1] for path in COLLECTIONS]


@pytest.mark.parametrize("path", COLLECTIONS, ids=NAMES)
def test_each_kind_is_created_changed_and_put_away(client: Writer, path: str) -> None:
    name, document, change, _ = COLLECTIONS[path]
    one = f"{path}/{client.create(path, name, **document)}"
    answer = client.send("PUT", one, {name: {**document, **change}})
    assert answer.status_code == 200
    assert answer.json()[name] == client.read(one)
    assert change.items() <= client.read(one).items()
    assert client.send("PATCH", one, {name: {"metadata": {"a": 1}}}).status_code == 200
    assert client.send("DELETE", one).status_code == 204
    gone = client.read(one)
    assert (gone["status"], gone["metadata"]) == ("tobedeleted", {"a": 1})
    assert client.send("DELETE", one).status_code == 204


@pytest.mark.parametrize("path", COLLECTIONS, ids=NAMES)
def test_put_creates_where_the_standard_has_it_so(client: Writer, path: str) -> None:
    name, document, _, upsert = COLLECTIONS[path]
    first = client.send("PUT", f"{path}/by-put", {name: document})
    assert first.status_code == (201 if upsert else 404)
    if upsert:
        assert first.json()[name]["sourcedId"] == "by-put"
        again = client.send("PUT", f"{path}/by-put", {name: document})
        assert again.status_code == 200


@pytest.mark.parametrize("path", COLLECTIONS, ids=NAMES)
def test_nothing_is_written_without_the_scope_or_into_another_school(
    site: InProcess, path: str
) -> None:
    name, document, _, _ = COLLECTIONS[path]
    readonly = [scope for scope in scopes.ROSTER if scope.endswith("readonly")]
    shown = bearer(token_with(site, *readonly))
    one = {name: {**document, "sourcedId": "stolen"}}
    calls = [("POST", path), ("PUT", f"{path}/stolen"), ("PATCH", f"{path}/base")]
    found = [site.request(how, where, json=one, headers=shown).status_code for how, where in calls]
    found.append(site.request("DELETE", f"{path}/base", headers=shown).status_code)
    assert found == [403] * 4
    stranger = Writer.of(site, OTHER)
    assert stranger.send("PATCH", f"{path}/base", {name: {}}).status_code in {404, 422}
    assert stranger.send("DELETE", f"{path}/base").status_code == 404
    leads_out = any(isinstance(value, dict) and "sourcedId" in value for value in document.values())
    expected = 422 if leads_out else 201
    assert stranger.send("POST", path, {name: document}).status_code == expected


@pytest.mark.parametrize("kind", ["results", "assessmentResults"])
def test_a_result_never_moves_to_another_student(client: Writer, kind: str) -> None:
    name, document, _, _ = COLLECTIONS[f"{GRADEBOOK}/{kind}"]
    one = f"{GRADEBOOK}/{kind}/{client.create(f'{GRADEBOOK}/{kind}', name, **document)}"
    moved = {**document, "student": reference(KENJI)}
    for method in ("PUT", "PATCH"):
        answer = client.send(method, one, {name: moved})
        assert fault(answer)[:2] == (422, "invaliddata")
        assert "/student" in fault(answer)[2]
    answer = client.send("POST", f"{GRADEBOOK}/{kind}", {name: {**moved, "sourcedId": one[-36:]}})
    assert answer.status_code == 409
    assert client.read(one)["student"]["sourcedId"] == STUDENT_ID


def test_what_the_older_client_tells_of_a_test_is_told_again(client: Writer) -> None:
    category = client.create(f"{GRADEBOOK}/categories", "category", title="Tests")
    led = {"class": ROOM, "school": SCHOOL, "category": category}
    dates = {"assignDate": "2026-11-01T00:00:00.000Z", "dueDate": "2026-11-30T00:00:00.000Z"}
    told = {"title": "T", **dates, **{name: reference(to) for name, to in led.items()}}
    one = client.create(f"{GRADEBOOK}/assessmentLineItems", "assessmentLineItem", **told)
    kept = client.read(f"{GRADEBOOK}/assessmentLineItems/{one}")
    assert {name: kept[name]["sourcedId"] for name in led} == led
    assert dates.items() <= kept.items()


def test_the_older_clients_own_name_for_a_class_is_understood(client: Writer) -> None:
    told = {"title": "T", "class_": reference(ROOM)}
    item = client.create(f"{GRADEBOOK}/lineItems", "lineItem", **told)
    assert client.read(f"{GRADEBOOK}/lineItems/{item}")["class"]["sourcedId"] == ROOM


ITEM = {"title": "Posted", "assignDate": "2026-11-01", "dueDate": "2026-11-30"}
POSTS = [
    (f"classes/{ROOM}/lineItems", "lineItems", ITEM, ("class", ROOM)),
    (
        f"schools/{SCHOOL}/lineItems",
        "lineItems",
        {**ITEM, "class": reference(ROOM)},
        ("school", SCHOOL),
    ),
    (
        "lineItems/base/results",
        "results",
        {"student": reference(STUDENT_ID), **GRADED},
        ("lineItem", "base"),
    ),
    (
        f"classes/{ROOM}/academicSessions/{QUARTER}/results",
        "results",
        result_of(STUDENT_ID),
        ("class", ROOM),
    ),
]


@pytest.mark.parametrize(("path", "key", "document", "leads"), POSTS)
def test_several_are_posted_at_once_and_one_is_told_as_one(
    client: Writer, path: str, key: str, document: dict[str, Any], leads: tuple[str, str]
) -> None:
    several = client.send("POST", f"{GRADEBOOK}/{path}", {key: [document, document]})
    assert several.status_code == 201
    allocated = [pair["allocatedSourcedId"] for pair in several.json()["sourcedIdPairs"]]
    assert len(set(allocated)) == 2
    field, target = leads
    for sourced_id in allocated:
        assert client.read(f"{GRADEBOOK}/{key}/{sourced_id}")[field]["sourcedId"] == target
    single = client.send("POST", f"{GRADEBOOK}/{path}", {key: [document]})
    assert set(single.json()["sourcedIdPairs"]) == {"suppliedSourcedId", "allocatedSourcedId"}


@pytest.mark.parametrize(("path", "key", "document", "leads"), POSTS)
def test_a_post_is_written_whole_or_not_at_all(
    client: Writer, path: str, key: str, document: dict[str, Any], leads: tuple[str, str]
) -> None:
    def count() -> int:
        answer = client.send("GET", f"{GRADEBOOK}/{key}?limit=1")
        return int(answer.json()["totalCount"])

    before, field = count(), leads[0]
    bad: list[Any] = [
        {key: [document, {**document, field: reference("elsewhere")}]},
        {key: [document, {**document, "status": "lost"}]},
        {key: [document, None]},
        {key: []},
        {key: document},
        {},
        [],
        {key: [document] * 1001},
    ]
    found = [client.send("POST", f"{GRADEBOOK}/{path}", body).status_code for body in bad]
    assert found == [422] * len(bad)
    assert count() == before


@pytest.mark.parametrize(
    "path",
    [
        "classes/none/lineItems",
        "schools/none/lineItems",
        f"schools/{demo_id('org', 'lakeside')}/lineItems",
        "lineItems/none/results",
        f"classes/{ROOM}/academicSessions/none/results",
        f"classes/none/academicSessions/{QUARTER}/results",
    ],
)
def test_nothing_is_posted_below_what_is_not_there(client: Writer, path: str) -> None:
    key = path.rsplit("/", 1)[1]
    answer = client.send("POST", f"{GRADEBOOK}/{path}", {key: [ITEM]})
    assert fault(answer)[:2] == (404, "unknownobject")


def test_posting_takes_its_own_scope(site: InProcess, client: Writer) -> None:
    path, body = f"{GRADEBOOK}/classes/{CEDAR_ROOM}/lineItems", {"lineItems": [ITEM]}
    for scope, expected in (
        (scopes.GRADEBOOK_CREATEPOST, 201),
        (scopes.GRADEBOOK_READONLY, 403),
        (scopes.ASSESSMENT_CREATEPUT, 403),
    ):
        shown = bearer(token_with(site, scope))
        assert site.request("POST", path, json=body, headers=shown).status_code == expected
    assert len(client.send("GET", path).json()["lineItems"]) == 1


def test_a_resource_is_exported_as_a_zip_file(site: InProcess, client: Writer) -> None:
    path = f"{RESOURCES}/resources/export"
    answer = client.send("POST", f"{path}/base")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        told = json.loads(archive.read("resource.json"))["resource"]
    assert told == client.read(f"{RESOURCES}/resources/base")
    assert client.send("POST", f"{path}/base").content == answer.content
    assert fault(client.send("POST", f"{path}/none"))[0] == 404
    assert fault(Writer.of(site, OTHER).send("POST", f"{path}/base"))[0] == 404


@pytest.mark.parametrize(
    ("path", "name", "document", "pointer"),
    [
        ("results", "result", result_of("nobody"), "/student"),
        ("results", "result", result_of(STUDENT_ID, lineItem=reference("none")), "/lineItem"),
        ("results", "result", result_of(STUDENT_ID, scoreStatus="lovely"), "/scoreStatus"),
        ("results", "result", result_of(STUDENT_ID, scoreDate="soon"), "/scoreDate"),
        ("results", "result", result_of(STUDENT_ID, score="many"), "/score"),
        ("lineItems", "lineItem", {"title": "T"}, "/class"),
        ("lineItems", "lineItem", {"class": reference(ROOM)}, "/title"),
        ("categories", "category", {"title": "T", "weight": []}, "/weight"),
        ("scoreScales", "scoreScale", {"title": "T", "class": reference(ROOM)}, "/type"),
    ],
)
def test_what_is_wrong_is_named(
    client: Writer, path: str, name: str, document: dict[str, Any], pointer: str
) -> None:
    answer = client.send("POST", f"{GRADEBOOK}/{path}", {name: document})
    code, minor, told = fault(answer)
    assert (code, minor) == (422, "invaliddata")
    assert pointer in told


STRUCTURE = {
    "url": "https://qti.example/tests/1",
    "unitTitle": "Fractions",
    "lessonTitle": "Halves",
    "title": "Halves, a quiz",
    "skillCode": "F.1",
}


def test_a_course_is_made_with_a_lesson_that_leads_to_a_test(client: Writer) -> None:
    path = f"{ROSTERING}/courses/structure"
    body = {"course": {"sourcedId": "made", "title": "Made"}, "courseStructure": STRUCTURE}
    assert client.send("POST", path, body).json()["sourcedIdPairs"]["allocatedSourcedId"] == "made"
    for _ in range(2):
        body["courseStructure"] = {**STRUCTURE, "lessonTitle": "Thirds", "title": "Thirds, a quiz"}
        assert client.send("POST", path, body).status_code == 201
    query = "filter=course.sourcedId%3D%27made%27&sort=title"
    parts = client.send("GET", f"{ROSTERING}/courses/components?{query}").json()["courseComponents"]
    assert [part["title"] for part in parts] == ["Fractions", "Halves", "Thirds"]
    assert {part["parent"]["sourcedId"] for part in parts[1:]} == {parts[0]["sourcedId"]}
    links = client.send("GET", f"{ROSTERING}/courses/component-resources?search=quiz").json()
    first, _ = sorted(links["componentResources"], key=lambda each: str(each["title"]))
    test = client.read(f"{RESOURCES}/resources/{first['resource']['sourcedId']}")
    assert test["vendorResourceId"] == STRUCTURE["url"]
    assert test["metadata"] == {"type": "qti", "subType": "qti-test", **STRUCTURE}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"course": {"title": "Half"}},
        {"course": [], "courseStructure": {}},
        {"course": {}, "courseStructure": {}},
        {"course": {"title": "Half"}, "courseStructure": {"unitTitle": ["a"]}},
        {"course": {"title": "Half"}, "courseStructure": {"title": "T", "url": 7}},
        {"course": {"title": "Half"}, "courseStructure": {"title": "x" * 300}},
    ],
)
def test_half_a_structure_leaves_nothing(client: Writer, body: Any) -> None:
    assert client.send("POST", f"{ROSTERING}/courses/structure", body).status_code == 422
    found = client.send("GET", f"{ROSTERING}/courses?filter=title%3D%27Half%27").json()
    assert found["courses"] == []


def test_a_unit_is_not_named_by_half_a_letter(client: Writer) -> None:
    known = client.send("GET", f"{ROSTERING}/courses").json()["courses"][0]["sourcedId"]
    raw = f'{{"course": {{"sourcedId": "{known}"}}, "courseStructure": {{"unitTitle": "\\ud800"}}}}'
    path, headers = f"{ROSTERING}/courses/structure", bearer(client.token)
    answer = client.site.request("POST", path, content=raw, headers=headers)
    assert answer.status_code == 422
