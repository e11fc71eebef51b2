"""The official OpenAPI files of OneRoster, with our own addresses put in.

Each is told under both names that it goes by: that of the file, and that of the conformance
guide. Who reads them needs no token, as they say where tokens are given out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from timeback_desktop.backend.endpoints import TOKEN_PATH
from timeback_desktop.backend.oneroster.entity import Service
from timeback_desktop.backend.oneroster.hrefs import CANONICAL, HrefBase

_FOLDER = files("timeback_desktop.backend.oneroster") / "openapi"
_FILES = {
    Service.ROSTERING: "rosters",
    Service.GRADEBOOK: "gradebook",
    Service.RESOURCES: "resources",
}

router = APIRouter()


@cache
def official(service: Service) -> dict[str, Any]:
    """Return the official description of a service, as it was published."""
    document: dict[str, Any] = msgspec.json.decode((_FOLDER / f"{service}.json").read_bytes())
    return document


def localised(service: Service, base: HrefBase) -> dict[str, Any]:
    """Return the description of a service as it stands at this address."""
    document = official(service)
    granted = {"tokenUrl": base.root + TOKEN_PATH}
    secured = {
        name: {
            **scheme,
            "flows": {kind: {**flow, **granted} for kind, flow in scheme["flows"].items()},
        }
        for name, scheme in document["components"]["securitySchemes"].items()
    }
    return {
        **document,
        "servers": [{"url": base.service(service)}],
        "components": {**document["components"], "securitySchemes": secured},
    }


def _description(service: Service) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        document = localised(service, HrefBase.of(request))
        return Response(msgspec.json.encode(document), media_type="application/json")

    return answer


for _service, _called in _FILES.items():
    for _name in (
        f"onerosterv1p2{_called}service_openapi3_v1p0.json",
        f"imsorv1p2_{_service}_openapi3_v1p0.json",
    ):
        router.add_api_route(
            f"{CANONICAL[_service]}/discovery/{_name}",
            _description(_service),
            methods=["GET"],
            operation_id=f"discover_{_name.removesuffix('.json')}",
            summary="Read the official description of this service",
            tags=[f"OneRoster {_service}"],
            response_model=None,
        )
