"""Which CSV file holds what, derived from the declarations of the entities.

A column is called as its field is; a reference adds ``SourcedId``. ``!`` marks a column that
the header of a file must have. Columns that the standard names and we have no place for are
read and let go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Table

from timeback_desktop.backend.gradebook import models as gradebook
from timeback_desktop.backend.oneroster import grading, rostering
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind, Link, Service

_OTHER_NAMES = {
    "preferredGivenName": "preferredFirstName",
    "preferredFamilyName": "preferredLastName",
}
_FILE_OF_TYPE = {
    "academicSession": "academicSessions",
    "category": "categories",
    "class": "classes",
    "course": "courses",
    "lineItem": "lineItems",
    "org": "orgs",
    "resource": "resources",
    "scoreScale": "scoreScales",
    "user": "users",
}
STATUS, MODIFIED, NAME = "status", "dateLastModified", "sourcedId"
_BOOKKEEPING = frozenset({STATUS, MODIFIED})
METADATA = "metadata."


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field, or ``None`` when nothing of it is kept.

    ``target`` is the file whose rows it points to. ``blank`` is what is kept of an empty
    cell; ``filled`` says that there must not be one.
    """

    name: str
    demanded: bool
    field: Field | None = None
    kept: str | None = None
    target: str | None = None
    filled: bool = False
    blank: object = None

    @property
    def link(self) -> Link | None:
        """Return the link table that holds what the cell names, when it names several."""
        return self.field.link if self.field else None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One CSV file. ``key`` are the columns that tell the rows of a tenant apart.

    ``owner`` is set for rows that belong to another row: they have no status and are taken
    away when they are put away. ``named`` says that such a row has a name of its own, and
    ``same_as`` that it goes by the name of a row of another file. ``private`` files are only
    given to those who may see them.
    """

    name: str
    table: Table
    service: Service
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    owner: str | None = None
    named: bool = True
    same_as: str | None = None
    private: bool = False
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the columns findable by their names."""
        named = MappingProxyType({each.name: each for each in self.columns})
        object.__setattr__(self, "by_name", named)

    @property
    def csv(self) -> str:
        """Return the name of the file in the package."""
        return f"{self.name}.csv"

    @property
    def has_metadata(self) -> bool:
        """Tell whether ``metadata.*`` columns have a place."""
        return "metadata" in self.table.c

    @property
    def own_parent(self) -> str | None:
        """Return the column that points to another row of the same file."""
        own = (each.kept for each in self.columns if each.target == self.name and not each.link)
        return next(own, None)

    def blanks(self) -> dict[str, object]:
        """Return what a new row has in the columns that a file may leave out or blank."""
        told = (each for each in self.columns if each.kept and not each.filled)
        return {str(each.kept): each.blank for each in told if each.blank is not None}


def _field_of(name: str, fields: Mapping[str, Field]) -> Field | None:
    name = _OTHER_NAMES.get(name, name)
    if name in fields:
        return fields[name]
    if name.endswith("SourcedIds"):
        return fields.get(f"{name.removesuffix('SourcedIds')}s")
    return fields.get(name.removesuffix("SourcedId")) if name.endswith("SourcedId") else None


def _blank(field: Field, table: Table) -> object:
    if field.column is None or table.c[field.column].nullable:
        return None
    return {Kind.WORDS: [], Kind.FLAG: False, Kind.TEXT: ""}.get(field.kind)


def _column(told: str, fields: Mapping[str, Field], table: Table) -> Column:
    name, demanded = told.rstrip("!"), told.endswith("!")
    found = None if name in _BOOKKEEPING else _field_of(name, fields)
    if found is None:
        return Column(name, demanded)
    must = found.column is not None and not table.c[found.column].nullable
    return Column(
        name,
        demanded,
        found,
        kept=found.column,
        target=_FILE_OF_TYPE[found.target] if found.target else None,
        filled=found.required or (demanded and must),
        blank=_blank(found, table),
    )


def _columns(told: str, fields: Iterable[Field], table: Table) -> tuple[Column, ...]:
    named = {each.name: each for each in fields}
    start = ("sourcedId!", "status!", "dateLastModified!")
    return tuple(_column(each, named, table) for each in (*start, *told.split()))


def _of(entity: Entity, told: str, *, same_as: str | None = None) -> File:
    """Return the file of an entity."""
    columns = _columns(told, entity.fields, entity.table)
    return File(
        name=entity.path,
        table=entity.table,
        service=entity.service,
        columns=columns,
        same_as=same_as,
        private=same_as is not None,
    )


_USER = rostering.reference("user", "user_id", "user", required=True)


def _parts(name: str, entity: Entity, of: str, told: str) -> File:
    """Return the file of the small objects that users have."""
    parts = entity.by_name[of].parts
    if parts is None:
        raise TypeError(of)
    own = Field(name=NAME, column="id", required=True, longest=255)
    fields = (*(each for each in parts.fields if each.column != "id"), own, _USER)
    return File(
        name=name,
        table=parts.table,
        service=entity.service,
        columns=_columns(told, fields, parts.table),
        key=("user_id", "id"),
        owner="user_id",
    )


def _assigned(name: str, table: Table, owner: str, told: str) -> File:
    """Return the file of what somebody or something is given to learn with."""
    column = f"{owner}_id"
    fields = (
        rostering.reference(owner, column, owner, required=True),
        rostering.reference("resource", "resource_id", "resource", required=True),
    )
    return File(
        name=name,
        table=table,
        service=Service.RESOURCES,
        columns=_columns(told, fields, table),
        key=(column, "resource_id"),
        owner=column,
        named=False,
    )


FILES: tuple[File, ...] = (
    _of(rostering.ORG, "name! type! identifier parentSourcedId"),
    _of(
        rostering.ACADEMIC_SESSION,
        "title! type! startDate! endDate! parentSourcedId schoolYear!",
    ),
    _of(
        rostering.COURSE,
        "schoolYearSourcedId title! courseCode grades orgSourcedId! subjects subjectCodes",
    ),
    _of(
        rostering.CLASS,
        "title! grades courseSourcedId! classCode classType! location schoolSourcedId!"
        " termSourcedIds! subjects subjectCodes periods",
    ),
    _of(
        rostering.USER,
        "enabledUser! username! userIds givenName! familyName! middleName identifier email sms"
        " phone agentSourcedIds grades password userMasterIdentifier preferredGivenName"
        " preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns",
    ),
    _parts(
        "roles",
        rostering.USER,
        "roles",
        "userSourcedId! roleType! role! beginDate endDate orgSourcedId! userProfileSourcedId",
    ),
    _parts(
        "userProfiles",
        rostering.USER,
        "userProfiles",
        "userSourcedId! profileType! vendorId! applicationId description credentialType!"
        " username! password",
    ),
    _of(
        rostering.DEMOGRAPHICS,
        "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
        " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces"
        " hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth"
        " publicSchoolResidenceStatus",
        same_as="users",
    ),
    _of(
        rostering.ENROLLMENT,
        "classSourcedId! schoolSourcedId! userSourcedId! role! primary beginDate endDate",
    ),
    _of(
        grading.RESOURCE,
        "vendorResourceId! title roles importance vendorId applicationId",
    ),
    _assigned(
        "classResources",
        gradebook.class_resources,
        "class",
        "title classSourcedId! resourceSourcedId!",
    ),
    _assigned(
        "courseResources",
        gradebook.course_resources,
        "course",
        "title courseSourcedId! resourceSourcedId!",
    ),
    _assigned(
        "userResources",
        gradebook.user_resources,
        "user",
        "userSourcedId! orgSourcedId classSourcedId resourceSourcedId!",
    ),
    _of(grading.CATEGORY, "title! weight"),
    _of(
        grading.SCORE_SCALE,
        "title! type! orgSourcedId! courseSourcedId! classSourcedId! scoreScaleValue!",
    ),
    _of(
        grading.LINE_ITEM,
        "title! description assignDate! dueDate! classSourcedId! categorySourcedId!"
        " academicSessionSourcedId! resultValueMin resultValueMax schoolSourcedId!",
    ),
    _of(
        grading.RESULT,
        "lineItemSourcedId! studentSourcedId! scoreStatus! score scoreDate! comment textScore"
        " classSourcedId inProgress incomplete late missing",
    ),
)
"""In an order in which nothing points to a later file."""
BY_NAME: Mapping[str, File] = MappingProxyType({each.name: each for each in FILES})
USERS, ROLES, PROFILES = BY_NAME["users"], BY_NAME["roles"], BY_NAME["userProfiles"]

UNTAKEN = (
    "lineItemLearningObjectiveIds",
    "lineItemScoreScales",
    "resultLearningObjectiveIds",
    "resultScoreScales",
)
"""Files of the standard that this platform does not take."""
ADDED_IN_1_2 = frozenset({"roles", "scoreScales", "userProfiles", "userResources", *UNTAKEN})
