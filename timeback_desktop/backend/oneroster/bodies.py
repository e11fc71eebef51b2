"""What a request brings: one JSON document, wrapped in the name of its kind or bare.

JSON is read strictly and by hand, because a body may hold what no database can keep and no
answer can tell: ``NaN``, numbers of thousands of digits, lists a hundred thousand deep.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request

from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.faults import invalid_data

_OTHER_NAMES = {
    "gradingPeriods": ("gradingPeriod",),
    "schools": ("school",),
    "students": ("student",),
    "teachers": ("teacher",),
    "terms": ("term",),
}


async def _body(request: Request) -> Any:
    """Return the JSON of a request, or answer 400."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise invalid_data("The body is not JSON.") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


BODY = Depends(_body)
"""The body as a parameter of a route: behind the principal, who is asked for first."""
Body = Annotated[Any, BODY]


def document_of(entity: Entity, body: Any) -> Mapping[str, Any]:
    """Return the document in a body, which may be wrapped in any of its names."""
    return unwrapped(body, entity.singular, *_OTHER_NAMES.get(entity.path, ()))


def unwrapped(body: Any, *names: str) -> Mapping[str, Any]:
    """Return the object that ``body`` holds under one of ``names``, or ``body`` itself."""
    if not isinstance(body, dict):
        raise invalid_data(f"The body is an object such as {{'{names[0]}': {{…}}}}.", 422)
    for name in names:
        if name in body:
            inner = body[name]
            if not isinstance(inner, dict):
                raise invalid_data(f"/{name} is an object.", 422)
            return inner
    return body


def told_as(example: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the API reference is told of a body that looks like ``example``."""
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
