"""A course made together with a lesson that leads to a test: TimeBack's ``courses/structure``.

What a structure may say is published nowhere, but for the two objects that it consists of.
Read here are the names that are known: ``unitTitle`` and ``lessonTitle`` (else ``title``)
become components of the course, ``url`` the test, linked as a resource. All that was told is
kept in the metadata of that resource; the test itself is not fetched.

The sourcedIds follow from the course and the titles. So the same structure may be posted
again, and another one of the same unit finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from timeback_desktop import ids
from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.faults import invalid_data
from timeback_desktop.backend.oneroster.grading import (
    COMPONENT_RESOURCE,
    COURSE_COMPONENT,
    RESOURCE,
)
from timeback_desktop.backend.oneroster.rostering import COURSE
from timeback_desktop.backend.oneroster.writing import SourcedIdPair, change, create

Document = Mapping[str, Any]
_QTI = {"type": "qti", "subType": "qti-test"}


def build(connection: Connection, tenant: str, body: Any, now_ms: int) -> SourcedIdPair:
    """Write a course and what is said of its structure; return the course's sourcedIds."""
    course, structure = _object(body, "course"), _object(body, "courseStructure")
    writer = _Writer(connection, tenant, now_ms)
    pair = writer.course(course)
    writer.lesson(pair.allocated, structure)
    return pair


def _object(body: Any, name: str) -> Document:
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise invalid_data(f"/{name} is an object.", 422)
    return found


def _text(structure: Document, *names: str) -> str | None:
    """Return the first of these that is told."""
    for name in names:
        told = structure.get(name)
        if told is None:
            continue
        if not isinstance(told, str) or not told.strip() or not told.isprintable():
            raise invalid_data(f"/courseStructure/{name} is a text of printable characters.", 422)
        return told
    return None


class _Writer:
    """Writes the parts of one structure under ids that follow from what they are for."""

    def __init__(self, connection: Connection, tenant: str, now_ms: int) -> None:
        self._connection, self._tenant, self._now_ms = connection, tenant, now_ms

    def course(self, document: Document) -> SourcedIdPair:
        """Write the course itself."""
        known = document.get("sourcedId")
        if not isinstance(known, str) or not known:
            return create(self._connection, self._tenant, COURSE, document, self._now_ms)
        self._change(COURSE, known, document)
        return SourcedIdPair(known, known)

    def lesson(self, course_id: str, structure: Document) -> None:
        """Write the unit and the lesson that are named, and the test that is linked."""
        parent, unit = None, _text(structure, "unitTitle")
        if unit is not None:
            parent = self._component(course_id, unit, None)
        title = _text(structure, "lessonTitle", "title")
        if title is None:
            return
        lesson = self._component(course_id, title, parent)
        if (url := _text(structure, "url")) is not None:
            self._test(lesson, _text(structure, "title") or title, url, structure)

    def _component(self, course_id: str, title: str, parent: str | None) -> str:
        document: dict[str, Any] = {"title": title, "course": {"sourcedId": course_id}}
        if parent is not None:
            document["parent"] = {"sourcedId": parent}
        return self._put(COURSE_COMPONENT, document, f"{course_id}\x1f{parent or ''}\x1f{title}")

    def _test(self, lesson: str, title: str, url: str, structure: Document) -> None:
        metadata = {**_QTI, **structure}
        test = {"title": title, "vendorResourceId": url, "metadata": metadata}
        resource = self._put(RESOURCE, test, f"{lesson}\x1f{url}")
        link = {
            "title": title,
            "courseComponent": {"sourcedId": lesson},
            "resource": {"sourcedId": resource},
        }
        self._put(COMPONENT_RESOURCE, link, resource)

    def _put(self, entity: Entity, document: Document, key: str) -> str:
        sourced_id = ids.seeded(self._tenant, f"structure-{entity.type}", key)
        self._change(entity, sourced_id, {**document, "status": "active"})
        return sourced_id

    def _change(self, entity: Entity, sourced_id: str, document: Document) -> None:
        change(
            self._connection,
            self._tenant,
            entity,
            sourced_id,
            document,
            self._now_ms,
            upsert=True,
        )
