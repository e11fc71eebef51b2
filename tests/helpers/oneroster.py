"""A roster with something of everything, and the ids and tokens to read it by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, Table, insert, update

from tests.helpers.backends import InProcess
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.auth.service import TokenOwner, issue
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.school import DEMO_ROOM, ROOMS, SCHOOL_YEAR
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, coach_id, demo_id
from timeback_desktop.backend.gradebook import models as gradebook
from timeback_desktop.backend.roster import models as roster
from timeback_desktop.backend.scopes import EVERY_SCOPE

ROSTER = "/ims/oneroster/rostering/v1p2"
GRADEBOOK = "/ims/oneroster/gradebook/v1p2"
RESOURCES = "/ims/oneroster/resources/v1p2"
_ROOM = next(room for room in ROOMS if room.key == DEMO_ROOM)
_PERIODS = {period.type: demo_id("academicSession", period.key) for period in SCHOOL_YEAR}
CLASS, COURSE = demo_id("class", _ROOM.key), demo_id("course", _ROOM.key)
SCHOOL, TERM = demo_id("org", _ROOM.school), _PERIODS["term"]
ENROLLMENT = demo_id("enrollment", f"{_ROOM.key}/ava.thompson")
PARENT, RESOURCE, LINE_ITEM = "parent of ava", "urn:video:1", "quiz-1"
OF_COLLECTION = {
    "academicSessions": _PERIODS["schoolYear"],
    "assessmentLineItems": "test-1",
    "assessmentResults": "test-1 ava",
    "categories": "quizzes",
    "classes": CLASS,
    "courses": COURSE,
    "courses/component-resources": "unit-1 video",
    "courses/components": "unit-1",
    "demographics": STUDENT_ID,
    "enrollments": ENROLLMENT,
    "gradingPeriods": _PERIODS["gradingPeriod"],
    "lineItems": LINE_ITEM,
    "orgs": SCHOOL,
    "resources": RESOURCE,
    "results": "quiz-1 ava",
    "schools": SCHOOL,
    "scoreScales": "letters",
    "students": STUDENT_ID,
    "teachers": coach_id(),
    "terms": TERM,
    "users": STUDENT_ID,
}
"""The id of one thing of each collection."""
OF_PARAMETER = {
    "classSourcedId": CLASS,
    "courseSourcedId": COURSE,
    "lineItemSourcedId": LINE_ITEM,
    "schoolSourcedId": SCHOOL,
    "studentSourcedId": STUDENT_ID,
    "teacherSourcedId": coach_id(),
    "termSourcedId": TERM,
    "userSourcedId": STUDENT_ID,
}


def real_ids(path: str) -> dict[str, str]:
    """Return ids for the parameters of a path of the official files."""
    own = {"sourcedId": OF_COLLECTION.get(path.partition("/{")[0].strip("/"), "")}
    return {name: known for name, known in (own | OF_PARAMETER).items() if f"{{{name}}}" in path}


@dataclass(frozen=True)
class WholeSchool:
    """The demo school with something of everything, to be read and not to be changed."""

    site: InProcess
    token: str

    def get(self, path: str, token: str | None = None, **query: Any) -> httpx.Response:
        """Read with every scope, or with another token."""
        return self.site.get(path, self.token if token is None else token, params=query or None)

    def strictly(self, path: str, **query: Any) -> httpx.Response:
        """Read as a conformance suite does, which knows nothing but the standard."""
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "conformance/1"}
        return self.site.request("GET", path, headers=headers, params=query or None)

    def token_with(self, *scopes: str, **owner: Any) -> str:
        """Return another token."""
        return token(self.site.platform.engine, self.site.clock(), *scopes, **owner)


def whole_school(site: InProcess) -> WholeSchool:
    """Complete the demo school of a site."""
    with writing(site.platform.engine) as connection:
        complete(connection)
    return WholeSchool(site, token(site.platform.engine, site.clock()))


def token(engine: Engine, now_ms: int, *scopes: str, **owner: Any) -> str:
    """Return a token of the demo school's, with every scope unless some are named."""
    whose = TokenOwner(**{"kind": PrincipalKind.CLIENT, "publisher_id": PUBLISHER_ID, **owner})
    with writing(engine) as connection:
        return issue(connection, whose, scopes or EVERY_SCOPE, now_ms, 3600).token


def add(connection: Connection, table: Table, **values: Any) -> None:
    """Add a row to the demo school."""
    if "entered" in table.c:
        values = {"status": "active", "modified_ms": 1, "entered": ids.mint(), **values}
    connection.execute(insert(table).values(publisher_id=PUBLISHER_ID, **values))


def complete(connection: Connection) -> None:
    """Give the demo school what its seed leaves out, so that no list is empty."""
    objectives = [{"source": "case", "learningObjectiveIds": ["urn:uuid:1"]}]
    scores = [{"source": "case", "learningObjectiveResults": [{"learningObjectiveId": "urn:1"}]}]
    _people(connection)
    add(
        connection,
        gradebook.resources,
        id=RESOURCE,
        title="Film",
        vendor_resource_id="v1",
        roles=["student"],
        importance="primary",
        metadata={"type": "video"},
    )
    add(connection, gradebook.categories, id="quizzes", title="Quizzes", weight=0.5)
    letters = [{"itemValueLHS": "A", "itemValueRHS": "90"}]
    add(
        connection,
        gradebook.score_scales,
        id="letters",
        title="Letters",
        type="grade",
        class_id=CLASS,
        course_id=COURSE,
        score_scale_value=letters,
    )
    add(
        connection,
        gradebook.line_items,
        id=LINE_ITEM,
        title="Quiz",
        class_id=CLASS,
        school_id=SCHOOL,
        category_id="quizzes",
        score_scale_id="letters",
        grading_period_id=_PERIODS["gradingPeriod"],
        academic_session_id=TERM,
        assign_date="2026-09-01T08:00:00.000Z",
        due_date="2026-09-02T08:00:00.000Z",
        result_value_min=0,
        result_value_max=10,
        learning_objective_set=objectives,
    )
    graded = {
        "student_id": STUDENT_ID,
        "score_status": "fully graded",
        "score": 8.5,
        "score_date": "2026-09-02",
        "late": False,
        "learning_objective_set": scores,
    }
    add(
        connection,
        gradebook.results,
        id="quiz-1 ava",
        line_item_id=LINE_ITEM,
        class_id=CLASS,
        **graded,
    )
    add(
        connection,
        gradebook.course_components,
        id="unit-1",
        title="Unit",
        course_id=COURSE,
        sort_order=1,
        prerequisites=["unit-0"],
    )
    add(
        connection,
        gradebook.component_resources,
        id="unit-1 video",
        title="Film",
        component_id="unit-1",
        resource_id=RESOURCE,
        sort_order=1,
    )
    add(connection, gradebook.assessment_line_items, id="test-1", title="Test", class_id=CLASS)
    add(
        connection,
        gradebook.assessment_results,
        id="test-1 ava",
        assessment_line_item_id="test-1",
        score_percentile=0.9,
        **graded,
    )
    add(connection, gradebook.class_resources, class_id=CLASS, resource_id=RESOURCE)
    add(connection, gradebook.course_resources, course_id=COURSE, resource_id=RESOURCE)
    add(connection, gradebook.user_resources, user_id=STUDENT_ID, resource_id=RESOURCE)


def _people(connection: Connection) -> None:
    """Give one student demographics, a parent, a profile and every optional field."""
    add(
        connection,
        roster.users,
        id=PARENT,
        given_name="Zoë",
        family_name="O'Thompson",
        role="parent",
        grades=[],
        org_id=SCHOOL,
        enabled=False,
    )
    add(
        connection,
        roster.user_roles,
        user_id=PARENT,
        id="0",
        role_type="primary",
        role="parent",
        org_id=SCHOOL,
        begin_date=date(2026, 8, 1),
        end_date=date(2027, 7, 31),
    )
    add(connection, roster.user_agents, user_id=STUDENT_ID, agent_id=PARENT)
    add(
        connection,
        roster.user_profiles,
        user_id=STUDENT_ID,
        id="urn:profile:1",
        profile_type="learning_app_profile",
        vendor_id="alpha",
        application_id="app",
    )
    add(
        connection,
        roster.demographics,
        id=STUDENT_ID,
        birth_date=date(2016, 2, 29),
        sex="female",
        asian=True,
        white=False,
        city_of_birth="Łódź",
    )
    connection.execute(
        update(roster.users)
        .where(roster.users.c.publisher_id == PUBLISHER_ID, roster.users.c.id == STUDENT_ID)
        .values(
            user_ids=[{"type": "LDAP", "identifier": "a"}],
            metadata={"house": {"name": "1"}},
            identifier="A1",
            sms="+1",
            phone="+2",
            pronouns="she",
            middle_name="M",
            preferred_first_name="Av",
            user_master_identifier="m-1",
        )
    )
    connection.execute(
        update(roster.classes)
        .where(roster.classes.c.publisher_id == PUBLISHER_ID, roster.classes.c.id == CLASS)
        .values(
            location="Room 1",
            grades=["3"],
            subjects=["Math"],
            subject_codes=["02"],
            periods=["1", "2"],
        )
    )
