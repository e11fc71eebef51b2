"""How errors are told to a peer: always JSON, always with a ``message``."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from timeback_desktop.errors import ContractFault, EnvironmentFault

_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Give ``app`` an answer for every kind of error."""

    @app.exception_handler(HTTPException)
    def refused(_request: Request, error: HTTPException) -> JSONResponse:
        content = {"message": error.detail}
        return JSONResponse(content, error.status_code, headers=dict(error.headers or {}))

    @app.exception_handler(ContractFault)
    def broken(_request: Request, error: ContractFault) -> JSONResponse:
        content = {"message": str(error)}
        if error.pointer:
            content["pointer"] = error.pointer
        return JSONResponse(content, error.status)

    @app.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"pointer": "/" + "/".join(str(step) for step in fault["loc"]), "message": fault["msg"]}
            for fault in error.errors()
        ]
        return JSONResponse({"message": "The request is not as agreed.", "faults": faults}, 422)

    @app.exception_handler(EnvironmentFault)
    def unable(_request: Request, error: EnvironmentFault) -> JSONResponse:
        _log.error("%s", error)
        return JSONResponse({"message": error.cause}, 503)

    @app.exception_handler(OperationalError)
    def busy(_request: Request, error: OperationalError) -> JSONResponse:
        _log.error("The database did not answer: %s", error.orig)
        content = {"message": "The database cannot answer right now. Please try again."}
        return JSONResponse(content, 503, headers={"Retry-After": "2"})

    @app.exception_handler(Exception)
    def bug(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"message": "Something went wrong on our side."}, 500)
