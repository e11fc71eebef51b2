"""What a child types, reads or sees is written down nowhere: the whole data folder is searched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWebEngineCore import QWebEngineScript

from tests.e2e.person import Person, spin

pytestmark = pytest.mark.e2e

MARKER = "Zebrafinch7391"

SHOW = f"""
document.title = "{MARKER}-title";
const heading = document.createElement("h1");
heading.textContent = "{MARKER}-heading";
document.body.append(heading);
const picture = document.createElement("canvas");
picture.getContext("2d").fillText("{MARKER}-picture", 5, 20);
document.body.append(picture);
window.postMessage({{subject: "org.timeback.caliper", event: {{
  type: "AssessmentItemEvent", action: "Completed", id: "urn:uuid:{MARKER}-event",
  eventTime: new Date().toISOString(), "{MARKER}-key": 1,
  object: {{id: "https://app.example/items?{MARKER}-item", type: "AssessmentItem",
            name: "{MARKER}-name"}},
  generated: {{type: "Response", values: ["{MARKER}-answer"]}},
}}}}, "*");
"""


def test_no_marker_is_kept(person: Callable[[], Person], data: Path) -> None:
    child = person()
    child.press("Ava Thompson")
    child.enter("Math Garden")
    in_page(child, f"location.search = '?q={MARKER}-query'")
    child.wait("the page with the query", lambda: "query" in str(child.page("location.search")))
    child.see_in_page("[data-testid=question]")
    in_page(child, SHOW)
    if child.page("!!document.querySelector('[data-testid=answer]')"):
        child.click_in_page("[data-testid=answer]")
    child.type_in_page(MARKER)
    assert MARKER in child.page("document.title + document.body.textContent")
    spin(2600)
    child.press("Pause")
    spin(1200)
    child.press("Resume")
    spin(1200)
    child.press("End")
    child.wait("the session card", lambda: child.sees() != "LearningScreen")
    child.leave()
    assert list(everything(data)) == []
    # The search reads what is kept as it lies: a word that must be there is found.
    assert b"TimeSpentEvent" in (data / "client.db").read_bytes()


def in_page(child: Person, script: str) -> None:
    page = child.view.front_page
    assert page is not None
    page.runJavaScript(script, int(QWebEngineScript.ScriptWorldId.MainWorld.value))


def everything(folder: Path) -> Iterator[str]:
    """Yield the name of each file that holds the marker, in any writing a program might use."""
    forms = [
        MARKER.encode(),
        MARKER.encode("utf-16-le"),
        MARKER.encode("utf-16-be"),
        MARKER.lower().encode(),
    ]
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        if MARKER in file.name:
            yield f"the name of {file.relative_to(folder)}"
        held = file.read_bytes()
        if any(form in held for form in forms):
            yield str(file.relative_to(folder))
