from __future__ import annotations

from datetime import date

import pytest

from timeback_desktop.backend.oneroster.files.columns import BY_NAME, FILES, Column
from timeback_desktop.backend.oneroster.files.values import (
    Unfit,
    check_letters,
    reader_of,
    shown,
    writer_of,
)


def column(path: str) -> Column:
    file, name = path.split(".")
    return BY_NAME[file].by_name[name]


def read(path: str, text: str) -> object:
    field = column(path).field
    assert field is not None
    return reader_of(field)(text)


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("users.givenName", "Zoë ", "Zoë "),
        ("users.enabledUser", "TRUE", True),
        ("users.enabledUser", "false", False),
        ("users.grades", "09, 10,", ["09", "10"]),
        ("users.grades", '"a,b",c', ["a,b", "c"]),
        ("users.agentSourcedIds", "a,b,a", ["a", "b"]),
        ("users.userIds", "{LDAP:a:1},{LTI:b}", [{"type": "LDAP", "identifier": "a:1"}, {"type": "LTI", "identifier": "b"}]),
        ("scoreScales.scoreScaleValue", "{0-59:F}", [{"itemValueLHS": "0-59", "itemValueRHS": "F"}]),
        ("academicSessions.startDate", "2028-02-29", date(2028, 2, 29)),
        ("academicSessions.type", "ext:half-term", "ext:half-term"),
        ("lineItems.assignDate", "2026-11-23", "2026-11-23T00:00:00.000Z"),
        ("lineItems.dueDate", "2026-11-23T08:00:00+01:00", "2026-11-23T07:00:00.000Z"),
        ("results.score", "-1.5e2", -150.0),
        ("demographics.sex", "unspecified", "unspecified"),
    ],
)  # fmt: skip
def test_a_cell_is_read(path, text, value):
    assert read(path, text) == value


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("users.givenName", "a" * 129, "is 129 letters long; at most 128 fit"),
        ("users.enabledUser", "yes", "must be true or false"),
        ("users.userIds", "LDAP:1", "write it as {type:identifier}"),
        ("users.userIds", "{LDAP}", "write it as {type:identifier}"),
        ("users.grades", '"a', "is no list"),
        ("users.grades", "1," * 501, "at most 500 fit"),
        ("academicSessions.startDate", "23/11/2026", "write days as 2026-11-23"),
        ("academicSessions.startDate", "2026-02-30", "is no day"),
        ("academicSessions.startDate", "٢٠٢٦-11-23", "is no day"),
        ("academicSessions.type", "Term", "must be one of gradingPeriod"),
        ("academicSessions.type", "ext:", "must be one of"),
        ("roles.roleType", "ext:third", "must be one of primary, secondary"),
        ("lineItems.dueDate", "2026-11-23T08:00:00", "is no time"),
        ("results.score", "1,5", "is no number"),
        ("results.score", "nan", "is no number"),
        ("results.score", "1e999", "is no number"),
        ("results.score", "٣", "is no number"),
        ("users.sourcedId", "a" * 256, "at most 255"),
        ("users.sourcedId", " a", "begins or ends with a space"),
        ("enrollments.userSourcedId", "a\nb", "line break"),
    ],
)
def test_a_cell_that_does_not_fit_is_explained(path, text, why):
    with pytest.raises(Unfit, match=".*" + why.replace("{", r"\{")):
        read(path, text)


@pytest.mark.parametrize("text", ["a\0b", "bell\x07", "\x7f", "\udce9"])
def test_letters_that_nobody_could_have_meant_are_refused(text):
    with pytest.raises(Unfit):
        check_letters(text)
    assert shown(text).isprintable()


def test_long_values_are_cut_in_sentences():
    assert shown("x" * 99) == "“" + "x" * 40 + "…”"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("users.enabledUser", "true"),
        ("users.grades", '"a,b",c'),
        ("users.grades", '"say ""hi""",c'),
        ("users.userIds", "{LDAP:a:1},{LTI:b}"),
        ("lineItems.dueDate", "2026-11-23"),
        ("results.score", "12.5"),
        ("results.score", "7"),
        ("academicSessions.startDate", "2026-08-01"),
    ],
)
def test_what_is_read_is_written_the_same(path, text):
    field = column(path).field
    assert field is not None
    assert writer_of(field)(read(path, text)) == text


def test_only_known_columns_have_no_place():
    untaken = {
        f"{file.name}.{each.name}" for file in FILES for each in file.columns if not each.field
    }
    bookkeeping = {
        f"{file.name}.{name}" for file in FILES for name in ("status", "dateLastModified")
    }
    links = {f"{owner}Resources.sourcedId" for owner in ("class", "course", "user")}
    assert untaken - bookkeeping - links == {
        "classResources.title",
        "courseResources.title",
        "scoreScales.orgSourcedId",
        "userProfiles.credentialType",
        "userProfiles.password",
        "userProfiles.username",
        "userResources.classSourcedId",
        "userResources.orgSourcedId",
        "users.password",
    }


def test_nothing_points_to_a_later_file():
    seen: set[str] = set()
    for file in FILES:
        seen.add(file.name)
        assert {each.target for each in file.columns if each.target} <= seen
