"""How errors are told to a peer: always JSON, always with a ``message``.

Below the paths of OneRoster they are told as that standard wants them, whoever raised them.
"""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from timeback_desktop.backend.environments import canonical
from timeback_desktop.backend.oneroster import faults as oneroster
from timeback_desktop.errors import ContractFault, EnvironmentFault

_log = logging.getLogger(__name__)


def told(path: str, status: int, message: str, **more: object) -> dict[str, object]:
    """Return the body of an error answer to a request for ``path``."""
    if canonical(path).startswith(oneroster.PREFIX):
        minor = more.get("code_minor")
        return oneroster.status_info(status, message, str(minor) if minor else None)
    return {"message": message, **{name: value for name, value in more.items() if value}}


def _answer(
    request: Request,
    status: int,
    message: str,
    headers: dict[str, str] | None = None,
    **more: object,
) -> JSONResponse:
    content = told(request.url.path, status, message, **more)
    return JSONResponse(content, status, headers=headers)


def install(app: FastAPI) -> None:
    """Give ``app`` an answer for every kind of error."""

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> JSONResponse:
        return _answer(request, error.status_code, error.detail, dict(error.headers or {}))

    @app.exception_handler(ContractFault)
    def broken(request: Request, error: ContractFault) -> JSONResponse:
        minor = getattr(error, "code_minor", None)
        more = {"pointer": error.pointer, **({"code_minor": minor} if minor else {})}
        return _answer(request, error.status, str(error), **more)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"pointer": "/" + "/".join(str(step) for step in fault["loc"]), "message": fault["msg"]}
            for fault in error.errors()
        ]
        return _answer(request, 422, "The request is not as agreed.", faults=faults)

    @app.exception_handler(EnvironmentFault)
    def unable(request: Request, error: EnvironmentFault) -> JSONResponse:
        _log.error("%s", error)
        return _answer(request, 503, error.cause)

    @app.exception_handler(DataError)
    def unkeepable(request: Request, error: DataError) -> JSONResponse:
        _log.info("The database cannot keep a value: %s", type(error.orig).__name__)
        return _answer(request, 422, "A value is longer, larger or stranger than can be kept.")

    @app.exception_handler(OperationalError)
    def busy(request: Request, error: OperationalError) -> JSONResponse:
        _log.error("The database did not answer: %s", error.orig)
        message = "The database cannot answer right now. Please try again."
        return _answer(request, 503, message, {"Retry-After": "2"})

    @app.exception_handler(Exception)
    def bug(request: Request, _error: Exception) -> JSONResponse:
        return _answer(request, 500, "Something went wrong on our side.")
