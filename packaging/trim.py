"""Leave out of the bundle what the program never opens: 679 MB become about 415 MB.

PyInstaller collects every QML module because WebEngine links QtQml, and with them 130 Qt
libraries; and every plugin, and with them GTK, printing and sound of the machine that builds.
So first the files nobody asks for go, then the libraries that nothing left links to.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from pathlib import PurePath

from PyInstaller.depend.bindepend import get_imports

Entry = tuple[str, str, str]  # where it goes, where it lies, PyInstaller's kind

# Patterns over the place in the bundle, with forward slashes.
UNUSED = (
    "*/qml/*",
    "*/translations/qt*.qm",  # our words come with the program
    "*/qtwebengine_locales/*",
    "*/qtwebengine_devtools_resources.pak",
    "*/qtwebengine_resources_200p.pak.info",
    "*.debug.pak",
    "*.debug.bin",
    "*/plugins/assetimporters/*",
    "*/plugins/canbus/*",
    "*/plugins/designer/*",
    "*/plugins/geometryloaders/*",
    "*/plugins/geoservices/*",
    "*/plugins/multimedia/*",
    "*/plugins/networkinformation/*",
    "*/plugins/platforminputcontexts/*virtualkeyboard*",
    "*/plugins/platforms/*eglfs*",
    "*/plugins/platforms/*linuxfb*",
    "*/plugins/platforms/*minimal*",
    "*/plugins/platforms/*vkkhrdisplay*",
    "*/plugins/platforms/*vnc*",
    "*/plugins/egldeviceintegrations/*",
    "*/plugins/generic/*",
    "*/plugins/imageformats/*pdf*",
    "*/plugins/platformthemes/*gtk3*",
    "*/plugins/position/*",
    "*/plugins/printsupport/*",
    "*/plugins/qmltooling/*",
    "*/plugins/renderers/*",
    "*/plugins/renderplugins/*",
    "*/plugins/sceneparsers/*",
    "*/plugins/sensors/*",
    "*/plugins/sqldrivers/*",
    "*/plugins/texttospeech/*",
    "*/plugins/tls/*",  # Qt's own network classes; Chromium brings its TLS along
    "*/plugins/vectorimageformats/*",
    "*/plugins/wayland-graphics-integration-server/*",
    "*/plugins/webview/*",
)
WANTED = ("*/qtwebengine_locales/en-US.pak",)

# The starter opens Python, and Chromium's NSS opens its parts, without linking them.
OPENED_BY_NAME = (
    "libpython3*",
    "libnss*",
    "libsoftokn3*",
    "libfreebl*",
    "*.cpython-*",
    "*.abi3.so",
)


def is_unused(place: str) -> bool:
    """Tell whether a file of the bundle matches what is left out."""
    path = PurePath(place).as_posix()
    if any(fnmatch.fnmatchcase(path, pattern) for pattern in WANTED):
        return False
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in UNUSED)


def _is_qt_library(place: str) -> bool:
    name = PurePath(place).name
    return name.startswith(("libQt6", "Qt6")) and not name.endswith(".abi3.so")


def _is_library(entry: Entry) -> bool:
    """Tell whether a binary is there only to be linked: a Qt library, or one of the system."""
    place = PurePath(entry[0])
    if _is_qt_library(entry[0]):
        return True
    by_name = any(fnmatch.fnmatchcase(place.name, pattern) for pattern in OPENED_BY_NAME)
    return len(place.parts) == 1 and ".so" in place.suffixes and not by_name


def _linked_names(file: str) -> list[str]:
    found: set[tuple[str, str | None]] = get_imports(file)  # type: ignore[no-untyped-call]
    return [PurePath(name).name for name, _ in found]


def linked_only(
    entries: Iterable[Entry], links: Callable[[str], list[str]] = _linked_names
) -> list[Entry]:
    """Keep the libraries that the other binaries link, directly or through each other."""
    entries = list(entries)
    libraries = {PurePath(entry[0]).name: entry for entry in entries if _is_library(entry)}
    others = [entry for entry in entries if not _is_library(entry)]
    reached: set[str] = set()
    waiting = [entry[1] for entry in others if entry[2] in {"BINARY", "EXTENSION"}]
    while waiting:
        for name in links(waiting.pop()):
            if name in libraries and name not in reached:
                reached.add(name)
                waiting.append(libraries[name][1])
    return others + [libraries[name] for name in sorted(reached)]


def trimmed(binaries: Iterable[Entry], datas: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Return what is left of the binaries and the data files, links to dropped files included."""
    kept = linked_only(entry for entry in binaries if not is_unused(entry[0]))
    names = {PurePath(entry[0]).name for entry in kept}
    rest = [entry for entry in datas if not is_unused(entry[0])]
    return kept, [
        entry for entry in rest if not (entry[2] == "SYMLINK" and _is_orphan(entry[0], names))
    ]


def _is_orphan(place: str, names: set[str]) -> bool:
    return _is_qt_library(place) and PurePath(place).name not in names
