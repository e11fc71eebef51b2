"""Example values for the reference: what a developer would see in the demo school."""

from __future__ import annotations

from typing import Any

from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind

_ID = "7d1c3d4e-6f0a-5b1c-8d2e-3f4a5b6c7d8e"
_BY_NAME: dict[str, Any] = {
    "accessToken": "Vt0p…",
    "access_token": "Vt0p…",
    "client_id": _ID,
    "clientId": _ID,
    "classCode": "willow",
    "classType": "homeroom",
    "comment": "Well explained.",
    "courseCode": "WILLOW-26",
    "description": "Fractions, one step at a time.",
    "email": "ava.thompson@demo.example",
    "familyName": "Thompson",
    "givenName": "Ava",
    "grades": ["3"],
    "identifier": "willow-7",
    "importance": "primary",
    "launchUrl": "https://app.example/launch",
    "lessonType": "quiz",
    "location": "Room 12",
    "name": "Lakeside Elementary",
    "periods": ["1"],
    "phone": "+1 555 0100",
    "profileId": "urn:uuid:" + _ID,
    "profileType": "learning_app_profile",
    "pronouns": "she/her",
    "role": "student",
    "roleType": "primary",
    "schoolYear": "2027",
    "score": 92.5,
    "scoreStatus": "fully graded",
    "scoreScaleValue": [{"itemValueLHS": "A", "itemValueRHS": "90-100"}],
    "status": "active",
    "subjectCodes": ["MATH"],
    "subjects": ["Math"],
    "title": "Willow Room",
    "userIds": [{"type": "SIS", "identifier": "S-1001"}],
    "username": "ava.thompson",
    "vendorId": "alpha",
}
_OF_BODIES: dict[str, Any] = {
    "name": "Fraction Forest",
    "accent": "#2a7f62",
    "allowedHosts": ["app.example"],
    "embeddedMedia": ["webm"],
    "reason": "The app does not answer since Monday.",
    "subject": "Math",
}
"""What a name stands for where it is no field of the roster."""


def of_entity(entity: Entity, *, root: str) -> dict[str, Any]:
    """Return one thing of a kind as the API answers it; ``root`` is where references lead."""
    told = {field.name: _of_field(field, root) for field in entity.fields}
    return {name: value for name, value in told.items() if value is not None}


def _of_field(field: Field, root: str) -> Any:
    if field.target is not None:
        one = _reference(field, root)
        return one if field.kind is Kind.REFERENCE else [one]
    if field.parts is not None:
        needed = (each for each in field.parts.fields if each.required)
        return [{each.name: _of_field(each, root) for each in needed}]
    if field.name == "sourcedId":
        return _ID
    if field.vocabulary and field.name not in _BY_NAME:
        return min(field.vocabulary)
    return _BY_NAME.get(field.name, _BY_KIND.get(field.kind))


_BY_KIND: dict[Kind, Any] = {
    Kind.DATE: "2026-08-17",
    Kind.INSTANT: "2026-11-23T08:00:00.000Z",
    Kind.FLAG: "true",
    Kind.NUMBER: 1,
    Kind.INTEGER: 1,
    Kind.DOCUMENT: {"house": "red"},
}


def _reference(field: Field, root: str) -> dict[str, str]:
    kind = str(field.target)
    plural = {"class": "classes"}.get(kind, f"{kind}s")
    return {"href": f"{root}/{plural}/{_ID}", "sourcedId": _ID, "type": kind}


def of_schema(schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Any:
    """Return an example of a JSON Schema, its own one where it has one."""
    return _of_schema(schema, schemas, name, 6)


def _of_schema(schema: dict[str, Any], schemas: dict[str, Any], name: str, room: int) -> Any:
    given = _given(schema, name)
    if given is not None:
        return given
    inner = _inner(schema, schemas)
    if inner is not None:
        return _of_schema(inner, schemas, name, room - 1) if room else None
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {}) if room else {}
            return {key: _of_schema(each, schemas, key, room - 1) for key, each in fields.items()}
        case "array":
            return [_of_schema(schema.get("items", {}), schemas, "", room - 1)] if room else []
        case kind:
            plain = {"integer": 1, "number": 1, "boolean": True, "string": "text"}
            return _ID if schema.get("format") == "uuid" else plain.get(str(kind))


def _given(schema: dict[str, Any], name: str) -> Any:
    """Return what a schema or the name of a field gives as an example, if anything."""
    own = [schema.get(key) for key in ("example", "default", "const", "minimum")]
    own += [each[0] for each in (schema.get("examples"), schema.get("enum")) if each]
    by_name = _OF_BODIES.get(name, _BY_NAME.get(name, _address(name)))
    if schema.get("type") in {"object", "boolean"}:
        by_name = None
    return next((each for each in [by_name, *own] if each is not None), None)


def _address(name: str) -> Any:
    """Return an address for a field that is named like one."""
    if name.endswith(("Url", "Uri")):
        return f"https://app.example/{name[:-3].lower() or 'app'}"
    return ["https://app.example/launch"] if name.endswith(("Urls", "Uris")) else None


def _inner(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema that stands behind a reference or a choice."""
    if "$ref" in schema:
        found: dict[str, Any] | None = schemas.get(schema["$ref"].rpartition("/")[2])
        return found
    choices = [schema[key] for key in ("anyOf", "oneOf", "allOf") if schema.get(key)]
    return choices[0][0] if choices else None
