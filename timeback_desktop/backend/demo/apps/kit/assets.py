"""Static files with content types of our own: Windows lets any program redefine ``.js``."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Assets(StaticFiles):
    """The ``static`` folder of a package."""

    def __init__(self, package: str) -> None:
        super().__init__(directory=str(files(package).joinpath("static")))

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Send a file, named as what it is."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        kind = _TYPES.get(Path(full_path).suffix)
        if kind:
            response.headers["Content-Type"] = kind
        return response
