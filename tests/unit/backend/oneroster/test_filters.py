from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from tests.helpers.filter_reference import selected
from timeback_desktop.backend.db.engine import open_engine, reading, writing
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.oneroster import rostering
from timeback_desktop.backend.oneroster.conditions import condition, matching, ordering
from timeback_desktop.backend.oneroster.entity import Entity, Kind
from timeback_desktop.backend.oneroster.filters import FilterFault, parse
from timeback_desktop.backend.registry.models import publishers

ENTITIES = {
    "user": rostering.USER,
    "class": rostering.CLASS,
    "enrollment": rostering.ENROLLMENT,
    "org": rostering.ORG,
}


def ref(sourced_id: str) -> dict[str, str]:
    return {"sourcedId": sourced_id}


def person(sourced_id: str, given: str, family: str, **more: Any) -> dict[str, Any]:
    told = {"roles": [{"roleType": "primary", "role": "student", "org": ref("s1")}], **more}
    return {
        "sourcedId": sourced_id,
        "givenName": given,
        "familyName": family,
        "status": "active",
        "enabledUser": "true",
        "grades": ["3"],
        "dateLastModified": "2026-11-01T08:00:00.000Z",
        **told,
    }


DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    "org": [
        {"sourcedId": "d", "name": "Lakeside District", "type": "district", "identifier": "D-1"},
        {"sourcedId": "s1", "name": "Élan School", "type": "school", "identifier": "1", "parent": ref("d")},
        {"sourcedId": "s2", "name": "100% O'Brien_Hall", "type": "school", "identifier": "2", "parent": ref("d")},
    ],
    "user": [
        person("u1", "Ava", "Thompson", email="Ava@School.example", username="ava", grades=["3", "4"],
               userIds=[{"type": "SIS", "identifier": "A-1"}, {"type": "fed", "identifier": "77"}],
               metadata={"xp": 120, "house": "Red", "flags": ["new", "Late"], "vip": True}),
        person("u2", "Ben", "O'Brien", email="ben@school.example", enabledUser="false", grades=["4", "3"],
               metadata={"xp": 9, "house": "blue", "nested": {"deep": {"er": "x.y"}}}),
        person("u3", "ZOË", "Ångström", email="zoe@other.example", grades=[],
               dateLastModified="2026-11-05T08:00:00.000Z", agents=[ref("u4")]),
        person("u4", "Grace", "Okafor", status="tobedeleted", grades=["10"], username="grace_100%",
               roles=[{"roleType": "primary", "role": "teacher", "org": ref("s1")},
                      {"roleType": "secondary", "role": "administrator", "org": ref("s2")}],
               dateLastModified="2026-11-09T23:59:59.999Z"),
        person("u5", "Eve", "Null", metadata={"xp": "120", "note": None}),
    ],
    "class": [
        {"sourcedId": "c1", "title": "Maple", "classCode": "m", "classType": "homeroom",
         "course": ref("k1"), "school": ref("s1"), "subjects": ["Math", "Reading"]},
        {"sourcedId": "c2", "title": "Birch", "classType": "scheduled", "course": ref("k1"),
         "school": ref("s2"), "subjects": ["Science"], "location": "Room 12"},
    ],
    "enrollment": [
        {"sourcedId": "e1", "user": ref("u1"), "class": ref("c1"), "school": ref("s1"), "role": "student",
         "primary": "true", "beginDate": "2026-08-17", "endDate": "2026-12-18"},
        {"sourcedId": "e2", "user": ref("u2"), "class": ref("c2"), "school": ref("s2"), "role": "student",
         "primary": "false", "beginDate": "2026-09-01"},
        {"sourcedId": "e3", "user": ref("u4"), "class": ref("c1"), "school": ref("s1"), "role": "teacher",
         "primary": "true"},
    ],
}  # fmt: skip
CASES = [
    ("user", "email='ava@school.example'"),
    ("user", "email='AVA@SCHOOL.EXAMPLE'"),
    ("user", "email!='ava@school.example'"),
    ("user", "email~'@school'"),
    ("user", "email~'@SCHOOL.'"),
    ("user", "email>'b'"),
    ("user", "givenName='zoë'"),
    ("user", "givenName~'oË'"),
    ("user", "familyName='ångström'"),
    ("user", "familyName='O''Brien'"),
    ("user", "familyName~''''"),
    ("user", "familyName>='o' AND familyName<'p'"),
    ("user", "username='grace_100%'"),
    ("user", "username~'_'"),
    ("user", "username~'%'"),
    ("user", "username!='ava'"),
    ("user", "status='active'"),
    ("user", "status='tobedeleted' OR givenName='Ava'"),
    ("user", "status='active' AND role='student'"),
    ("user", "roles.role='teacher'"),
    ("user", "role='administrator'"),
    ("user", "roles.role!='student'"),
    ("user", "roles.roleType='secondary'"),
    ("user", "roles.org.sourcedId='s2'"),
    ("user", "roles.role~'admin'"),
    ("user", "(role='teacher' OR role='aide')"),
    ("user", "role='teacher' OR role='student' AND givenName='Ben'"),
    ("user", "(role='teacher' OR role='student') AND givenName='Ben'"),
    ("user", "((givenName='Ben'))"),
    ("user", "enabledUser=true"),
    ("user", "enabledUser='true'"),
    ("user", "enabledUser=false"),
    ("user", "enabledUser!='false'"),
    ("user", "grades='3,4'"),
    ("user", "grades='4, 3'"),
    ("user", "grades='3'"),
    ("user", "grades~'4'"),
    ("user", "grades~'10,4'"),
    ("user", "grades!='3,4'"),
    ("user", "grades~'1'"),
    ("user", "agents.sourcedId='u4'"),
    ("user", "agents='u4'"),
    ("user", "agents.sourcedId!='u4'"),
    ("user", "userIds.identifier='a-1'"),
    ("user", "userIds.identifier='77'"),
    ("user", "userIds.type~'S'"),
    ("user", "userIds.identifier!='77'"),
    ("user", "metadata.xp=120"),
    ("user", "metadata.xp='120'"),
    ("user", "metadata.xp>=10"),
    ("user", "metadata.xp<10"),
    ("user", "metadata.house='RED'"),
    ("user", "metadata.house~'b'"),
    ("user", "metadata.flags='late'"),
    ("user", "metadata.vip=true"),
    ("user", "metadata.nested.deep.er='X.Y'"),
    ("user", "metadata.nested='x'"),
    ("user", "metadata.note='x'"),
    ("user", "metadata.absent!='x'"),
    ("user", "dateLastModified>'2026-11-05T08:00:00Z'"),
    ("user", "dateLastModified>='2026-11-05T09:00:00+01:00'"),
    ("user", "dateLastModified<='2026-11-05'"),
    ("user", "dateLastModified='2026-11-09T23:59:59.999Z'"),
    ("user", "sourcedId='u1' or sourcedId='U2'"),
    ("user", "givenName = 'Ava'  AND  familyName = 'Thompson'"),
    ("org", "name='élan school'"),
    ("org", "name~'100%'"),
    ("org", "name~'n_h'"),
    ("org", "name~'o''b'"),
    ("org", "type='school' AND parent.sourcedId='d'"),
    ("org", "parent!='d'"),
    ("org", "identifier='1'"),
    ("org", "identifier=1"),
    ("class", "course.sourcedId='k1' AND school.sourcedId='s2'"),
    ("class", "course='k1'"),
    ("class", "subjects='reading,math'"),
    ("class", "subjects~'science'"),
    ("class", "classCode='m'"),
    ("class", "classCode!='m'"),
    ("class", "location~'12'"),
    ("enrollment", "beginDate>'2026-08-31'"),
    ("enrollment", "beginDate='2026-08-17'"),
    ("enrollment", "beginDate~'2026-08'"),
    ("enrollment", "endDate<='2026-12-18T00:00:00Z'"),
    ("enrollment", "endDate!='2026-12-18'"),
    ("enrollment", "primary=true AND role='student'"),
    ("enrollment", "user.sourcedId='u1' AND class.sourcedId='c1'"),
]


def _kept(entity: Entity, doc: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the row that keeps a document; what it does not tell is empty."""
    row: dict[str, Any] = {"publisher_id": "p", "entered": f"{number:04}"}
    for field in entity.fields:
        if field.column is not None:
            row[field.column] = _value(field.kind, doc.get(field.name))
    return {**_OTHERS[entity.plural], **{k: v for k, v in row.items() if v is not None}}


def _value(kind: Kind, told: Any) -> Any:
    if told is None:
        return None
    match kind:
        case Kind.REFERENCE:
            return told["sourcedId"]
        case Kind.FLAG:
            return told == "true"
        case Kind.DATE:
            return date.fromisoformat(told)
        case Kind.INSTANT:
            return round(datetime.fromisoformat(told).timestamp() * 1000)
        case _:
            return told


_SAME = {"status": "active", "modified_ms": 0}
_OTHERS: dict[str, dict[str, Any]] = {
    "orgs": _SAME,
    "users": {**_SAME, "role": "student", "org_id": "s1"},
    "classes": _SAME,
    "enrollments": _SAME,
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("filters") / "roster.db"
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        metadata.create_all(connection)
        for tenant in ("p", "q"):
            connection.execute(insert(publishers).values(id=tenant, name=tenant, created_ms=0))
        course = {"publisher_id": "p", "id": "k1", "title": "K", "course_code": "k", **_SAME}
        for name in ("org", "user", "class", "enrollment"):
            if name == "class":
                table = rostering.COURSE.table
                row = {**course, "grades": [], "subjects": [], "org_id": "s1", "entered": ""}
                connection.execute(insert(table).values(**row))
            entity = ENTITIES[name]
            for number, doc in enumerate(DOCUMENTS[name]):
                connection.execute(insert(entity.table).values(**_kept(entity, doc, number)))
        _fill_beside(connection)
    yield engine
    engine.dispose()


def _fill_beside(connection: Any) -> None:
    roles, agents = rostering.USER.by_name["roles"].parts, rostering.USER.by_name["agents"].link
    assert roles
    assert agents
    for doc in DOCUMENTS["user"]:
        for number, each in enumerate(doc["roles"]):
            row = {
                "role_type": each["roleType"],
                "role": each["role"],
                "org_id": each["org"]["sourcedId"],
            }
            owner = {"publisher_id": "p", "user_id": doc["sourcedId"], "id": str(number)}
            connection.execute(insert(roles.table).values(**owner, **row))
        for agent in doc.get("agents", []):
            owner = {"publisher_id": "p", "user_id": doc["sourcedId"]}
            connection.execute(insert(agents.table).values(**owner, agent_id=agent["sourcedId"]))


def found(engine: Engine, name: str, text: str) -> list[str]:
    entity = ENTITIES[name]
    with reading(engine) as connection:
        rows = select(entity.table.c.id).where(condition(entity, parse(text)))
        return sorted(connection.scalars(rows))


@pytest.mark.parametrize(("name", "text"), CASES)
def test_the_database_selects_what_plain_python_selects(
    engine: Engine, name: str, text: str
) -> None:
    assert found(engine, name, text) == selected(DOCUMENTS[name], text)


def test_the_cases_tell_rows_apart() -> None:
    sizes = [(len(selected(DOCUMENTS[name], text)), len(DOCUMENTS[name])) for name, text in CASES]
    assert len(CASES) >= 60
    assert sum(0 < chosen < everybody for chosen, everybody in sizes) > len(CASES) * 0.9


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("sourcedId in ('u1','u3')", "sourcedId='u1' OR sourcedId='u3'"),
        ("givenName IN ('Ava')", "givenName='Ava'"),
        ("metadata.xp in (9, 120) and status='active'", "(metadata.xp=9 OR metadata.xp=120) AND status='active'"),
    ],
)  # fmt: skip
def test_a_list_of_values_is_short_for_each_of_them(engine: Engine, text: str, same: str) -> None:
    assert found(engine, "user", text) == found(engine, "user", same) != []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_filter_field"),
        ("nobody='x'", "invalid_filter_field"),
        ("givenName", "invalid_filter_field"),
        ("givenName=", "invalid_filter_field"),
        ("givenName=Ava", "invalid_filter_field"),
        ("givenName='Ava", "invalid_filter_field"),
        ("='Ava'", "invalid_filter_field"),
        ("givenName=='Ava'", "invalid_filter_field"),
        ("givenName='A' familyName='B'", "invalid_filter_field"),
        ("givenName='A' AND", "invalid_filter_field"),
        ("(givenName='A'", "invalid_filter_field"),
        ("givenName='A')", "invalid_filter_field"),
        ("givenName in ()", "invalid_filter_field"),
        ("givenName in ('a',)", "invalid_filter_field"),
        ("givenName.x='A'", "invalid_filter_field"),
        ("roles='student'", "invalid_filter_field"),
        ("roles.nothing='student'", "invalid_filter_field"),
        ("agents.givenName='A'", "invalid_filter_field"),
        ("primaryOrg.name='A'", "invalid_filter_field"),
        ("publisher_id='q'", "invalid_filter_field"),
        ("given_name='Ava'", "invalid_filter_field"),
        ("password='x'", "invalid_filter_field"),
        ("givenName='a\x00b'", "invalid_filter_field"),
        ("givenName='" + "a" * 9000 + "'", "invalid_filter_field"),
        ("(" * 400 + "givenName='A'" + ")" * 400, "invalid_filter_field"),
        (" OR ".join(["givenName='A'"] * 201), "invalid_filter_field"),
        ("dateLastModified>'yesterday'", "invaliddata"),
        ("dateLastModified>'9999-99-99'", "invaliddata"),
        ("dateLastModified~'2026'", "invaliddata"),
        ("grades>'3'", "invaliddata"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_told(text: str, code: str) -> None:
    with pytest.raises(FilterFault) as told:
        condition(rostering.USER, parse(text))
    assert (told.value.code_minor, told.value.status) == (code, 400)


NASTY = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=40
) | st.sampled_from(
    [
        "' OR 1=1 --",
        "'; DROP TABLE users; --",
        '"',
        "\\",
        "%",
        "_",
        "/",
        "//%",
        ":x",
        "%(x)s",
        "{}",
        "a\u2028b",
    ]
)
PATHS = [
    "givenName",
    "email",
    "roles.role",
    "agents.sourcedId",
    "grades",
    "userIds.identifier",
    "metadata.a",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), st.sampled_from(["=", "!=", "~"]), NASTY)
def test_no_value_reaches_the_statement(engine: Engine, path: str, sign: str, value: str) -> None:
    marked = f"qqq{value}"
    quoted = marked.replace("'", "''")
    chosen = condition(rostering.USER, parse(f"{path}{sign}'{quoted}'"))
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        assert "qqq" not in str(
            select(rostering.USER.table.c.id).where(chosen).compile(dialect=dialect)
        )
    with reading(engine) as connection:
        rows = list(connection.scalars(select(rostering.USER.table.c.id).where(chosen)))
    assert len(rows) == (5 if sign == "!=" else 0)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_a_filter_or_a_fault(text: str) -> None:
    with suppress(FilterFault):
        parse(text)


@pytest.mark.parametrize(
    ("sort", "descending", "first"),
    [
        (None, False, "u1"),
        ("nothing", False, "u1"),
        ("nothing", True, "u5"),
        ("metadata", False, "u1"),
        ("roles", False, "u1"),
        ("givenName", False, "u1"),
        ("givenName", True, "u3"),
        ("familyName", False, "u5"),
        ("email", False, "u1"),
        ("email", True, "u3"),
        ("dateLastModified", True, "u4"),
        ("enabledUser", False, "u2"),
        ("primaryOrg.sourcedId", False, "u1"),
    ],
)
def test_lists_are_sorted_wholly(
    engine: Engine, sort: str | None, descending: bool, first: str
) -> None:
    users = rostering.USER.table
    with reading(engine) as connection:
        order = ordering(rostering.USER, sort, descending=descending)
        rows = list(connection.scalars(select(users.c.id).order_by(*order)))
    assert rows[0] == first
    assert sorted(rows) == ["u1", "u2", "u3", "u4", "u5"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("thompson ava", ["u1"]),
        ("ÅNGSTRÖM", ["u3"]),
        ("%", ["u4"]),
        ("school", ["u1", "u2"]),
        ("", ["u1", "u2", "u3", "u4", "u5"]),
        ("ava okafor", []),
    ],
)
def test_every_word_is_searched_for(engine: Engine, words: str, wanted: list[str]) -> None:
    users = rostering.USER.table
    with reading(engine) as connection:
        rows = select(users.c.id).where(matching(rostering.USER, words))
        assert sorted(connection.scalars(rows)) == wanted
