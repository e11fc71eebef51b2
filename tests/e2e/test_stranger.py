"""A tool on the published PyLTI1p3 package is launched through the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.person import Person
from tests.e2e.stranger import NAME, Stranger, register
from timeback_desktop.ids import to_urn

pytestmark = pytest.mark.e2e
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


def test_a_tool_by_strangers_opens_signed_in_with_its_session_running(
    person: Callable[[], Person],
) -> None:
    with Stranger() as tool:
        child = person()
        controller = child.wait("the program", lambda: child.program.controller)
        child.wait("people", lambda: controller.profiles)
        tool.registration = register(child.platform_address, tool.url)
        child.press("Ava Thompson")
        child.enter(NAME)

        flow = controller.learning
        assert flow is not None
        (claims,) = tool.launches
        assert (
            child.page("document.querySelector('#hello').textContent") == f"Hello {claims['sub']}"
        )
        assert claims[CLAIM + "custom"]["timeback_session"] == to_urn(flow.session_id)
        assert claims[CLAIM + "message_type"] == "LtiResourceLinkRequest"
        assert claims["sub"] != controller.signed_in.user.id
        assert not {"name", "email", "given_name", "family_name"} & set(claims)

        child.click_in_page("button")
        child.wait(
            "the bar to count", lambda: "0:01" in child.program.window.learning.bar.clock_words()
        )
        child.press("End")
        child.wait("the card", lambda: child.sees() == "SessionCardScreen")
        child.leave()
