"""CASE over a store without frameworks: empty lists, and nothing found."""

from __future__ import annotations

import pytest

from tests.helpers.backends import InProcess
from tests.helpers.writers import fault, token_with
from timeback_desktop.backend.scopes import RESOURCE_READONLY, ROSTER_READONLY

ROOTS = ("/ims/case/v1p1", "/case/1.1")


@pytest.mark.parametrize("root", ROOTS)
def test_lists_are_empty_and_single_things_unknown(site: InProcess, root: str) -> None:
    token = token_with(site, RESOURCE_READONLY)
    for key in ("CFDocuments", "CFItems"):
        answer = site.get(f"{root}/{key}?limit=2&offset=4", token)
        assert (answer.status_code, answer.headers["x-total-count"]) == (200, "0")
        told = answer.json()
        assert (told[key], told["totalCount"], told["pageNumber"]) == ([], 0, 3)
    for path in ("CFDocuments/x", "CFItems/x", "CFAssociations/x", "CFPackages/x"):
        assert fault(site.get(f"{root}/{path}", token))[:2] == (404, "unknownobject")
    assert fault(site.get(f"{root}/CFPackages/x/groups", token))[0] == 404


def test_the_scope_is_asked_and_a_page_must_be_one(site: InProcess) -> None:
    assert site.get(f"{ROOTS[0]}/CFItems").status_code == 401
    assert site.get(f"{ROOTS[0]}/CFItems", token_with(site, ROSTER_READONLY)).status_code == 403
    token = token_with(site, RESOURCE_READONLY)
    for query in ("limit=0", "limit=x", "offset=-1"):
        assert site.get(f"{ROOTS[0]}/CFItems?{query}", token).status_code == 422
