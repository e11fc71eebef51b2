"""Lists: pages that add up, and the words of the standard for what cannot be followed."""

from __future__ import annotations

import threading

import httpx
import pytest
from sqlalchemy import event

from tests.helpers import oneroster as known
from tests.helpers.backends import RunningBackend, bearer
from tests.helpers.oneroster import ROSTER, WholeSchool
from timeback_desktop import ids
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.roster import models
from timeback_desktop.backend.settings import Settings
from timeback_desktop.clock import now_ms


def links_of(answer: httpx.Response) -> dict[str, str]:
    return {name: str(link["url"]) for name, link in answer.links.items()}


@pytest.mark.parametrize(
    ("query", "code_minor"),
    [
        *((f"limit={bad}", "invaliddata") for bad in ("0", "-1", "ten", "", "1.5", "%2B1", "٣")),
        *((f"offset={bad}", "invaliddata") for bad in ("-1", "x", "", "2147483648", "9" * 5000)),
        ("limit=1&limit=2", "invaliddata"),
        ("filter=status='active'&filter=status='active'", "invaliddata"),
        ("sort=givenName&orderBy=up", "invaliddata"),
        ("orderBy=", "invaliddata"),
        ("filter=", "invalid_filter_field"),
        ("filter=status", "invalid_filter_field"),
        ("filter=nothing='1'", "invalid_filter_field"),
        ("filter=enabledUser>'", "invalid_filter_field"),
        ("filter=dateLastModified>'yesterday'", "invaliddata"),
        ("fields=", "invalid_selection_field"),
        ("fields=%20,%20", "invalid_selection_field"),
    ],
)
def test_what_cannot_be_followed_is_told_in_the_standards_words(
    roster: WholeSchool, query: str, code_minor: str
) -> None:
    answer = roster.get(f"{ROSTER}/users?{query}")
    assert answer.status_code == 400
    told = answer.json()
    (minor,) = told["imsx_CodeMinor"]["imsx_codeMinorField"]
    assert minor["imsx_codeMinorFieldValue"] == code_minor
    assert (told["imsx_codeMajor"], told["imsx_severity"]) == ("failure", "error")
    assert told["imsx_description"]
    assert "message" not in told


@pytest.mark.parametrize(
    ("method", "path", "status", "code_minor"),
    [
        ("GET", f"{ROSTER}/nothing", 404, "unknownobject"),
        ("GET", "/rostering/1.0/nothing", 404, "unknownobject"),
        ("GET", "/sandbox/rostering/1.0/users", 401, "unauthorisedrequest"),
        ("PATCH", f"{ROSTER}/ping/nothing/here", 404, "unknownobject"),
        ("DELETE", f"{ROSTER}/users", 405, "forbidden"),
    ],
)
def test_errors_of_others_are_told_in_the_standards_words(
    roster: WholeSchool, method: str, path: str, status: int, code_minor: str
) -> None:
    answer = roster.site.request(method, path, headers=bearer(roster.token))
    (minor,) = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"]
    assert (answer.status_code, minor["imsx_codeMinorFieldValue"]) == (status, code_minor)


def test_without_a_token_the_challenge_is_told_too(roster: WholeSchool) -> None:
    answer = roster.site.get(f"{ROSTER}/users")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_our_own_mistake_is_told_in_the_standards_words(
    roster: WholeSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("timeback_desktop.backend.oneroster.routes.page", fails)
    answer = roster.get("/rostering/1.0/users")
    (minor,) = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"]
    assert (answer.status_code, minor["imsx_codeMinorFieldValue"]) == (500, "internal_server_error")


@pytest.mark.parametrize(
    ("query", "offset", "limit", "links"),
    [
        ("", 0, 100, {"first": 0, "last": 0}),
        ("limit=10", 0, 10, {"first": 0, "next": 10, "last": 30}),
        ("limit=10&offset=10", 10, 10, {"first": 0, "prev": 0, "next": 20, "last": 30}),
        ("limit=10&offset=30", 30, 10, {"first": 0, "prev": 20, "last": 30}),
        ("limit=10&offset=5", 5, 10, {"first": 0, "prev": 0, "next": 15, "last": 30}),
        ("offset=500", 500, 100, {"first": 0, "prev": 0, "last": 0}),
        ("limit=10000", 0, 3000, {"first": 0, "last": 0}),
    ],
)
def test_a_page_is_told_by_headers_and_in_the_body(
    roster: WholeSchool, query: str, offset: int, limit: int, links: dict[str, int]
) -> None:
    answer = roster.get(f"{ROSTER}/users?{query}")
    body, total = answer.json(), 39
    assert answer.headers["x-total-count"] == str(total) == str(body["totalCount"])
    assert (body["offset"], body["limit"]) == (offset, limit)
    assert body["pageCount"] == -(-total // limit)
    assert body["pageNumber"] == offset // limit + 1
    assert len(body["users"]) == max(0, min(limit, total - offset))
    told = {name: httpx.URL(url).params["offset"] for name, url in links_of(answer).items()}
    assert told == {name: str(value) for name, value in links.items()}


def test_a_conformance_suite_is_told_the_standard_and_pages_by_headers(
    roster: WholeSchool,
) -> None:
    answer = roster.strictly(f"{ROSTER}/users", limit=10)
    assert answer.json().keys() == {"users"}
    assert answer.headers["x-total-count"] == "39"
    assert answer.headers["vary"] == "User-Agent"
    assert "totalCount" in roster.strictly("/rostering/1.0/users").json()


def test_links_keep_the_question_and_the_name_it_was_asked_by(roster: WholeSchool) -> None:
    query = {"filter": "roles.role='student' AND status='active'", "limit": "7", "sort": "email"}
    pages, url = [], "/rostering/1.0/users/?" + str(httpx.QueryParams(query))
    while url:
        answer = roster.get(url)
        pages.append(answer.json()["users"])
        url = links_of(answer).get("next", "")
        assert url.startswith("http://127.0.0.1:8899/rostering/1.0/users?") or not url
    emails = [each["email"] for page in pages for each in page]
    assert [len(page) for page in pages] == [7, 7, 7, 7, 2]
    assert emails == sorted(emails)


def test_an_unknown_sort_means_the_order_in_which_rows_came(roster: WholeSchool) -> None:
    plain = roster.get(f"{ROSTER}/users").json()["users"]
    assert roster.get(f"{ROSTER}/users?sort=nothing").json()["users"] == plain
    backwards = roster.get(f"{ROSTER}/users?sort=nothing&orderBy=desc").json()["users"]
    assert backwards == plain[::-1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("fields=givenName", {"givenName"}),
        ("fields=sourcedId,%20roles", {"sourcedId", "roles"}),
        ("fields=givenName&fields=nothing", {"givenName"}),
    ],
)
def test_only_the_fields_that_are_wanted_are_told(
    roster: WholeSchool, query: str, names: set[str]
) -> None:
    (first, *_others) = roster.get(f"{ROSTER}/users?{query}").json()["users"]
    assert first.keys() == names
    one = roster.get(f"{ROSTER}/users/{first.get('sourcedId', known.STUDENT_ID)}?{query}")
    assert one.json()["user"].keys() == names


def test_when_no_wanted_field_is_known_all_are_told(roster: WholeSchool) -> None:
    path = f"{ROSTER}/orgs/{known.SCHOOL}"
    assert roster.get(f"{path}?fields=nothing").json() == roster.get(path).json()


@pytest.mark.parametrize(
    ("path", "words", "count"),
    [
        ("users", "thompson", 3),
        ("students", "AVA thomp", 1),
        ("users", "ava nobody", 0),
        ("courses", "%", 0),
        ("users", " ", 39),
        ("users", "\0", 39),
    ],
)
def test_search(roster: WholeSchool, path: str, words: str, count: int) -> None:
    answer = roster.get(f"{ROSTER}/{path}", search=words)
    assert answer.json()["totalCount"] == count


@pytest.mark.parametrize(
    "asked",
    [
        {"search": " ".join("w" * 101)},
        {"search": "w" * 201},
        {"filter": f"grades~'{','.join('12' * 101)}'"},
        {"filter": " OR ".join(["grades~'1,2,3'"] * 67)},
    ],
)
def test_what_is_too_much_to_look_for_is_refused(
    roster: WholeSchool, asked: dict[str, str]
) -> None:
    assert roster.get(f"{ROSTER}/users", **asked).status_code == 400


def test_what_cannot_be_searched_says_so(roster: WholeSchool) -> None:
    assert roster.get(f"{ROSTER}/enrollments?search=ava").status_code == 400


def test_the_short_names_count_by_total_too(roster: WholeSchool) -> None:
    assert roster.get("/rostering/1.0/orgs").json()["total"] == 3
    assert "total" not in roster.get(f"{ROSTER}/orgs").json()


def _walk(
    backend: RunningBackend, token: str, query: str, begun: threading.Event | None = None
) -> list[httpx.Response]:
    pages, url = [], f"{backend.url}{ROSTER}/orgs?{query}"
    with httpx.Client(headers=bearer(token)) as client:
        while url:
            pages.append(client.get(url).raise_for_status())
            if begun is not None:
                begun.set()
            url = links_of(pages[-1]).get("next", "")
    return pages


def test_pages_add_up_while_rows_are_written(backend: RunningBackend) -> None:
    engine = open_engine(Settings(backend.data, database=backend.database).database_url)
    token = known.token(engine, now_ms())
    some_are_there, begun = threading.Event(), threading.Event()

    def write() -> None:
        for row in range(150):
            if row == 100:
                begun.wait(30)  # else all might be there before the first page is asked for
            with writing(engine) as connection:
                org = {"id": ids.mint(), "name": "New", "type": "school", "identifier": "n"}
                known.add(connection, models.orgs, **org)
            if row == 20:
                some_are_there.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert some_are_there.wait(30)
    pages = _walk(backend, token, "limit=7", begun)
    writer.join(30)
    engine.dispose()
    totals = [int(page.headers["x-total-count"]) for page in pages]
    found = [org["sourcedId"] for page in pages for org in page.json()["orgs"]]
    assert totals[0] < totals[-1], "nothing was written meanwhile"
    assert len(found) == len(set(found)) == totals[-1]


@pytest.mark.parametrize(
    "path", ["users", "classes", "enrollments", f"schools/{known.SCHOOL}/terms"]
)
def test_a_longer_page_takes_no_more_questions(roster: WholeSchool, path: str) -> None:
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    engine = roster.site.platform.engine
    event.listen(engine, "before_cursor_execute", note)
    counts = []
    for limit in (2, 100):
        asked.clear()
        roster.get(f"{ROSTER}/{path}", limit=limit).raise_for_status()
        counts.append(len(asked))
    event.remove(engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 9
