"""Subject tracks: which course a subject and a grade lead to, at one org or at all of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.edubridge.asking import no_such
from timeback_desktop.backend.edubridge.courses import course_row
from timeback_desktop.backend.edubridge.models import subject_tracks
from timeback_desktop.backend.edubridge.schemas import TrackIn
from timeback_desktop.backend.roster.models import courses, orgs

Json = dict[str, Any]


def told(
    connection: Connection, publisher_id: str, which: ColumnElement[bool] | None = None
) -> list[Json]:
    """Write a tenant's tracks, by subject and grade."""
    tracks = (
        select(
            subject_tracks,
            courses.c.title,
            courses.c.metadata.label("course_metadata"),
            orgs.c.name.label("org_name"),
        )
        .join(
            courses,
            and_(
                courses.c.publisher_id == subject_tracks.c.publisher_id,
                courses.c.id == subject_tracks.c.course_id,
            ),
        )
        .outerjoin(
            orgs,
            and_(
                orgs.c.publisher_id == subject_tracks.c.publisher_id,
                orgs.c.id == subject_tracks.c.org_id,
            ),
        )
        .where(subject_tracks.c.publisher_id == publisher_id)
        .order_by(subject_tracks.c.subject, subject_tracks.c.grade, subject_tracks.c.id)
    )
    rows = connection.execute(tracks if which is None else tracks.where(which))
    return [_track(row) for row in rows]


def _track(row: Row[Any]) -> Json:
    org = None if row.org_id is None else {"sourcedId": row.org_id, "name": row.org_name}
    return {
        "id": row.id,
        "subject": row.subject,
        "grade": row.grade,
        "course": {
            "sourcedId": row.course_id,
            "title": row.title,
            "metadata": row.course_metadata,
        },
        "org": org,
    }


def groups(connection: Connection, publisher_id: str) -> list[Json]:
    """Write the tracks in groups: those of one subject together."""
    return [
        {
            "id": ids.seeded(publisher_id, "subject-track-group", subject),
            "name": subject,
            "tracks": list(tracks),
        }
        for subject, tracks in groupby(told(connection, publisher_id), lambda it: it["subject"])
    ]


def put(connection: Connection, publisher_id: str, asked: TrackIn, now_ms: int) -> Json:
    """Say what course a subject and grade lead to; the last word counts."""
    course_row(connection, publisher_id, asked.course_id)
    if asked.org_sourced_id is not None:
        org = and_(orgs.c.publisher_id == publisher_id, orgs.c.id == asked.org_sourced_id)
        if connection.scalar(select(orgs.c.id).where(org)) is None:
            raise no_such("org", asked.org_sourced_id)
    key = f"{asked.subject}\x1f{asked.grade}\x1f{asked.org_sourced_id or ''}"
    track_id = ids.seeded(publisher_id, "subject-track", key)
    led = {"course_id": asked.course_id, "modified_ms": now_ms}
    this = _is(publisher_id, track_id)
    if not connection.execute(update(subject_tracks).where(this).values(**led)).rowcount:
        connection.execute(
            insert(subject_tracks).values(
                publisher_id=publisher_id,
                id=track_id,
                subject=asked.subject,
                grade=asked.grade,
                org_id=asked.org_sourced_id,
                **led,
            )
        )
    return told(connection, publisher_id, this)[0]


def remove(connection: Connection, publisher_id: str, track_id: str) -> None:
    """Forget a track, or answer 404."""
    this = _is(publisher_id, track_id)
    if not connection.execute(delete(subject_tracks).where(this)).rowcount:
        raise no_such("subject track", track_id)


def _is(publisher_id: str, track_id: str) -> ColumnElement[bool]:
    return and_(subject_tracks.c.publisher_id == publisher_id, subject_tracks.c.id == track_id)
