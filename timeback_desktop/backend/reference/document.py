"""The OpenAPI document of the running app, completed.

The framework writes down paths, parameters and the bodies it has models for. Added here:
groups in the order a newcomer needs them, the scope that each route asks for, the schemas of
OneRoster's entities (from their declarations) and an example for every body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from timeback_desktop.backend.auth.principal import ScopeCheck, current_principal
from timeback_desktop.backend.endpoints import TOKEN_PATH
from timeback_desktop.backend.oneroster import grading, rostering
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind
from timeback_desktop.backend.oneroster.hrefs import CANONICAL
from timeback_desktop.backend.oneroster.operations import every_read
from timeback_desktop.backend.reference import examples
from timeback_desktop.backend.scopes import EVERY_SCOPE

_TITLES = {
    "auth": "Tokens",
    "discovery": "Discovery",
    "lti": "LTI 1.3",
    "events": "Caliper events",
    "feed": "Live feed",
    "insights": "Insights",
    "progress": "Progress",
    "desktop": "The desktop window",
    "edubridge": "EduBridge",
    "webhooks": "Webhooks",
    "accounts": "Accounts",
    "roster files": "Roster files (CSV)",
    "applications": "Applications",
    "publishers": "Publishers",
    "privacy": "Privacy",
    "sign-in": "Signing in",
}
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_INTRODUCTION = """\
Everything here is answered below the address that the backend told at its start, and once
more below `/sandbox` with pretended people. Get a token from `POST /auth/1.0/token` with your
client id and secret, and send it as `Authorization: Bearer …`.

The roster answers under two sets of paths: `/ims/oneroster/rostering/v1p2` is also
`/rostering/1.0`, and likewise for `gradebook` and `resources`.
"""


def openapi(app: FastAPI) -> dict[str, Any]:
    """Return the document of ``app``; it is made once, at the first question."""
    if app.openapi_schema is None:
        app.openapi_schema = _complete(app)
    return app.openapi_schema


def _complete(app: FastAPI) -> dict[str, Any]:
    told = get_openapi(
        title="TimeBack",
        version=app.version,
        description=_INTRODUCTION,
        routes=app.routes,
    )
    parts = told.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    parts["securitySchemes"] = {"token": _token_scheme()}
    entities = {entity.path: entity for entity in (*rostering.ENTITIES, *grading.ENTITIES)}
    schemas.update({_name(entity): _schema(entity) for entity in entities.values()})
    for each in served_by(app):
        if each.in_schema:
            told["paths"][each.path][each.method]["security"] = _security(each)
    _describe_reads(told["paths"])
    _describe_writes(told["paths"], entities)
    for operations in told["paths"].values():
        for method in _METHODS & operations.keys():
            _exemplify(operations[method], schemas)
    told["tags"] = [
        {"name": tag, "x-displayName": _TITLES.get(tag, tag)} for tag in _groups(told["paths"])
    ]
    return told


@dataclass(frozen=True, slots=True)
class Served:
    """One route of the running app, and what it asks of its caller.

    ``scopes`` are those of which one is enough; ``asks_who`` tells that it wants a token at
    all; ``in_schema`` that developers are told of it.
    """

    method: str
    path: str
    scopes: tuple[str, ...]
    asks_who: bool
    in_schema: bool


def served_by(app: FastAPI) -> Iterator[Served]:
    """Return every route of an app with every method that it answers."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            calls = list(_calls(route.dependant))
            scopes = next((call.any_of for call in calls if isinstance(call, ScopeCheck)), ())
            for method in sorted(route.methods or ()):
                yield Served(
                    method.lower(),
                    str(route.path_format),
                    scopes,
                    current_principal in calls,
                    route.include_in_schema,
                )


def _calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _security(route: Served) -> list[dict[str, list[str]]]:
    """Return the scopes of which one is enough; nothing at all for a public route."""
    if route.scopes:
        return [{"token": [scope]} for scope in route.scopes]
    return [{"token": []}] if route.asks_who else []


def _token_scheme() -> dict[str, Any]:
    flow = {"tokenUrl": TOKEN_PATH, "scopes": {scope: _words(scope) for scope in EVERY_SCOPE}}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}


def _words(scope: str) -> str:
    return scope.rpartition("/")[2].rpartition(":")[2].replace(".", ": ").replace("-", " ")


def _groups(paths: dict[str, Any]) -> list[str]:
    """Return the groups in the order of the app's routers."""
    found: dict[str, None] = {}
    for operations in paths.values():
        for method in _METHODS & operations.keys():
            found.update(dict.fromkeys(operations[method].get("tags", ["other"])))
    return list(found)


def _name(entity: Entity) -> str:
    return entity.type[0].upper() + entity.type[1:]


def _schema(entity: Entity) -> dict[str, Any]:
    required = [field.name for field in entity.fields if field.required]
    fields = {field.name: _field(field) for field in entity.fields}
    return {"type": "object", "title": _name(entity), "required": required, "properties": fields}


def _field(field: Field) -> dict[str, Any]:
    return _SCHEMAS.get(field.kind, _text)(field)


def _several_references(field: Field) -> dict[str, Any]:
    return {"type": "array", "items": _reference(field)}


def _parts(field: Field) -> dict[str, Any]:
    inner = field.parts.fields if field.parts else ()
    one = {"type": "object", "properties": {each.name: _field(each) for each in inner}}
    return {"type": "array", "items": one}


def _text(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "string"}
    if field.longest:
        told["maxLength"] = field.longest
    if field.kind in {Kind.DATE, Kind.INSTANT}:
        told["format"] = "date" if field.kind is Kind.DATE else "date-time"
    if field.vocabulary and field.closed:
        told["enum"] = sorted(field.vocabulary)
    elif field.vocabulary:
        told["description"] = f"{', '.join(sorted(field.vocabulary))}, or ext:…"
    return told


def _reference(field: Field) -> dict[str, Any]:
    inner = {name: {"type": "string"} for name in ("href", "sourcedId", "type")}
    return {"type": "object", "description": f"a {field.target}", "properties": inner}


_SCHEMAS: dict[Kind, Callable[[Field], dict[str, Any]]] = {
    Kind.REFERENCE: _reference,
    Kind.REFERENCES: _several_references,
    Kind.PARTS: _parts,
    Kind.WORDS: lambda _: {"type": "array", "items": {"type": "string"}},
    Kind.FLAG: lambda _: {"type": "string", "enum": ["true", "false"]},
    Kind.NUMBER: lambda _: {"type": "number"},
    Kind.INTEGER: lambda _: {"type": "integer"},
    Kind.DOCUMENT: lambda _: {},
}


def _describe_reads(paths: dict[str, Any]) -> None:
    """Give the reads of the roster the shape and example of what they tell."""
    for read in every_read():
        root = CANONICAL[read.service]
        told = paths[f"{root}/{read.path}"]["get"]
        content = _content(read.entity, root, read.keys[0], several=not read.single)
        told["responses"].setdefault("200", {"description": "Found"})["content"] = content


def _describe_writes(paths: dict[str, Any], entities: dict[str, Entity]) -> None:
    """Give the writes of one thing of the roster the shape and example of that thing."""
    for path, operations in paths.items():
        root, mark, rest = path.partition("/v1p2/")
        entity = entities.get(re.sub(r"/\{\w+\}$", "", rest)) if mark else None
        if entity is not None and root.startswith("/ims/oneroster/"):
            content = _content(entity, f"{root}/v1p2", entity.singular, several=False)
            for method in {"post", "put", "patch"} & operations.keys():
                operations[method].setdefault("requestBody", {"required": True})["content"] = (
                    content
                )


def _content(entity: Entity, root: str, key: str, *, several: bool) -> dict[str, Any]:
    """Return one thing of a kind, or a list of it, as the content of a body."""
    shape: dict[str, Any] = {"$ref": f"#/components/schemas/{_name(entity)}"}
    example: Any = examples.of_entity(entity, root=root)
    if several:
        shape, example = {"type": "array", "items": shape}, [example]
    schema = {"type": "object", "properties": {key: shape}}
    return {"application/json": {"schema": schema, "example": {key: example}}}


def _exemplify(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give every JSON body of an operation an example."""
    bodies = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
    for body in bodies:
        media = body.get("content", {}).get("application/json", {})
        if "schema" in media and "example" not in media and "examples" not in media:
            made = examples.of_schema(media["schema"], schemas)
            if made is not None:
                media["example"] = made
