from __future__ import annotations

import pytest

from tests.helpers.roster_files import (
    NOW_MS,
    Files,
    Tenants,
    delta,
    entries,
    header,
    large,
    manifest,
    package,
    small,
    table,
    zipped,
)
from timeback_desktop.backend.auth.families import Holder, access_token, begin
from timeback_desktop.backend.auth.principal import holder_of
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.oneroster.files.report import Cancelled, PackageFault
from timeback_desktop.backend.scopes import ALL_SCOPES


def only(**files: list[dict[str, object]]) -> Files:
    return dict(files)


def altered(file: str, row: int, **cells: object) -> Files:
    """Return the small school with some cells of one row changed."""
    files = small()
    files[file][row] |= cells
    return files


BAD_ROWS = [
    ("orgs", 0, "name", " ", "is empty; it must be filled in"),
    ("orgs", 0, "sourcedId", "", "is empty; every row needs one"),
    ("orgs", 1, "sourcedId", "d1", "is “d1”, which line 2 has already"),
    ("orgs", 1, "type", "kindergarten", "must be one of department, district"),
    ("orgs", 0, "parentSourcedId", "o1", "nothing can be its own ancestor"),
    ("orgs", 0, "parentSourcedId", "d1", "nothing can be its own ancestor"),
    ("orgs", 1, "parentSourcedId", "d9", "is “d9”, which is not in orgs.csv"),
    ("academicSessions", 1, "endDate", "2026-07-31", "lies before startDate"),
    ("academicSessions", 1, "startDate", "soon", "is no day"),
    ("classes", 0, "termSourcedIds", "w1,w2", "is “w2”, which is not in academicSessions.csv"),
    ("classes", 0, "courseSourcedId", "", "is empty"),
    ("users", 1, "enabledUser", "", "is empty"),
    ("users", 1, "givenName", "a\0b", "control character"),
    ("users", 1, "agentSourcedIds", "s9", "is “s9”, which is not in users.csv"),
    ("users", 1, "status", "tobedeleted", "leave the row out"),
    ("users", 1, "dateLastModified", "yesterday", "is no time"),
    ("roles", 1, "role", "pupil", "must be one of administrator"),
    ("roles", 1, "orgSourcedId", "o9", "is “o9”"),
    ("enrollments", 1, "userSourcedId", "s9", "is “s9”, which is not in users.csv"),
    ("enrollments", 1, "primary", "maybe", "must be true or false"),
]


@pytest.mark.parametrize("bad", BAD_ROWS, ids=lambda bad: f"{bad[0]}.{bad[2]}")
def test_every_bad_row_is_named_and_nothing_is_written(tenants: Tenants, bad):
    file, row, column, text, why = bad
    with pytest.raises(PackageFault, match="were refused, so nothing was written"):
        tenants.take(package(altered(file, row, **{column: text})))
    found = next(each for each in tenants.found if why in each.message)
    assert (found.file, found.line, found.column) == (f"{file}.csv", row + 2, column)
    assert not any(tenants.everything().values())


def test_a_row_of_another_length_and_foreign_letters_are_named(tenants: Tenants):
    told = entries(small())
    told["orgs.csv"] += b"o2,,,Short\r\n" + "o3,,,Caf\u00e9,school,,\r\n".encode("latin-1")
    report = tenants.take(zipped(told), lenient=True)
    assert [(each.line, each.column) for each in tenants.found] == [(4, ""), (5, "name")]
    assert "not UTF-8" in tenants.found[1].message
    assert (report.counts["orgs"].created, report.counts["orgs"].refused) == (2, 2)


def test_a_school_is_taken_in_and_a_second_time_changes_nothing(tenants: Tenants):
    first = tenants.take(package(small()))
    before = tenants.everything()
    tenants.now_ms += 1000
    second = tenants.take(package(small()))
    assert {name: each.created for name, each in first.counts.items()}["users"] == 4
    assert all(
        each.created == each.changed == each.put_away == 0 for each in second.counts.values()
    )
    assert tenants.everything() == before
    assert not any(tenants.everything("there").values())


def test_users_repeat_their_foremost_role(tenants: Tenants):
    files = small()
    files["roles"] += [
        {"sourcedId": "r0", "userSourcedId": "s1", "roleType": "secondary", "role": "aide", "orgSourcedId": "d1"},
        {"sourcedId": "r1", "userSourcedId": "s2", "roleType": "primary", "role": "aide", "orgSourcedId": "d1"},
    ]  # fmt: skip
    files["users"][2]["primaryOrgSourcedId"] = "d1"
    tenants.take(package(files))
    told = {row["id"]: (row["role"], row["org_id"]) for row in tenants.rows("users")}
    assert told["s1"] == ("student", "o1")
    assert told["s2"] == ("aide", "d1")


def test_a_delta_of_roles_changes_the_user(tenants: Tenants):
    tenants.take(package(small()))
    tenants.now_ms += 1000
    role = {**small()["roles"][1], "role": "aide"}
    tenants.take(package(only(roles=delta([role])), "delta"))
    s1 = tenants.rows("users")[0]
    assert (s1["id"], s1["role"], s1["modified_ms"]) == ("s1", "aide", NOW_MS + 1000)
    tenants.take(package(only(roles=delta([role], "tobedeleted")), "delta"))
    assert len(tenants.rows("roles")) == 4  # nobody is left without a role


def test_bulk_puts_away_what_it_leaves_out_and_only_of_its_kind(tenants: Tenants):
    tenants.take(package(small()))
    files = small()
    tenants.now_ms += 1000
    report = tenants.take(package(only(enrollments=files["enrollments"][:3])))
    gone = tenants.rows("enrollments")[2]
    assert (gone["status"], gone["modified_ms"]) == ("tobedeleted", NOW_MS + 1000)
    assert report.counts["enrollments"].put_away == 1
    assert {row["status"] for row in tenants.rows("users")} == {"active"}
    tenants.take(package(only(enrollments=files["enrollments"])))
    assert {row["status"] for row in tenants.rows("enrollments")} == {"active"}


def test_many_users_are_put_away_only_when_that_is_confirmed(tenants: Tenants):
    tenants.take(package(small()))
    files = only(users=small()["users"][:3])
    with pytest.raises(PackageFault, match="leaves out 1 of 4 active users"):
        tenants.take(package(files))
    assert {row["status"] for row in tenants.rows("users")} == {"active"}
    tenants.take(package(files), confirmed=True)
    assert [row["id"] for row in tenants.rows("users") if row["status"] != "active"] == ["s3"]


def test_nobody_puts_themselves_away(tenants: Tenants):
    tenants.take(package(small()))
    tenants.take(package(only(users=small()["users"][1:])), confirmed=True, spared="t1")
    assert {row["status"] for row in tenants.rows("users")} == {"active"}


def test_a_delta_adds_changes_and_takes_away(tenants: Tenants):
    tenants.take(package(small()))
    kept, gone = small()["enrollments"][:2]
    fresh = {**kept, "sourcedId": "e-new", "classSourcedId": "k2"}
    rows = [*delta([{**kept, "primary": "false"}, fresh]), *delta([{"sourcedId": gone["sourcedId"]}], "tobedeleted")]  # fmt: skip
    rows += delta([{"sourcedId": "never-seen"}], "tobedeleted")
    counts = tenants.take(package(only(enrollments=rows), "delta")).counts["enrollments"]
    assert (counts.created, counts.changed, counts.put_away, counts.unchanged) == (1, 1, 1, 1)
    assert len(tenants.rows("enrollments")) == 5


@pytest.mark.parametrize(
    ("cells", "column"),
    [({"status": ""}, "status"), ({"status": "gone"}, "status"), ({"dateLastModified": ""}, "dateLastModified")],
)  # fmt: skip
def test_a_delta_tells_state_and_time_of_every_row(tenants: Tenants, cells, column):
    rows = [{**each, **cells} for each in delta(small()["orgs"][:1])]
    with pytest.raises(PackageFault):
        tenants.take(package(only(orgs=rows), "delta"))
    assert tenants.found[0].column == column


def test_what_a_delta_takes_away_cannot_be_pointed_to(tenants: Tenants):
    tenants.take(package(small()))
    gone = delta([{"sourcedId": "s1"}], "tobedeleted")
    files = only(users=gone, enrollments=delta([small()["enrollments"][1]]))
    with pytest.raises(PackageFault):
        tenants.take(package(files, "delta"))
    assert tenants.found[0].message == "is “s1”, which users.csv takes away"


def test_leniently_the_good_rows_are_written_and_the_refused_stay_as_they_were(tenants: Tenants):
    tenants.take(package(small()))
    files = altered("users", 1, email="x" * 300, givenName="Eve")
    files["users"][2]["givenName"] = "Eve"
    report = tenants.take(package(files), lenient=True)
    names = {row["id"]: (row["given_name"], row["status"]) for row in tenants.rows("users")}
    assert (names["s1"], names["s2"]) == (("Ava", "active"), ("Eve", "active"))
    assert report.refused == 1


def test_a_refused_user_takes_roles_agents_and_enrollments_along(tenants: Tenants):
    files = altered("users", 1, enabledUser="perhaps")
    files["users"][2]["agentSourcedIds"] = "s1"
    files["users"][3]["agentSourcedIds"] = "s2,t1"
    report = tenants.take(package(files), lenient=True)
    assert [row["id"] for row in tenants.rows("users")] == ["t1"]
    assert {name: each.refused for name, each in report.counts.items() if each.refused} == {
        "users": 3, "roles": 3, "enrollments": 3,
    }  # fmt: skip
    assert "was refused itself (line 3 of users.csv)" in tenants.found[1].message


def test_a_new_user_needs_a_role(tenants: Tenants):
    files = small()
    files["roles"].pop()
    with pytest.raises(PackageFault):
        tenants.take(package(files))
    assert next((each.sourced_id, each.message) for each in tenants.found) == (
        "s3", "has no role: roles.csv has no row for this user",
    )  # fmt: skip


def test_links_follow_the_file(tenants: Tenants):
    files = small()
    files["academicSessions"].append({**files["academicSessions"][1], "sourcedId": "w2"})
    files["users"][1]["agentSourcedIds"] = "t1,s3"
    tenants.take(package(files))
    files["classes"][0]["termSourcedIds"] = "w2"
    files["users"][1]["agentSourcedIds"] = ""
    report = tenants.take(package(files))
    assert (report.counts["classes"].changed, report.counts["users"].changed) == (1, 1)
    assert tenants.linked("class_terms") == [("k1", "w2"), ("k2", "w1")]
    assert tenants.linked("user_agents") == []


def test_parents_may_stand_below_their_children(tenants: Tenants):
    files = small()
    files["orgs"].reverse()
    tenants.take(package(files))
    assert [row["parent_id"] for row in tenants.rows("orgs")] == [None, "d1"]
    turned = delta([{**small()["orgs"][0], "parentSourcedId": "o1"}])
    with pytest.raises(PackageFault):
        tenants.take(package(only(orgs=turned), "delta"))
    assert "its own ancestor" in tenants.found[0].message


def test_words_of_the_school_are_laid_over_those_that_are_there(tenants: Tenants):
    files = altered("orgs", 0, **{"metadata.color": "red", "metadata.motto": "On!"})
    tenants.take(package(files))
    files["orgs"][0] |= {"metadata.color": "", "metadata.motto": "Up!"}
    tenants.take(package(files))
    assert [row["metadata"] for row in tenants.rows("orgs")] == [{"motto": "Up!"}, None]


def test_a_column_that_is_not_there_says_nothing(tenants: Tenants):
    tenants.take(package(small()))
    told = {"manifest.csv": manifest({"courses": "bulk"})}
    told["courses.csv"] = table(
        ["sourcedId", "status", "dateLastModified", "title", "orgSourcedId"],
        [{"sourcedId": "c1", "title": "New", "orgSourcedId": "o1"}],
    )
    tenants.take(zipped(told))
    (course,) = tenants.rows("courses")
    assert (course["title"], course["grades"]) == ("New", ["03", "04"])


def test_passwords_are_never_kept(tenants: Tenants):
    files = altered("users", 1, password="pass-of-s1")
    files["userProfiles"] = [
        {"sourcedId": "p1", "userSourcedId": "s1", "profileType": "app", "vendorId": "v",
         "credentialType": "plain", "username": "name-of-s1", "password": "pass-of-p1"},
    ]  # fmt: skip
    tenants.take(package(files))
    assert tenants.rows("userProfiles")[0]["profile_type"] == "app"
    everything = b"".join(each.read_bytes() for each in tenants.folder.glob("school.db*"))
    assert not [word for word in (b"pass-of", b"name-of") if word in everything]


def test_the_gradebook_and_resources_are_taken_in(tenants: Tenants):
    files = small() | gradebook()
    tenants.take(package(files))
    assert tenants.rows("results")[0]["student_id"] == "s1"
    assert tenants.rows("lineItems")[0]["due_date"] == "2026-11-30T00:00:00.000Z"
    assert tenants.linked("class_resources") == [("k1", "v1")]
    report = tenants.take(package(files | {"classResources": []}))
    assert tenants.linked("class_resources") == []
    assert {each.changed for each in report.counts.values()} == {0}


def gradebook() -> Files:
    return {
        "resources": [{"sourcedId": "v1", "vendorResourceId": "video-1", "roles": "primary"}],
        "classResources": [{"sourcedId": "x1", "classSourcedId": "k1", "resourceSourcedId": "v1"}],
        "categories": [{"sourcedId": "q", "title": "Quizzes", "weight": "0.5"}],
        "scoreScales": [
            {"sourcedId": "sc", "title": "Letters", "type": "letter", "orgSourcedId": "o1",
             "courseSourcedId": "c1", "classSourcedId": "k1", "scoreScaleValue": "{0-59:F},{60-100:A}"},
        ],
        "lineItems": [
            {"sourcedId": "l1", "title": "Quiz", "assignDate": "2026-11-23", "dueDate": "2026-11-30",
             "classSourcedId": "k1", "categorySourcedId": "q", "academicSessionSourcedId": "w1",
             "schoolSourcedId": "o1", "resultValueMax": "10"},
        ],
        "results": [
            {"sourcedId": "g1", "lineItemSourcedId": "l1", "studentSourcedId": "s1",
             "scoreStatus": "fully graded", "score": "7.5", "scoreDate": "2026-11-30", "late": "true"},
        ],
    }  # fmt: skip


def test_a_package_of_1_1_is_understood(tenants: Tenants):
    files = small()
    del files["roles"]
    told = entries(files)
    told["manifest.csv"] = manifest(dict.fromkeys(files, "bulk"), "1.1")
    columns = [*header("users")[:4], "orgSourcedIds", "role", *header("users")[4:16]]
    rows = [{**each, "orgSourcedIds": "o1,d1", "role": "student"} for each in files["users"]]
    told["users.csv"] = table(columns, rows)
    tenants.take(zipped(told))
    assert {(row["role"], row["org_id"]) for row in tenants.rows("users")} == {("student", "o1")}
    assert len(tenants.rows("roles")) == 8
    assert tenants.take(zipped(told)).counts["roles"].unchanged == 8


def test_a_dry_run_counts_and_writes_nothing(tenants: Tenants):
    assert tenants.take(package(small()), dry_run=True).counts["users"].created == 4
    assert not any(tenants.everything().values())


@pytest.mark.parametrize("state", ["checking", "planning", "writing"])
def test_an_import_that_is_cancelled_leaves_no_trace(tenants: Tenants, state):
    def watch(progress):
        if progress.state == state and progress.file == "users.csv":
            raise Cancelled

    with pytest.raises(Cancelled):
        tenants.take(package(small()), watch=watch)
    assert not any(tenants.everything().values())


def test_progress_only_grows_and_reaches_the_end(tenants: Tenants):
    seen: list[tuple[str, int]] = []
    tenants.take(package(large(300)), watch=lambda each: seen.append((each.state, each.percent)))
    assert [percent for _, percent in seen] == sorted(percent for _, percent in seen)
    assert list(dict.fromkeys(state for state, _ in seen)) == [
        "reading",
        "checking",
        "planning",
        "writing",
    ]
    assert seen[-1][1] >= 99


@pytest.mark.slow
def test_ten_thousand_students_are_taken_in_one_run(tenants: Tenants):
    report = tenants.take(package(large(10_000)))
    assert report.counts["users"].created == 10_400
    assert report.counts["enrollments"].created == 50_400


def test_who_is_put_away_by_a_file_is_signed_out_for_good(tenants: Tenants) -> None:
    tenants.take(package(small()))
    with writing(tenants.engine) as connection:
        family = begin(connection, Holder("here", "s1"), None, ALL_SCOPES, NOW_MS)
        token = access_token(connection, family, NOW_MS).token
        assert holder_of(connection, token, NOW_MS) is not None
    for status in ("tobedeleted", "active"):
        tenants.take(package(only(users=delta(small()["users"][1:2], status)), "delta"))
        with writing(tenants.engine) as connection:
            assert holder_of(connection, token, NOW_MS) is None
