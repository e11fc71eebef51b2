from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers.backends import RUN_SECRET, InProcess, bearer, opened_site
from tests.helpers.developers import app, register
from tests.helpers.pictures import PLAIN_SVG, Pictures, served_pictures
from timeback_desktop.backend.settings import Settings

APPS = "/applications/1.0"
AUTH = bearer(RUN_SECRET)


@pytest.fixture(scope="module")
def shared(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("shared") / "data") as site:
        yield site


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    with served_pictures() as served:
        yield served


def test_pictures_are_fetched_once_and_served_by_us(shared: InProcess, pictures: Pictures) -> None:
    draft = register(
        shared,
        name="Pretty",
        logoUrl=f"{pictures.url}/a.svg",
        coverImageUrl=f"{pictures.url}/a.png",
    )
    path = f"{APPS}/{draft['applicationId']}"
    assert draft["warnings"] == []
    told = shared.get(path, RUN_SECRET).json()
    assert told["logoUrl"] == f"http://127.0.0.1:8899{path}/logo"
    shown = shared.get(f"{path}/logo")
    assert (shown.status_code, shown.content) == (200, PLAIN_SVG)
    assert shown.headers["content-type"] == "image/svg+xml"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shared.get(f"{path}/cover").headers["content-type"] == "image/png"
    asked = len(pictures.seen)
    again = {**app("Pretty"), "logoUrl": told["logoUrl"], "coverImageUrl": told["coverImageUrl"]}
    assert shared.request("PUT", path, headers=AUTH, json=again).json()["logoUrl"]
    assert len(pictures.seen) == asked, "what did not change is not fetched again"
    assert (
        shared.request("PATCH", path, headers=AUTH, json={"logoUrl": None}).json()["logoUrl"]
        is None
    )
    assert shared.get(f"{path}/logo").status_code == 404


@pytest.mark.parametrize("page", ["missing.png", "page.html", "script.svg", "huge.png", "liar.png"])
def test_a_bad_picture_is_told_and_does_no_harm(
    shared: InProcess, pictures: Pictures, page: str
) -> None:
    draft = register(shared, name=f"Plain {page}", logoUrl=f"{pictures.url}/{page}")
    assert len(draft["warnings"]) == 1
    assert "logo" in draft["warnings"][0]
    assert shared.get(f"{APPS}/{draft['applicationId']}", RUN_SECRET).json()["logoUrl"] is None
