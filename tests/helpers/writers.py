"""A client that writes to the roster of a site, in tests of what OneRoster takes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.helpers.backends import InProcess, bearer
from tests.helpers.oneroster import ROSTER as ROSTER_PATH
from tests.helpers.oneroster import token
from timeback_desktop import ids
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID
from timeback_desktop.backend.registry.clients import NewClient, register_client
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE, PRIVATE, ROSTER


def token_with(site: InProcess, *scopes: str, tenant: str = PUBLISHER_ID) -> str:
    """Return the token of a new client of ``tenant`` that carries just these scopes."""
    client_id = ids.mint()
    client = NewClient(client_id=client_id, publisher_id=tenant, name=client_id, scopes=scopes)
    with writing(site.platform.engine) as connection:
        register_client(connection, client, site.clock())
    owner = {"publisher_id": tenant, "client_id": client_id}
    return token(site.platform.engine, site.clock(), *scopes, **owner)


@dataclass(frozen=True, slots=True)
class Writer:
    """A client of one tenant, below ``root``; it carries every scope of the roster."""

    site: InProcess
    token: str
    root: str = ROSTER_PATH

    @classmethod
    def of(cls, site: InProcess, tenant: str = PUBLISHER_ID) -> Writer:
        """Return a new client of ``tenant``."""
        scopes = (*ROSTER, *PRIVATE, EVENTS_READONLY, EVENTS_WRITE)
        return cls(site, token_with(site, *scopes, tenant=tenant))

    def send(self, method: str, path: str, body: Any = None, **given: Any) -> httpx.Response:
        """Send one request; ``body`` is sent as JSON."""
        told = given if body is None else {"json": body, **given}
        url = path if path.startswith(("/ims", "/rostering")) else f"{self.root}/{path}"
        return self.site.request(method, url, headers=bearer(self.token), **told)

    def create(self, collection: str, name: str, /, **document: Any) -> str:
        """Create something and return its sourcedId."""
        answer = self.send("POST", collection, {name: document})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sourcedIdPairs"]["allocatedSourcedId"])

    def read(self, path: str) -> dict[str, Any]:
        """Return one thing as it is read, without the name around it."""
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return dict(next(iter(answer.json().values())))


def reference(sourced_id: str) -> dict[str, str]:
    """Return a reference as the published clients send it."""
    return {"sourcedId": sourced_id}


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    """Return the status, the standard's word and the description of a refusal."""
    told = answer.json()
    (field,) = told["imsx_CodeMinor"]["imsx_codeMinorField"]
    return answer.status_code, field["imsx_codeMinorFieldValue"], told["imsx_description"]
