"""The program starts, launches an app, records, syncs and sums up, from the bundle as from here.

``run --smoke`` does it all by itself and ends with 0. What it says on stderr has to be known:
a new line there is a new problem, after qutebrowser's ``build_release.py``.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.processes import Child

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SUFFIX = ".exe" if sys.platform == "win32" else ""
FROZEN = ROOT / "dist" / "timeback-desktop" / f"timeback-desktop{SUFFIX}"
INSTALLED = Path(sys.executable).with_name(f"timeback-desktop{SUFFIX}")
SMOKE_LIMIT_S = 180

# Lines of Chromium and Qt that are so on a machine without GPU, message bus or sandbox rights.
HARMLESS = (
    r"^$",
    r"Sandboxing disabled by user\.",
    r"QRhiGles2: Failed to create (temporary )?context",
    r"Failed to create RHI for backend: ",
    r"This plugin does not support (createPlatformVulkanInstance|raise\(\)|propagateSizeHints\(\))",
    r"QVulkanInstance: Failed to initialize Vulkan",
    r"Failed to (load vulkan: |create (platform )?Vulkan instance)",
    r"initInstance: No Vulkan library available",
    r"GBM is not supported with the current configuration",
    r"Unable to detect GPU vendor for device: ",
    r"GPUInfo not initialized on GpuInfoUpdate",
    r"GLX: No DRI3 Extension",
    r"dbus/(bus|object_proxy)\.cc:\d+\] Failed to (connect to the bus|call method)",
    r"command_buffer_proxy_impl\.cc:\d+\] ContextResult::kTransientFailure",
    # The cache folder is wiped at sign-out, on purpose, while Chromium may still write to it.
    r"simple_index_file\.cc:\d+\] Could not create a directory to hold the index file",
    r"(INFO|DEBUG)[: ]",  # our own log, when it isn't in a file
)


def sources_changed_at() -> float:
    """Return when a source of the bundle last changed."""
    folders = (ROOT / "timeback_desktop", ROOT / "resources", ROOT / "packaging")
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return max(file.stat().st_mtime for file in files if "__pycache__" not in file.parts)


@pytest.fixture(scope="session")
def frozen() -> Path:
    if not FROZEN.exists() or FROZEN.stat().st_mtime < sources_changed_at():
        script = str(ROOT / "packaging" / "build_bundle.py")
        subprocess.run([sys.executable, script], check=True, stdin=subprocess.DEVNULL)
    return FROZEN


@pytest.fixture(params=["frozen", "installed"])
def program(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue("frozen") if request.param == "frozen" else INSTALLED


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "Zoë's data 日本"


def unknown_lines(stderr: str) -> list[str]:
    known = re.compile("|".join(HARMLESS))
    return [line for line in stderr.splitlines() if not known.search(line)]


def test_the_whole_way_ends_with_0_and_nothing_unknown_on_stderr(program: Path, data: Path):
    done = subprocess.run(
        [str(program), "run", "--smoke", "--data", str(data)],
        cwd=data.parent,  # nothing may be found only because this is the checkout
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=SMOKE_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert unknown_lines(done.stderr) == []


def test_the_backend_alone_says_where_it_listens(program: Path, data: Path):
    with Child(str(program), "backend", "--data", str(data), "--seed", "demo") as backend:
        ready = backend.await_json(within_s=60)
        assert ready["url"].startswith("http://127.0.0.1:")
        assert ready["pid"] == backend.pid
    if os.name == "posix":
        assert (data / "demo-credentials.json").stat().st_mode & 0o777 == 0o600


def test_the_bundle_stays_lean(frozen: Path):
    files = [file for file in frozen.parent.rglob("*") if file.is_file() and not file.is_symlink()]
    assert sum(file.stat().st_size for file in files) < 500e6
    names = {file.name for file in files}
    assert "qtwebengine_devtools_resources.pak" not in names
    unwanted = ("_tkinter", "libQt6Designer", "libQt6Quick3D", "libQt6Multimedia")
    assert not [name for name in names if name.startswith(unwanted)]
