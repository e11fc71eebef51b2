"""Serve Ralph LRS with its file backend; run by the Python of Ralph's own environment.

As released that backend creates its file anew with every write and refuses the second one, so
it is told to append. Nothing else about it is changed.
"""

import json
import os
import sys
from pathlib import Path

import bcrypt  # type: ignore[import-not-found]

folder, port = Path(sys.argv[1]), int(sys.argv[2])
told = json.loads((folder / "account.json").read_text(encoding="utf-8"))
account = {
    "username": told["username"],
    "hash": bcrypt.hashpw(told["password"].encode(), bcrypt.gensalt()).decode(),
    "scopes": ["all"],
    "agent": {"mbox": "mailto:bench@school.example"},
}
(folder / "auth.json").write_text(json.dumps([account]), encoding="utf-8")
os.environ |= {
    "RALPH_AUTH_FILE": str(folder / "auth.json"),
    "RALPH_RUNSERVER_BACKEND": "fs",
    "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(folder),
}

import uvicorn  # noqa: E402 - Ralph reads its settings while it is imported
from ralph.backends.data.base import (  # type: ignore[import-not-found]  # noqa: E402
    BaseOperationType,
)
from ralph.backends.lrs.fs import FSLRSBackend  # type: ignore[import-not-found]  # noqa: E402

FSLRSBackend.default_operation_type = BaseOperationType.APPEND
uvicorn.run("ralph.api:app", host="127.0.0.1", port=port, log_level="warning", access_log=False)
