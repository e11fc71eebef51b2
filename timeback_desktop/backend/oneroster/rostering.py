"""The entities of OneRoster's rostering service, each field of the standard named once."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists

from timeback_desktop.backend.gradebook import models as gradebook
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind, Link, Parts, Service
from timeback_desktop.backend.roster import models as roster

STATUSES = frozenset({"active", "tobedeleted"})
ROLES = frozenset(
    {
        "administrator",  # of 1.1, which published clients still write
        "aide",
        "counselor",
        "districtAdministrator",
        "guardian",
        "parent",
        "principal",
        "proctor",
        "relative",
        "siteAdministrator",
        "student",
        "systemAdministrator",
        "teacher",
    }
)
_ORG_TYPES = frozenset({"department", "district", "local", "national", "school", "state"})
_SESSION_TYPES = frozenset({"gradingPeriod", "semester", "schoolYear", "term"})
TERM_TYPES = frozenset({"term", "semester"})


def base() -> tuple[Field, ...]:
    """Return the fields that every entity has."""
    return (
        Field(name="sourcedId", column="id", required=True, longest=255),
        Field(name="status", column="status", required=True, vocabulary=STATUSES, closed=True),
        Field(name="dateLastModified", kind=Kind.INSTANT, column="modified_ms", required=True),
        Field(name="metadata", kind=Kind.DOCUMENT, column="metadata"),
    )


def text(name: str, column: str, longest: int = 256, *, required: bool = False) -> Field:
    """Return a field of plain text."""
    return Field(name=name, column=column, longest=longest, required=required)


def words(name: str, column: str) -> Field:
    """Return a field that is a list of strings."""
    return Field(name=name, kind=Kind.WORDS, column=column)


def reference(name: str, column: str, target: str, *, required: bool = False) -> Field:
    """Return a field that points to one other thing."""
    return Field(name=name, kind=Kind.REFERENCE, column=column, target=target, required=required)


def references(name: str, target: str, link: Link, *, required: bool = False) -> Field:
    """Return a field that points to several other things."""
    return Field(name=name, kind=Kind.REFERENCES, target=target, link=link, required=required)


def chosen(name: str, column: str, vocabulary: frozenset[str], *, required: bool = True) -> Field:
    """Return a field with an open vocabulary: the standard's words, or ``ext:`` ones."""
    return Field(name=name, column=column, vocabulary=vocabulary, required=required, longest=64)


def date(name: str, column: str, *, required: bool = False) -> Field:
    """Return a field that is a day."""
    return Field(name=name, kind=Kind.DATE, column=column, required=required)


def flag(name: str, column: str, *, required: bool = False) -> Field:
    """Return a field that is true or false."""
    return Field(name=name, kind=Kind.FLAG, column=column, required=required)


ORG = Entity(
    type="org",
    singular="org",
    plural="orgs",
    path="orgs",
    service=Service.ROSTERING,
    table=roster.orgs,
    searched=("name", "identifier"),
    fields=(
        *base(),
        text("name", "name", required=True),
        chosen("type", "type", _ORG_TYPES),
        text("identifier", "identifier", 255),
        reference("parent", "parent_id", "org"),
        references("children", "org", Link(roster.orgs, "parent_id", "id", writable=False)),
    ),
)
SCHOOL = Entity(
    type="org",
    singular="org",
    plural="orgs",
    path="schools",
    service=Service.ROSTERING,
    table=roster.orgs,
    searched=ORG.searched,
    fields=ORG.fields,
    where=lambda: roster.orgs.c.type == "school",
)

ACADEMIC_SESSION = Entity(
    type="academicSession",
    singular="academicSession",
    plural="academicSessions",
    path="academicSessions",
    service=Service.ROSTERING,
    table=roster.academic_sessions,
    searched=("title",),
    fields=(
        *base(),
        text("title", "title", required=True),
        date("startDate", "start_date", required=True),
        date("endDate", "end_date", required=True),
        chosen("type", "type", _SESSION_TYPES),
        reference("parent", "parent_id", "academicSession"),
        references(
            "children",
            "academicSession",
            Link(roster.academic_sessions, "parent_id", "id", writable=False),
        ),
        text("schoolYear", "school_year", 16, required=True),
    ),
)
TERM = Entity(
    type="academicSession",
    singular="academicSession",
    plural="academicSessions",
    path="terms",
    service=Service.ROSTERING,
    table=roster.academic_sessions,
    searched=("title",),
    fields=ACADEMIC_SESSION.fields,
    where=lambda: roster.academic_sessions.c.type.in_(sorted(TERM_TYPES)),
)
GRADING_PERIOD = Entity(
    type="academicSession",
    singular="academicSession",
    plural="academicSessions",
    path="gradingPeriods",
    service=Service.ROSTERING,
    table=roster.academic_sessions,
    searched=("title",),
    fields=ACADEMIC_SESSION.fields,
    where=lambda: roster.academic_sessions.c.type == "gradingPeriod",
)

COURSE = Entity(
    type="course",
    singular="course",
    plural="courses",
    path="courses",
    service=Service.ROSTERING,
    table=roster.courses,
    searched=("title", "courseCode"),
    fields=(
        *base(),
        text("title", "title", required=True),
        reference("schoolYear", "school_year_id", "academicSession"),
        text("courseCode", "course_code", 255),
        words("grades", "grades"),
        words("subjects", "subjects"),
        reference("org", "org_id", "org"),
        words("subjectCodes", "subject_codes"),
        references(
            "resources", "resource", Link(gradebook.course_resources, "course_id", "resource_id")
        ),
    ),
)

CLASS = Entity(
    type="class",
    singular="class",
    plural="classes",
    path="classes",
    service=Service.ROSTERING,
    table=roster.classes,
    searched=("title", "classCode"),
    fields=(
        *base(),
        text("title", "title", required=True),
        text("classCode", "class_code", 255),
        chosen("classType", "class_type", frozenset({"homeroom", "scheduled"}), required=False),
        text("location", "location"),
        words("grades", "grades"),
        words("subjects", "subjects"),
        reference("course", "course_id", "course", required=True),
        reference("school", "school_id", "org", required=True),
        references("terms", "academicSession", Link(roster.class_terms, "class_id", "term_id")),
        words("subjectCodes", "subject_codes"),
        words("periods", "periods"),
        references(
            "resources", "resource", Link(gradebook.class_resources, "class_id", "resource_id")
        ),
    ),
)

_ROLE = (
    Field(
        name="roleType",
        column="role_type",
        vocabulary=frozenset({"primary", "secondary"}),
        closed=True,
        required=True,
    ),
    chosen("role", "role", ROLES),
    reference("org", "org_id", "org", required=True),
    text("userProfile", "user_profile", 512),
    date("beginDate", "begin_date"),
    date("endDate", "end_date"),
)
_PROFILE = (
    text("profileId", "id", 255, required=True),
    text("profileType", "profile_type", 64, required=True),
    text("vendorId", "vendor_id", 255, required=True),
    text("applicationId", "application_id", 255),
    text("description", "description", 1024),
)

PROFILES = Parts(roster.user_profiles, "user_id", _PROFILE, ("id", "profileId"))

USER = Entity(
    type="user",
    singular="user",
    plural="users",
    path="users",
    service=Service.ROSTERING,
    table=roster.users,
    searched=("givenName", "familyName", "username", "email"),
    fields=(
        *base(),
        text("userMasterIdentifier", "user_master_identifier", 255),
        text("username", "username", 255),
        Field(name="userIds", kind=Kind.DOCUMENT, column="user_ids"),
        flag("enabledUser", "enabled"),
        text("givenName", "given_name", 128, required=True),
        text("familyName", "family_name", 128, required=True),
        text("middleName", "middle_name", 128),
        text("preferredFirstName", "preferred_first_name", 128),
        text("preferredMiddleName", "preferred_middle_name", 128),
        text("preferredLastName", "preferred_last_name", 128),
        text("pronouns", "pronouns", 64),
        Field(
            name="roles",
            kind=Kind.PARTS,
            parts=Parts(roster.user_roles, "user_id", _ROLE, ("id", None)),
            required=True,
        ),
        Field(name="userProfiles", kind=Kind.PARTS, parts=PROFILES),
        reference("primaryOrg", "org_id", "org"),
        text("identifier", "identifier", 255),
        text("email", "email"),
        text("sms", "sms", 64),
        text("phone", "phone", 64),
        references("agents", "user", Link(roster.user_agents, "user_id", "agent_id")),
        words("grades", "grades"),
        references(
            "resources", "resource", Link(gradebook.user_resources, "user_id", "resource_id")
        ),
    ),
)


def _has_role(role: str) -> ColumnElement[bool]:
    """Return the condition that a user has a role anywhere."""
    held, users = roster.user_roles, roster.users
    return exists().where(
        and_(
            held.c.publisher_id == users.c.publisher_id,
            held.c.user_id == users.c.id,
            held.c.role == role,
        )
    )


STUDENT = Entity(
    type="user",
    singular="user",
    plural="users",
    path="students",
    service=Service.ROSTERING,
    table=roster.users,
    searched=USER.searched,
    fields=USER.fields,
    where=lambda: _has_role("student"),
)
TEACHER = Entity(
    type="user",
    singular="user",
    plural="users",
    path="teachers",
    service=Service.ROSTERING,
    table=roster.users,
    searched=USER.searched,
    fields=USER.fields,
    where=lambda: _has_role("teacher"),
)

ENROLLMENT = Entity(
    type="enrollment",
    singular="enrollment",
    plural="enrollments",
    path="enrollments",
    service=Service.ROSTERING,
    table=roster.enrollments,
    fields=(
        *base(),
        reference("user", "user_id", "user", required=True),
        reference("class", "class_id", "class", required=True),
        reference("school", "school_id", "org"),
        chosen("role", "role", frozenset({"administrator", "proctor", "student", "teacher"})),
        flag("primary", "primary"),
        date("beginDate", "begin_date"),
        date("endDate", "end_date"),
    ),
)

DEMOGRAPHICS = Entity(
    type="demographics",
    singular="demographics",
    plural="demographics",
    path="demographics",
    service=Service.ROSTERING,
    table=roster.demographics,
    fields=(
        *base(),
        date("birthDate", "birth_date"),
        chosen("sex", "sex", frozenset({"male", "female", "unspecified", "other"}), required=False),
        flag("americanIndianOrAlaskaNative", "american_indian_or_alaska_native"),
        flag("asian", "asian"),
        flag("blackOrAfricanAmerican", "black_or_african_american"),
        flag("nativeHawaiianOrOtherPacificIslander", "native_hawaiian_or_other_pacific_islander"),
        flag("white", "white"),
        flag("demographicRaceTwoOrMoreRaces", "demographic_race_two_or_more_races"),
        flag("hispanicOrLatinoEthnicity", "hispanic_or_latino_ethnicity"),
        text("countryOfBirthCode", "country_of_birth_code", 64),
        text("stateOfBirthAbbreviation", "state_of_birth_abbreviation", 64),
        text("cityOfBirth", "city_of_birth"),
        text("publicSchoolResidenceStatus", "public_school_residence_status", 64),
    ),
)

ENTITIES = (
    ACADEMIC_SESSION,
    CLASS,
    COURSE,
    DEMOGRAPHICS,
    ENROLLMENT,
    GRADING_PERIOD,
    ORG,
    SCHOOL,
    STUDENT,
    TEACHER,
    TERM,
    USER,
)
