"""Every OneRoster method of the published client 0.3.0, called by one school year.

The client knows its hosts from a table of its own; the two private attributes that hold them
are the only thing changed about it. Started like ``newer.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ledger import Ledger, OwedError
from timeback import Timeback

Row = dict[str, Any]
DAY, LATER = "2026-10-05T09:00:00.000Z", "2026-10-06T09:00:00.000Z"
YEAR = {"startDate": "2026-08-01", "endDate": "2027-06-30"}
PAGE = {"limit": 50, "offset": 0, "sort": "sourcedId", "order_by": "desc"}


def key(name: str) -> str:
    """Return the sourcedId of a row of this story."""
    return f"o-{name}"


def ref(name: str) -> Row:
    """Return what names another row."""
    return {"sourcedId": key(name)}


class Service:
    """A service of the client whose requests are built from plain words."""

    def __init__(self, ledger: Ledger, service: Any, name: str) -> None:
        self.ledger, self.service, self.name = ledger, service, name
        self.watched = ledger.watch(service, name)

    def __call__(self, method: str, *given: str, **told: Any) -> Any:
        """Call a method, with its request made of ``told`` when it takes one."""
        kinds = getattr(type(self.service), method).__annotations__
        if "request" in kinds:
            try:
                given = (kinds["request"].model_validate(told),)
            except ValueError as error:
                self.ledger.note(f"{self.name}.{method}", error)
                raise OwedError(method) from error
        return getattr(self.watched, method)(*given)

    def life(self, one: str, wrap: str, row: Row, verb: str = "update", **outer: str) -> Step:
        """Return the step that makes a row, finds it alone and changes it."""

        def live() -> None:
            self(f"create_{one}", **{wrap: row})
            found = self(f"get_{one}", sourced_id=row["sourcedId"])
            assert getattr(found, next(iter(found.model_fields_set))).sourcedId == row["sourcedId"]
            self(f"{verb}_{one}", sourced_id=row["sourcedId"], **{wrap: row}, **outer)

        live.__qualname__ = f"life of {one}"
        return live

    def lists(self, *methods: str, least: int = 1, **of: str) -> Step:
        """Return the step that reads lists, in pages, and finds something in each."""

        def read() -> None:
            for method in methods:
                found = self(method, query_params=PAGE, **of)
                page = next(value for value in dict(found).values() if isinstance(value, list))
                assert least <= len(page) <= PAGE["limit"], f"{method}: {len(page)} rows"
                total = getattr(found, "total_count", None) or getattr(found, "totalCount", None)
                assert total is None or total >= len(page), f"{method}: a total of {total}"

        read.__qualname__ = f"lists of {methods[0]}"
        return read


Step = Callable[[], None]


def session(kind: str, name: str) -> Row:
    """Return an academic session."""
    told = {"sourcedId": key(name), "title": name, "type": kind, "status": "active"}
    return {**told, **YEAR, "schoolYear": "2027", "org": {**ref("school"), "type": "org"}}


def person(role: str) -> Row:
    """Return a person of the school."""
    roles = [{"roleType": "primary", "role": role, "org": {**ref("school"), "type": "org"}}]
    named = {"givenName": "Olga", "familyName": role.title(), "email": f"{role}@old.example"}
    return {"sourcedId": key(role), "enabledUser": True, **named, "roles": roles}


def roster(call: Service) -> list[Step]:
    """Return the steps that build and read the roster."""
    org = {"sourcedId": key("district"), "name": "District", "type": "district"}
    school = {"sourcedId": key("school"), "name": "Old School", "type": "school"}
    room = {"sourcedId": key("class"), "title": "A", "course": ref("course"), "org": ref("school")}
    course = {"sourcedId": key("course"), "title": "Reading", "orgSourcedId": key("school")}
    return [
        call.life("org", "org", org),
        call.life("school", "org", school),
        call.life("academic_session", "academicSession", session("term", "term")),
        call.life("grading_period", "academicSession", session("gradingPeriod", "period")),
        lambda: call(
            "create_grading_period_for_term",
            term_sourced_id=key("term"),
            academicSession=session("gradingPeriod", "period-of-term"),
        ),
        call.life("course", "course", course),
        call.life("class", "class", {**room, "terms": [ref("term")]}),
        *(lambda role=role: people(call, role) for role in ("student", "teacher", "parent")),
        lambda: enroll(call),
        lambda: guardians(call),
        lambda: vault(call),
        lambda: demographics(call),
        lambda: singles(call),
        *roster_lists(call),
    ]


def people(call: Service, role: str) -> None:
    """Create a person, read and replace it."""
    call("create_user", user=person(role))
    found = call("get_user", sourced_id=key(role)).user
    assert found.givenName == "Olga", "the name comes back"
    call("update_user", user=person(role))


def enroll(call: Service) -> None:
    """Enroll in the three ways that there are."""
    told = {"role": "student", "user": ref("student"), "class": ref("class"), "primary": False}
    row = {**told, "sourcedId": key("enrollment"), "school": ref("school")}
    call("create_enrollment", enrollment=row)
    assert call("get_enrollment", sourced_id=key("enrollment")).enrollment.role == "student"
    call("update_enrollment", sourced_id=key("enrollment"), enrollment=told)
    call("add_teacher_to_class", class_sourced_id=key("class"), teacher=ref("teacher"))
    call("add_student_to_class", class_sourced_id=key("class"), student=ref("student"))


def guardians(call: Service) -> None:
    """Add a guardian, find both sides, remove it."""
    pair = {"userId": key("student"), "agentSourcedId": key("parent")}
    call("add_agent", **pair)
    call("get_agents", key("student"))
    call("get_agent_for", key("parent"))
    call("delete_agent", **pair)


def vault(call: Service) -> None:
    """Keep a password for an app and read it back."""
    told = {"username": "olga", "password": "Rose 7"}
    kept = call(
        "register_student_credentials",
        userId=key("student"),
        applicationName="Garden",
        credentials=told,
    )
    credential = getattr(kept, "credential_id", None) or kept.credentialId
    found = call("decrypt_credential", userId=key("student"), credentialId=credential)
    assert found.password == "Rose 7", "the password comes back"


def demographics(call: Service) -> None:
    """Tell about a student and read it with the student."""
    row = {"sourcedId": key("student"), "birthDate": "2016-04-03", "sex": "female"}
    call("create_demographic", demographics=row)
    call("get_demographic", sourced_id=key("student"))
    call("update_demographic", sourced_id=key("student"), demographics=row)
    call("get_user_with_demographics", sourced_id=key("student"))


def singles(call: Service) -> None:
    """Read the views of one row."""
    call("get_student", sourced_id=key("student"))
    call("get_teacher", sourced_id=key("teacher"))
    call("get_term", sourced_id=key("term"))


def roster_lists(call: Service) -> list[Step]:
    """Return the steps that read every list of the roster."""
    school, room, term = key("school"), key("class"), key("term")
    kinds = "users students teachers schools orgs classes courses enrollments terms demographics"
    every = [*kinds.split(), "grading_periods", "academic_sessions"]
    of_school = ("classes", "courses", "enrollments", "students", "teachers", "terms")
    in_school = ("enrollments", "students", "teachers")
    both = {"class_sourced_id": room, "school_sourced_id": school}
    return [
        *(call.lists(f"get_all_{kind}") for kind in every),
        *(call.lists(f"get_{kind}_for_school", school_sourced_id=school) for kind in of_school),
        *(call.lists(f"get_{kind}_for_class_in_school", **both) for kind in in_school),
        *(call.lists(f"get_{kind}_for_class", class_sourced_id=room) for kind in in_school[1:]),
        call.lists("get_classes_for_course", course_sourced_id=key("course")),
        call.lists("get_classes_for_student", student_sourced_id=key("student")),
        call.lists("get_classes_for_teacher", teacher_sourced_id=key("teacher")),
        call.lists("get_classes_for_user", user_sourced_id=key("student")),
        call.lists("get_classes_for_term", "get_grading_periods_for_term", term_sourced_id=term),
    ]


def learning(call: Service, roster_call: Service) -> list[Step]:
    """Return the steps about resources, and about the components of courses."""
    row = {
        "sourcedId": key("resource"),
        "title": "R",
        "vendorResourceId": "v",
        "importance": "primary",
    }
    part = {"sourcedId": key("component"), "title": "C", "course": ref("course")}
    link = {"sourcedId": key("link"), "title": "L", "resource": ref("resource")}
    return [
        call.life("resource", "resource", row),
        call.lists("get_all_resources"),
        call.lists("get_resources_for_class", least=0, class_sourced_id=key("class")),
        call.lists("get_resources_for_course", least=0, course_sourced_id=key("course")),
        call.lists("get_resources_for_user", least=0, user_sourced_id=key("student")),
        roster_call.life("course_component", "courseComponent", part),
        roster_call.lists("get_all_course_components"),
        roster_call.life(
            "component_resource", "componentResource", {**link, "courseComponent": ref("component")}
        ),
        roster_call.lists("get_all_component_resources"),
    ]


def grades(call: Service) -> list[Step]:
    """Return the steps that grade the class and read the gradebook."""
    room, school, period = key("class"), key("school"), key("period")
    graded = {
        "student": ref("student"),
        "scoreStatus": "fully graded",
        "scoreDate": DAY,
        "score": 7,
    }
    item = {"title": "I", "assignDate": DAY, "dueDate": LATER, "class": ref("class")}
    item |= {"school": ref("school"), "category": ref("category")}
    scale = {"title": "S", "status": "active", "type": "letters", "class": ref("class")}
    scale |= {"scoreScaleValue": [{"itemValueLHS": "A", "itemValueRHS": "90", "value": "4"}]}
    result = {**graded, "lineItem": ref("item")}
    outcome = {**graded, "assessmentLineItem": ref("test")}

    def named(name: str, row: Row) -> Row:
        return {"sourcedId": key(name), **row}

    category = {"title": "Work", "status": "active"}
    return [
        call.life("category", "category", named("category", category), "put"),
        call.life("score_scale", "scoreScale", named("scale", scale), "put"),
        call.life("line_item", "lineItem", named("item", item), "put"),
        call.life("result", "result", named("result", result), "put"),
        call.life("assessment_line_item", "assessmentLineItem", named("test", item), "put"),
        call.life("assessment_result", "assessmentResult", named("outcome", outcome), "put"),
        lambda: call(
            "create_result_for_line_item",
            line_item_sourced_id=key("item"),
            results=[named("result-2", result)],
        ),
        lambda: call(
            "create_line_items_for_school",
            school_sourced_id=school,
            lineItems=[named("item-2", item)],
        ),
        lambda: call(
            "post_line_items_for_class", class_sourced_id=room, lineItems=[named("item-3", item)]
        ),
        lambda: call(
            "post_results_for_academic_session_for_class",
            class_sourced_id=room,
            academic_session_sourced_id=period,
            results=[named("result-3", result)],
        ),
        *(call.lists(f"get_all_{kind}") for kind in ("categories", "score_scales", "line_items")),
        *(call.lists(f"get_all_{kind}") for kind in ("results", "assessment_results")),
        call.lists("get_all_assessment_line_items"),
        call.lists("get_line_items_for_class", "get_results_for_class", class_sourced_id=room),
        call.lists("get_categories_for_class", "get_score_scales_for_class", class_sourced_id=room),
        call.lists("get_line_items_for_school", school_sourced_id=school),
        call.lists("get_score_scales_for_school", sourced_id=school),
        call.lists(
            "get_results_for_line_item_for_class",
            class_sourced_id=room,
            line_item_sourced_id=key("item"),
        ),
        call.lists(
            "get_results_for_student_for_class",
            class_sourced_id=room,
            student_sourced_id=key("student"),
        ),
    ]


def endings(rosters: Service, gradebook: Service, resources: Service) -> list[Step]:
    """Return the steps that take everything away again."""
    by_request = [("result", "result"), ("line_item", "item"), ("score_scale", "scale")]
    by_name = [("assessment_result", "outcome"), ("assessment_line_item", "test")]
    rows = [("component_resource", "link"), ("course_component", "component")]
    rows += [("enrollment", "enrollment"), ("demographic", "student"), ("user", "student")]
    rows += [("class", "class"), ("course", "course"), ("grading_period", "period")]
    rows += [("academic_session", "term"), ("school", "school"), ("org", "district")]
    return [
        *(lambda o=o: gradebook(f"delete_{o[0]}", sourced_id=key(o[1])) for o in by_request),
        *(lambda o=o: gradebook(f"delete_{o[0]}", key(o[1])) for o in by_name),
        lambda: gradebook("delete_category", key("category")),
        *(lambda o=o: rosters(f"delete_{o[0]}", key(o[1])) for o in rows),
        lambda: resources("delete_resource", key("resource")),
    ]


def patches(rosters: Service, gradebook: Service) -> list[Step]:
    """Return the calls that this client cannot make: its HTTP class has no PATCH."""
    told = {"scoreStatus": "submitted"}
    return [
        lambda: rosters("patch_enrollment", sourced_id=key("enrollment"), enrollment={}),
        lambda: gradebook(
            "patch_assessment_line_item", sourced_id=key("test"), assessmentLineItem={"title": "P"}
        ),
        lambda: gradebook(
            "patch_assessment_result", sourced_id=key("outcome"), assessmentResult=told
        ),
    ]


def main() -> None:
    """Tell the client where the backend is, and live through the year."""
    address = os.environ["BASE_URL"]
    client = Timeback(
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        environment="staging",
    )
    client._http_oneroster._base_url = address
    client._http_oneroster._token_provider._idp_token_url = f"{address}/oauth2/token"
    ledger, oneroster = Ledger(), client.oneroster
    rosters = Service(ledger, oneroster.rostering, "rostering")
    gradebook = Service(ledger, oneroster.gradebook, "gradebook")
    resources = Service(ledger, oneroster.resources, "resources")
    ledger.attempt(*roster(rosters), *learning(resources, rosters), *grades(gradebook))
    ledger.attempt(*patches(rosters, gradebook), *endings(rosters, gradebook, resources))
    ledger.close()


if __name__ == "__main__":
    main()
