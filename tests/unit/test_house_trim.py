"""The bundle keeps what is linked and what is wanted, and nothing else of Qt."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

LIB = "PySide6/Qt/lib"


@pytest.fixture
def trim(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "packaging")
    import trim

    return trim


@pytest.mark.parametrize(
    ("place", "unused"),
    [
        ("PySide6/Qt/qml/QtQuick/qmldir", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", True),
        ("PySide6/Qt/translations/qtwebengine_locales/en-US.pak", False),
        ("PySide6/Qt/translations/qtwebengine_locales/de.pak", True),
        ("PySide6/Qt/resources/qtwebengine_devtools_resources.pak", True),
        ("PySide6/Qt/resources/qtwebengine_resources.pak", False),
        ("timeback_desktop/backend/demo/apps/math/app.js", False),
    ],
)
def test_what_is_left_out(trim, place, unused):
    assert trim.is_unused(place) is unused


def test_libraries_are_kept_through_others_and_dropped_when_nothing_links_them(trim):
    links = {"web": ["libQt6Web.so.6"], "libQt6Web.so.6": ["libQt6Core.so.6", "libc.so.6"]}
    entries = [
        ("PySide6/QtWeb.abi3.so", "web", "EXTENSION"),
        *((f"{LIB}/{name}", name, "BINARY") for name in ("libQt6Web.so.6", "libQt6Core.so.6")),
        (f"{LIB}/libQt6Charts.so.6", "charts", "BINARY"),
    ]
    kept = trim.linked_only(entries, lambda file: links.get(file, []))
    assert {Path(entry[0]).name for entry in kept} == {
        "QtWeb.abi3.so",
        "libQt6Web.so.6",
        "libQt6Core.so.6",
    }


def test_a_link_to_a_dropped_library_goes_too(trim):
    links = [("libQt6Charts.so.6", f"{LIB}/libQt6Charts.so.6", "SYMLINK")]
    assert trim.trimmed([], [*links, ("a.txt", "a.txt", "DATA")]) == (
        [],
        [("a.txt", "a.txt", "DATA")],
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads ELF files")
def test_the_links_of_a_real_library_are_read(trim):
    from PySide6 import QtCore

    assert any(name.startswith("libQt6Core") for name in trim._linked_names(QtCore.__file__))
