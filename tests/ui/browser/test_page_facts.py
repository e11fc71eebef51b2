"""What a page is said to be doing: numbers and closed words, never its text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ui.browser.conftest import WAIT_MS, Answer, Site, Visit
from timeback_desktop.presence.signal import Context, Media, PageFacts
from timeback_desktop.ui.browser.page_facts import SILENT_ASKS, FrameFacts

LESSON = Path(__file__).parents[2] / "fixtures" / "lesson.webm"
TONE = (
    "<script>const c = new AudioContext(), o = c.createOscillator();"
    "o.connect(c.destination); o.start()</script>"
)


def facts(visit: Visit) -> PageFacts:
    """Ask once and return the answer."""
    probe = visit.page.probe  # type: ignore[attr-defined]
    probe._forget()
    probe.ask()
    visit.bot.waitUntil(lambda: probe.facts() is not None, timeout=WAIT_MS)
    found = probe.facts()
    assert isinstance(found, PageFacts)
    return found


def until(visit: Visit, wanted: object, of: str) -> None:
    visit.bot.waitUntil(lambda: getattr(facts(visit), of) == wanted, timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>One two three</p>", 3),
        ("<p>It's well-known: 3.5 apples</p>", 5),
        ("<p>One</p><p hidden>two</p><p style='visibility:hidden'>x</p><p style='opacity:0'>y", 1),
        ("<p>One</p><div style='height:5000px'></div><p>two three", 1),
        ("<script>var not = 'words here'</script><style>p {color: red}</style><p>One", 1),
        ("<p>学校数学</p>", 2),
        ("<div id=h></div><script>h.attachShadow({mode:'open'}).innerHTML='<p>a b c'</script>", 3),
        ("<iframe srcdoc='<p>inner words'></iframe><p>outer", 3),
        ("", 0),
    ],
)
def test_counts_the_words_in_sight(visit: Visit, site: Site, body: str, words: int) -> None:
    visit.enter(site.page("/", f"<!doctype html><meta charset=utf-8><body>{body}"))
    until(visit, words, "words")


def test_counts_again_when_the_page_changes(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<body><p>One two"))
    until(visit, 2, "words")
    visit.ask("document.body.innerHTML = '<p>one two three four'; 1")
    until(visit, 4, "words")


def test_counts_words_of_a_frame_from_elsewhere(visit: Visit, site: Site, platform: Site) -> None:
    platform.page("/frame", "<p>four words in here")
    frame = platform.url("/frame", host="localhost")
    visit.enter(site.page("/", f"<p>One<iframe src='{frame}'></iframe>"))
    until(visit, 5, "words")


def test_works_under_the_strictest_content_policy(visit: Visit, site: Site) -> None:
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox allow-scripts"}
    visit.enter(site.page("/", "<p>One two", headers=headers))
    assert facts(visit).words == 2


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("<input id=f>", "text"),
        ("<input id=f type=password value=secret>", "text"),
        ("<textarea id=f></textarea>", "text"),
        ("<div id=f contenteditable>x</div>", "text"),
        ("<select id=f><option>a</select>", "choice"),
        ("<input id=f type=radio>", "choice"),
        ("<div id=f tabindex=0 role=checkbox>x</div>", "choice"),
        ("<button id=f>go</button>", "none"),
    ],
)
def test_tells_the_kind_of_the_focused_field(
    visit: Visit, site: Site, field: str, kind: str
) -> None:
    visit.enter(site.page("/", field))
    assert facts(visit).field == "none"
    visit.hands.setFocus()  # type: ignore[attr-defined]
    visit.ask("document.getElementById('f').focus(); 1")
    until(visit, kind, "field")


def test_a_film_plays_and_pauses(visit: Visit, site: Site) -> None:
    site.pages["/lesson.webm"] = Answer(LESSON.read_bytes(), kind="video/webm")
    visit.enter(site.page("/", "<video autoplay src=/lesson.webm></video>"))
    until(visit, Media.PLAYING, "media")
    assert facts(visit).context is Context.VIDEO
    until(visit, True, "audible")
    visit.ask("document.querySelector('video').pause(); 1")
    until(visit, Media.PAUSED, "media")


def test_a_moving_picture_is_no_film(visit: Visit, site: Site) -> None:
    site.pages["/lesson.webm"] = Answer(LESSON.read_bytes(), kind="video/webm")
    visit.enter(site.page("/", "<video autoplay loop muted src=/lesson.webm></video>"))
    visit.until("document.querySelector('video').currentTime > 0.2")
    assert facts(visit).media is Media.NONE


def test_a_tone_is_heard(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", TONE))
    until(visit, True, "audible")


def test_scroll_and_context(visit: Visit, site: Site) -> None:
    words = "word " * 200
    visit.enter(site.page("/", f"<p>{words}</p><div style='height:3000px'></div>"))
    assert (facts(visit).scroll, facts(visit).context) == (0.0, Context.READING)
    visit.ask("scrollTo(0, 1e6); 1")
    until(visit, 1.0, "scroll")
    visit.ask("document.body.innerHTML = '<input placeholder=answer>'; 1")
    until(visit, Context.QUESTION, "context")


def test_a_hidden_page_is_not_visible(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    assert facts(visit).visible
    visit.view.hide()
    until(visit, False, "visible")


def test_a_stalled_page_goes_stale_and_comes_back(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    facts(visit)
    probe = visit.page.probe  # type: ignore[attr-defined]
    stall = "const end = performance.now() + 1500; while (performance.now() < end); 1"
    visit.page.runJavaScript(stall)
    for _ in range(SILENT_ASKS):
        probe.ask()
        assert probe.facts() is not None
    probe.ask()
    assert probe.facts() is None
    visit.bot.waitUntil(lambda: probe.facts() is not None, timeout=WAIT_MS)


def test_nothing_of_the_page_leaks_into_its_facts(visit: Visit, site: Site) -> None:
    body = "<title>marker-t</title><p>marker-p</p><input id=f value=marker-v autofocus>"
    visit.enter(site.page("/marker-u", body))
    assert "marker" not in repr(facts(visit))
    assert visit.ask("typeof timebackFacts") == "undefined"


@pytest.mark.parametrize(
    "answer",
    [None, "", "text", 7, [], {}, "[]", "7", "null", "{", "\ud800"],
)
def test_no_answer_is_no_answer(answer: object) -> None:
    assert FrameFacts.read(answer) is None


def test_a_mad_answer_is_tamed() -> None:
    mad = {"words": "9", "scroll": 7.0, "media": ["x"], "field": {"secret": 1}, "visible": 1}
    read = FrameFacts.read(json.dumps(mad))
    assert read == FrameFacts(False, Media.NONE, "none", 0, False, 1.0, False, False)
    huge = FrameFacts.read('{"words": 1e300, "scroll": -1}')
    assert huge is not None
    assert (huge.words, huge.scroll) == (20_000, 0.0)
