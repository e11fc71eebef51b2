"""The catalog's border: good apps come in whole, bad ones are refused with a pointer."""

from __future__ import annotations

import pytest

from timeback_desktop.catalog.model import App, AppStatus, LaunchMethod
from timeback_desktop.errors import ContractFault


def wire(**changes: object) -> dict[str, object]:
    """Return one application as the platform writes it."""
    good: dict[str, object] = {
        "id": "0b7f0e6e-7d43-5c3b-9e3a-0d9a7a1c0001",
        "urn": "urn:uuid:0b7f0e6e-7d43-5c3b-9e3a-0d9a7a1c0001",
        "name": "Math practice",
        "description": "Fractions and more",
        "subject": "Math",
        "grades": ["3", "4"],
        "iconUrl": "http://127.0.0.1:4010/icon.svg",
        "accent": "#1E66F5",
        "status": "active",
        "unavailableReason": None,
        "launchMethod": "lti",
        "allowedHosts": ["127.0.0.1:4010"],
        "embeddedMedia": ["webm"],
    }
    return good | changes


def test_reads_every_field() -> None:
    app = App.from_wire(wire())
    assert (app.name, app.subject, app.grades) == ("Math practice", "Math", ("3", "4"))
    assert (app.status, app.launch_method) == (AppStatus.ACTIVE, LaunchMethod.LTI)
    assert (app.accent, app.allowed_hosts) == ("#1e66f5", ("127.0.0.1:4010",))
    assert (app.icon_url, app.embedded_media) == ("http://127.0.0.1:4010/icon.svg", ("webm",))


def test_ignores_what_it_does_not_know() -> None:
    assert App.from_wire(wire(colour="blue")).name == "Math practice"


@pytest.mark.parametrize(
    ("status", "reason", "can"),
    [
        ("active", None, True),
        ("active", "", True),
        ("draft", None, True),
        ("suspended", "Back on Monday", False),
        ("suspended", None, False),
        ("active", "Only in school hours", False),
    ],
)
def test_knows_what_can_launch(status: str, reason: str | None, can: bool) -> None:
    assert App.from_wire(wire(status=status, unavailableReason=reason)).can_launch is can


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": ""}, "/id"),
        ({"id": 7}, "/id"),
        ({"name": None}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"status": "on fire"}, "/status"),
        ({"launchMethod": "exe"}, "/launchMethod"),
        ({"accent": "red;background:url(//evil)"}, "/accent"),
        ({"grades": [3]}, "/grades/0"),
        ({"iconUrl": "file:///etc/passwd"}, "/iconUrl"),
        ({"iconUrl": "javascript:alert(1)"}, "/iconUrl"),
        ({"iconUrl": "http://[oops"}, "/iconUrl"),
        ({"allowedHosts": []}, "/allowedHosts"),
        ({"allowedHosts": ["*"]}, "/allowedHosts"),
        ({"allowedHosts": ["*.com"]}, "/allowedHosts"),
        ({"allowedHosts": ["app.example/path"]}, "/allowedHosts"),
    ],
)
def test_refuses_bad_data_and_says_where(changes: dict[str, object], pointer: str) -> None:
    with pytest.raises(ContractFault) as caught:
        App.from_wire(wire(**changes))
    assert caught.value.pointer == pointer


def test_refuses_what_is_missing() -> None:
    with pytest.raises(ContractFault, match="launchMethod"):
        App.from_wire({"id": "a", "name": "b"})
