"""What the API reference says of each read; the shapes it makes from the entities itself."""

from __future__ import annotations

import re
from typing import Any

from timeback_desktop.backend.oneroster.operations import Read

Document = dict[str, Any]

_TEXT: Document = {"type": "string"}
_QUERY: tuple[tuple[str, Document, str], ...] = (
    ("limit", {"type": "integer", "minimum": 1, "default": 100}, "How many, at most 3000."),
    ("offset", {"type": "integer", "minimum": 0, "default": 0}, "How many to pass over."),
    ("sort", _TEXT, "The field to sort by; without one, the order of arrival."),
    ("orderBy", {"type": "string", "enum": ["asc", "desc"]}, "The direction of the order."),
    ("filter", _TEXT, "Such as status='active' AND familyName~'son'."),
    ("search", _TEXT, "Words to look for in names and titles."),
)
_FIELDS = ("fields", _TEXT, "The fields that are wanted, with commas between.")
_PAGE = (
    "One page of the list. How many there are in all stands in X-Total-Count, the address of the "
    "next page in Link; under the short paths the body tells totalCount, pageCount, pageNumber, "
    "offset and limit, too."
)


def documented(read: Read) -> Document:
    """Return what a route is told for the API reference."""
    return {
        "summary": _summary(read.operation),
        "tags": [f"OneRoster {read.service}"],
        "openapi_extra": {"parameters": _parameters(read)},
        "response_description": "Found" if read.single else _PAGE,
    }


def _summary(operation: str) -> str:
    """Return the name of an operation in plain words: ``getAllOrgs`` is ``Read all orgs``."""
    words = re.findall(r"[A-Z][a-z]+", operation.removeprefix("get"))
    return " ".join(["Read", *(word.lower() for word in words)])


def _parameters(read: Read) -> list[Document]:
    names = ["sourcedId"] if read.single else [parent.parameter for parent in read.parents]
    path: list[Document] = [
        {"name": name, "in": "path", "required": True, "schema": _TEXT} for name in names
    ]
    asked = (_FIELDS,) if read.single else (*_QUERY, _FIELDS)
    return path + [
        {"name": name, "in": "query", "schema": schema, "description": text}
        for name, schema, text in asked
    ]
