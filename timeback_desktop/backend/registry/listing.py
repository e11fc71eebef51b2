"""Listing apps: the filter language of OneRoster over what an app tells of itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, true

from timeback_desktop.backend.oneroster.conditions import condition
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind, Service
from timeback_desktop.backend.oneroster.filters import parse
from timeback_desktop.backend.registry.models import applications
from timeback_desktop.backend.registry.service import Application, found_applications
from timeback_desktop.errors import ContractFault

APPLICATION = Entity(
    type="application",
    singular="application",
    plural="applications",
    path="applications",
    service=Service.ROSTERING,  # served by none of the three: only its language is borrowed
    table=applications,
    fields=(
        Field(name="sourcedId", column="id"),
        Field(name="applicationId", column="id"),
        Field(name="publisherId", column="publisher_id"),
        Field(name="clientId", column="client_id"),
        Field(name="name", column="name"),
        Field(name="description", column="description"),
        Field(name="subject", column="subject"),
        Field(name="grades", kind=Kind.WORDS, column="grades"),
        Field(name="status", column="status"),
        Field(name="applicationType", column="application_type"),
        Field(name="launchMethod", column="launch_method"),
        Field(name="launchUrl", column="launch_url"),
        Field(name="dateCreated", kind=Kind.INSTANT, column="created_ms"),
        Field(name="dateLastModified", kind=Kind.INSTANT, column="modified_ms"),
        Field(name="metadata", kind=Kind.DOCUMENT, column="metadata"),
    ),
)
_SORTED = frozenset(
    {field.name for field in APPLICATION.fields if field.kind in {Kind.TEXT, Kind.INSTANT}}
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which apps are wanted, in which order, from which place on."""

    limit: int = 50
    offset: int = 0
    filter: str | None = None
    sort: str = "dateCreated"
    descending: bool = False


def applications_page(
    connection: Connection, wanted: Wanted, *, of: Collection[str] | None
) -> tuple[list[Application], int]:
    """Return a page of the apps ``of`` some publishers (``None``: of all), and how many fit."""
    if wanted.sort not in _SORTED:
        raise ContractFault(f"Apps are not sorted by {wanted.sort!r}.", pointer="/sort")
    mine = true() if of is None else applications.c.publisher_id.in_(sorted(of))
    fits = condition(APPLICATION, parse(wanted.filter)) if wanted.filter else true()
    column = APPLICATION.column(wanted.sort)
    order = (column.desc() if wanted.descending else column.asc(), applications.c.id)
    total = connection.scalar(select(func.count()).select_from(applications).where(mine, fits))
    rows = select(applications).where(mine, fits).order_by(*order)
    page = rows.limit(wanted.limit).offset(wanted.offset)
    return found_applications(connection, page), total or 0
