"""Two students never meet, and what they leave behind goes with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWebEngineCore import QWebEngineProfile

from tests.ui.browser.conftest import STUDENT, WAIT_MS, Site, Visit, app_at
from timeback_desktop.ids import UserId
from timeback_desktop.ui.browser.profiles import ProfileShelf

OTHER = UserId("student-2")
COOKIE = {"Set-Cookie": "session=marker-cookie; Max-Age=9999; Path=/"}
STORE = (
    "<script>localStorage.setItem('who', localStorage.getItem('who') || 'marker-local')</script>"
)


def test_one_profile_a_student_and_app(shelf: ProfileShelf) -> None:
    math, reading = app_at("a.example", key="math"), app_at("a.example", key="reading")
    mine = shelf.profile(STUDENT, math)
    assert shelf.profile(STUDENT, math) is mine
    assert shelf.profile(STUDENT, reading) is not mine
    assert shelf.profile(OTHER, math) is not mine
    assert mine.parent() is QCoreApplication.instance()
    assert not mine.isOffTheRecord()


def test_the_browser_says_honestly_what_it_is(shelf: ProfileShelf) -> None:
    agent = shelf.profile(STUDENT, app_at("a.example")).httpUserAgent()
    assert agent == QWebEngineProfile("plain", shelf).httpUserAgent()


def test_folders_name_nobody(shelf: ProfileShelf, tmp_path: Path) -> None:
    shelf.profile(STUDENT, app_at("a.example"))
    paths = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")]
    assert paths
    assert not any("student-1" in path or "app-1" in path for path in paths)


def test_students_do_not_share_a_session(visit: Visit, site: Site) -> None:
    url = site.page("/", STORE, headers=COOKIE)
    visit.enter(url)
    visit.enter(url)
    assert "marker-cookie" in site.cookies[-1]
    site.cookies.clear()
    site.page("/", "<p>who")
    visit.enter(url, student=OTHER)
    assert not any(site.cookies)
    assert visit.ask("localStorage.getItem('who') === null") is True


def test_wiping_leaves_nothing(visit: Visit, site: Site) -> None:
    url = site.page("/", STORE, headers=COOKIE)
    visit.enter(url)
    visit.enter(url, student=OTHER)
    visit.view.close_view()
    mine, others = visit.shelf.folder(STUDENT), visit.shelf.folder(OTHER)
    assert any(b"marker" in file.read_bytes() for file in mine.rglob("*") if file.is_file())
    visit.shelf.wipe(STUDENT)
    visit.bot.wait(1500)  # nothing comes back late
    assert not mine.exists()
    assert others.exists()
    site.cookies.clear()
    visit.enter(url)
    assert not any(site.cookies[:1])


def test_a_wiped_student_starts_clean_at_once(visit: Visit, site: Site) -> None:
    url = site.page("/", STORE, headers=COOKIE)
    for _ in range(3):
        site.cookies.clear()
        visit.enter(url)
        assert site.cookies[0] == ""
        visit.view.close_view()
        visit.shelf.wipe(STUDENT)


def test_what_a_crash_left_goes_at_the_next_start(qapp: object, tmp_path: Path) -> None:
    root = tmp_path / "left"
    (root / "abc" / "def" / "storage").mkdir(parents=True)
    (root / "abc" / "def" / "storage" / "Cookies").write_bytes(b"old")
    ProfileShelf(root).deleteLater()
    assert list(root.iterdir()) == []


def test_strangers_in_a_frame_keep_no_cookies(visit: Visit, site: Site, platform: Site) -> None:
    headers = {"Set-Cookie": "spy=1; SameSite=None; Secure; Path=/"}
    platform.page("/frame", "<p>ad<script>parent.postMessage('in', '*')</script>", headers=headers)
    frame = platform.url("/frame", host="localhost")
    script = "<script>let n = 0; onmessage = () => window.n = ++n</script>"
    visit.enter(site.page("/", f"{script}<iframe src='{frame}'></iframe>"))
    visit.until("window.n == 1")
    visit.ask("document.querySelector('iframe').src += '?2'; 1")
    visit.until("window.n == 2")
    assert not any("spy" in brought for brought in platform.cookies)


def test_downloads_are_declined_politely(visit: Visit, site: Site) -> None:
    headers = {"Content-Disposition": 'attachment; filename="homework.zip"'}
    file = site.page("/file", b"PK", kind="application/zip", headers=headers)
    visit.enter(site.page("/", "<p>Hello"))
    with visit.bot.waitSignal(visit.shelf.download_declined, timeout=WAIT_MS) as declined:
        visit.ask(f"location = '{file}'; 1")
    assert declined.args == ["homework.zip"]
    assert visit.ask("document.body.innerText") == "Hello"


CYCLES = """
import sys
from pathlib import Path
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from tests.ui.browser.conftest import app_at
from timeback_desktop.ui.browser.profiles import ProfileShelf
from timeback_desktop.ui.browser.view import AppView

qt = QApplication([])
QTimer.singleShot(100_000, lambda: qt.exit(1))
shelf, view = ProfileShelf(Path(sys.argv[1])), AppView()
view.show()
for turn in range(20):
    app = app_at("127.0.0.1:" + sys.argv[2], key=f"app-{turn % 3}")
    loop = QEventLoop()
    view.entered.connect(loop.quit)
    view.failed.connect(lambda told: print(told, flush=True))
    view.open(app, shelf.profile("student", app), f"http://127.0.0.1:{sys.argv[2]}/", "")
    assert loop.exec() == 0
    view.entered.disconnect(loop.quit)
    view.close_view()
    if turn % 4 == 3:
        shelf.wipe("student")
QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
print("views", len(view.findChildren(QWebEngineView)), len(qt.topLevelWidgets()))
view.close()
shelf.wipe_all()
loop = QEventLoop()
QTimer.singleShot(1500, loop.quit)
loop.exec()
print("left", list(Path(sys.argv[1]).iterdir()))
"""


def test_twenty_rounds_leave_nothing_and_nobody_complains(site: Site, tmp_path: Path) -> None:
    site.page("/", "<p>Hello")
    command = [sys.executable, "-c", CYCLES, str(tmp_path / "w"), str(site.port)]
    root = Path(__file__).parents[3]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=root
    )
    assert (done.returncode, done.stdout) == (0, "views 0 1\nleft []\n"), done.stderr
    assert "Release of profile" not in done.stderr
    assert "QThread" not in done.stderr
