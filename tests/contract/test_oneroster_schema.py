"""Every read keeps to the official OpenAPI files, whatever it is asked.

The files forbid members that they do not name, and nothing is excused here. What published
clients are told beside the standard is held to a list of its own.
"""

from __future__ import annotations

import copy
import functools
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.helpers.oneroster import WholeSchool, real_ids
from timeback_desktop.backend.oneroster import discovery
from timeback_desktop.backend.oneroster.entity import Service

COUNTS = {"totalCount", "pageCount", "pageNumber", "offset", "limit"}
SECOND_KEYS = {"terms", "term", "gradingPeriods", "gradingPeriod"}
OLDER = {
    "academicSession": {"org"},
    "academicSessions": {"org"},
    "class": {"org"},
    "classes": {"org"},
    "course": {"orgSourcedId"},
    "courses": {"orgSourcedId"},
}
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
FILTERS = (
    "status='active'",
    "sourcedId!='x' AND status='active'",
    "dateLastModified>'2020-01-01'",
    "title~'a'",
    "nothing='1'",
    "status=",
    "('",
)


@functools.cache
def operations(service: Service) -> dict[str, Any]:
    """Return the official reads of a service, by their paths."""
    document = schemathesis.openapi.from_dict(copy.deepcopy(discovery.official(service)))
    found = (each.ok() for each in document.get_all_operations())
    return {each.path: each for each in found if each.method == "get"}


READS = [(service, path) for service in Service for path in operations(service)]
ROSTERING = [path for service, path in READS if service is Service.ROSTERING]


def call(roster: WholeSchool, service: Service, case: schemathesis.Case) -> httpx.Response:
    """Send what was made up, and see that the answer is one of those that the file knows."""
    sent = case.as_transport_kwargs(f"http://127.0.0.1:8899/ims/oneroster/{service}/v1p2")
    answer = roster.strictly(sent["url"], **(sent["params"] or {}))
    case.validate_response(answer, checks=CHECKS)
    return answer


@pytest.mark.parametrize(("service", "path"), READS)
def test_what_is_there_is_told_as_the_file_wants_it(
    roster: WholeSchool, service: Service, path: str
) -> None:
    case = operations(service)[path].Case(path_parameters=real_ids(path), query={})
    body = call(roster, service, case).raise_for_status().json()
    assert next(iter(body.values())), "the school has none of these"


@pytest.mark.parametrize(("service", "path"), READS)
def test_published_clients_are_told_these_names_more_and_no_others(
    roster: WholeSchool, service: Service, path: str
) -> None:
    address = f"/ims/oneroster/{service}/v1p2{path.format(**real_ids(path))}"
    official, theirs = roster.strictly(address).json(), roster.get(address).json()
    ((key, told),) = official.items()
    assert theirs.keys() - {key} <= COUNTS | SECOND_KEYS
    if not isinstance(told, list):
        told, theirs[key] = [told], [theirs[key]]
    for row, fuller in zip(told, theirs[key], strict=True):
        assert fuller.keys() - row.keys() == OLDER.get(key, set())
        assert fuller | row == fuller | _officially(fuller)


def _officially(row: dict[str, Any]) -> dict[str, Any]:
    """Return the roles of a user in the words of the standard; nothing of anything else."""
    if "givenName" not in row:
        return {}
    told = {"administrator": "siteAdministrator"}
    return {
        "roles": [{**held, "role": told.get(held["role"], held["role"])} for held in row["roles"]]
    }


def explore(roster: WholeSchool, path: str, examples: int) -> None:
    """Make up requests of a read: good and bad ones, of real things and of invented ones."""
    operation = operations(Service.ROSTERING)[path]
    ids = real_ids(path) or None
    made_up = st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE, path_parameters=ids),
        operation.as_strategy(GenerationMode.POSITIVE),
        operation.as_strategy(GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(made_up, st.sampled_from((None, None, *FILTERS)))
    def each(case: schemathesis.Case, told: str | None) -> None:
        if told is not None:
            case.query = {**(case.query or {}), "filter": told}
        call(roster, Service.ROSTERING, case)

    each()


@pytest.mark.parametrize("path", ROSTERING)
def test_whatever_is_asked_the_answer_keeps_to_the_file(roster: WholeSchool, path: str) -> None:
    explore(roster, path, examples=6)


@pytest.mark.slow
@pytest.mark.parametrize("path", ROSTERING)
def test_whatever_else_is_asked_the_answer_keeps_to_the_file(
    roster: WholeSchool, path: str
) -> None:
    explore(roster, path, examples=30)
