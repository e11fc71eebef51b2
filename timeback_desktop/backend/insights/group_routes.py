"""Overviews of classes and schools over HTTP.

A class is shown to its teachers; administrators and clients with the scope see every class and
school of their tenant. To anybody else one that is not there looks like one he may not see.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, HTTPException, Response

from timeback_desktop.backend.asking import (
    From,
    Limit,
    Offset,
    Page,
    Range,
    To,
    Word,
    checked_range,
    end_of,
    instant_of,
    zone_of,
)
from timeback_desktop.backend.auth.principal import CurrentPrincipal, Principal
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.insights import groups
from timeback_desktop.backend.insights.groups import Group, Include
from timeback_desktop.backend.insights.written import Granularity
from timeback_desktop.backend.rollups import groups as kept
from timeback_desktop.backend.rollups.days import number_of
from timeback_desktop.backend.rollups.groups import GroupKind
from timeback_desktop.backend.rollups.reading import rolled_zone
from timeback_desktop.backend.roster.service import may_read_all, may_read_class
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.clock import local_date, midnight_ms
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri

router = APIRouter()


@router.get("/classes/{class_id}/overview")
def show_class(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    class_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: To = None,
    granularity: Granularity = Granularity.DAY,
    include: Word = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Return a class's time and results; ``include=students,days,apps`` tells them of each."""
    group = _group(platform, principal, GroupKind.CLASS, from_iri(class_id))
    over = _range(platform, group, from_, to)
    _freshen(platform, group, over)
    return _answer(platform, group, over, granularity, _parts(include), Page(limit, offset))


@router.get("/orgs/{org_id}/overview")
def show_org(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    org_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: To = None,
    granularity: Granularity = Granularity.DAY,
    include: Word = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Return a school's time and results, of the students whose own school it is."""
    group = _group(platform, principal, GroupKind.ORG, from_iri(org_id))
    over = _range(platform, group, from_, to)
    _freshen(platform, group, over)
    return _answer(platform, group, over, granularity, _parts(include), Page(limit, offset))


def _group(platform: Platform, principal: Principal, kind: GroupKind, group_id: str) -> Group:
    """Return a group that the caller may read about."""
    tenant, all_of_it = principal.publisher_id, may_read_all(principal)
    with reading(platform.engine) as connection:
        may = all_of_it
        if kind is GroupKind.CLASS:
            may = may_read_class(connection, principal, group_id)
        if tenant is None or not may:
            raise HTTPException(403, "This token may not read about this group.")
        group = groups.find(connection, tenant, kind, group_id)
        if group is None:
            raise HTTPException(404, "There is no such group.")
    return group


def _freshen(platform: Platform, group: Group, over: Range) -> None:
    """Have the days that are asked for added up for those who are in the group now."""
    days = number_of(over.first_day), number_of(over.last_day)
    who = (group.tenant, group.kind, group.id)
    with reading(platform.engine) as connection:
        fresh = kept.is_fresh(connection, *who, days)
    if not fresh:
        with writing(platform.engine) as connection:
            kept.refresh(connection, *who, days)


def _parts(include: str | None) -> frozenset[Include]:
    words = {word.strip() for word in (include or "").split(",") if word.strip()}
    unknown = words - set(Include)
    if unknown:
        raise ContractFault("include knows students, days and apps.", pointer="/include")
    return frozenset(Include(word) for word in words)


def _range(platform: Platform, group: Group, from_: str | None, to: str | None) -> Range:
    """Return whole days of the school's zone; the last 7 unless told."""
    with reading(platform.engine) as connection:
        zone = zone_of(rolled_zone(connection, group.tenant))
    end_ms = platform.now() + 1 if to is None else end_of(to, zone, "/to")
    last = local_date(max(0, end_ms - 1), zone)
    first = last - timedelta(days=6)
    if from_ is not None:
        first = local_date(instant_of(from_, zone, "/from"), zone)
    low, high = midnight_ms(first, zone), midnight_ms(last + timedelta(days=1), zone)
    return Range(*checked_range(low, high), zone)


def _answer(  # noqa: PLR0913, PLR0917 - whose, when, and how much of it
    platform: Platform,
    group: Group,
    over: Range,
    granularity: Granularity,
    include: frozenset[Include],
    page: Page,
) -> Response:
    with reading(platform.engine) as connection:
        told = groups.overview(connection, group, over, granularity, include, page)
    return Response(told, media_type="application/json")
