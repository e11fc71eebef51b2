"""Whoever knocks at the listener of a sign-in, only one of them is the browser we sent out."""

from __future__ import annotations

import http.client
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from timeback_desktop.net.callback import PATH, Answer, Callback, Expected, same

ISSUER = "https://school.example"
GOOD = {"code": "code-1", "state": "state-1", "iss": ISSUER}


@pytest.fixture
def callback() -> Iterator[Callback]:
    with Callback(Expected("state-1", ISSUER)) as listening:
        yield listening


def target(path: str = PATH, **changes: object) -> str:
    """Return what a good callback asks for, changed; ``None`` leaves a parameter out."""
    told = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return f"{path}?{urlencode(told, doseq=True)}"


def knock(callback: Callback, asked: str, *hosts: str, method: str = "GET") -> tuple[int, str]:
    where, _, port = callback.host.partition(":")
    line = http.client.HTTPConnection(where, int(port), timeout=5)
    try:
        line.putrequest(method, asked, skip_host=True)
        for host in hosts or (callback.host,):
            line.putheader("Host", host.format(host=callback.host, port=port))
        line.endheaders()
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def say(callback: Callback, words: bytes) -> bytes:
    """Say anything at all, and return what is answered before the line is closed."""
    where, _, port = callback.host.partition(":")
    with socket.create_connection((where, int(port)), timeout=5) as line:
        try:
            line.sendall(words)
            return line.recv(1000)
        except ConnectionError:  # closed while there was more to be read
            return b""


def still_waits(callback: Callback) -> bool:
    """Tell whether nothing has ended the wait, and the browser is still let in."""
    waited = callback.wait(0.01)
    status, _ = knock(callback, target())
    return (waited, status, callback.wait(5)) == (None, 200, Answer("code-1"))


@pytest.mark.parametrize(
    "asked",
    [
        target(state="state-2"),
        target(state=""),
        target(state=None),
        target(state="state-1 "),
        target(state="\u0430"),
        target(state=["state-1", "state-1"]),
        target(state=["state-2", "state-1"]),
        target(iss="https://evil.example"),
        target(iss=f"{ISSUER}/"),
        target(iss=None),
        target(iss=[ISSUER, "https://evil.example"]),
        target(code=None),
        target(code=""),
        target(code=["one", "two"]),
        target(code="c" * 5000),
        target(error="access_denied"),
        target(code=None, error=""),
        target(code=None, error="access_denied", state="state-2"),
        target(code=None, error="access_denied", iss=None),
        target(**{f"x{number}": "y" for number in range(20)}),
        target("/"),
        target("/callback/"),
        target("/Callback"),
        target("/callback/x"),
        target("/x/../callback"),
        target("/%63allback"),
        target("http://127.0.0.1/callback"),
        PATH,
        f"{PATH}?{'%ff' * 10}",
        "/favicon.ico",
    ],
)
def test_what_is_no_answer_does_not_end_the_wait(callback: Callback, asked: str) -> None:
    status, page = knock(callback, asked)
    assert (status, "There is nothing here" in page) == (404, True)
    assert still_waits(callback)


@pytest.mark.parametrize(
    "hosts",
    [
        ("localhost:{port}",),
        ("127.0.0.1",),
        ("127.0.0.1:1",),
        ("evil.example",),
        ("evil.example:{port}",),
        ("{host}", "evil.example"),
        ("{host}", "{host}"),
        ("",),
    ],
)
def test_a_name_that_was_bent_to_this_computer_is_not_answered(
    callback: Callback, hosts: tuple[str, ...]
) -> None:
    assert knock(callback, target(), *hosts)[0] == 404
    assert still_waits(callback)


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "OPTIONS", "get", "X"])
def test_a_browser_comes_back_by_get(callback: Callback, method: str) -> None:
    assert knock(callback, target(), method=method)[0] == 404
    assert still_waits(callback)


@pytest.mark.parametrize(
    "words",
    [
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1 and more\r\n\r\n",
        f"GET {target()}\r\n\r\n".encode(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
        b"\xff\xfe\r\n\r\n",
        b"\r\n",
    ],
)
def test_what_is_no_request_does_not_end_the_wait(callback: Callback, words: bytes) -> None:
    assert b" 200 " not in say(callback, words)
    assert still_waits(callback)


@pytest.mark.parametrize(
    ("changes", "answer", "words"),
    [
        ({}, Answer("code-1"), "You can close this window"),
        ({"more": "&<script>"}, Answer("code-1"), "That is all here"),
        (
            {"code": None, "error": "access_denied"},
            Answer(error="access_denied"),
            "Nobody was signed in",
        ),
    ],
)
def test_the_answer_ends_the_wait(
    callback: Callback, changes: dict[str, object], answer: Answer, words: str
) -> None:
    status, page = knock(callback, target(**changes))
    assert (status, words in page, "script" in page) == (200, True, False)
    assert callback.wait(5) == answer
    assert knock(callback, target())[0] == 404, "one answer, once"
    assert callback.wait(5) == answer


def test_of_many_at_once_one_is_the_answer(callback: Callback) -> None:
    with ThreadPoolExecutor(20) as people:
        told = people.map(lambda n: knock(callback, target(code=f"code-{n}"))[0], range(20))
    assert Counter(told) == {200: 1, 404: 19}


def test_lines_that_say_nothing_hold_nobody_up(callback: Callback) -> None:
    where, _, port = callback.host.partition(":")
    lines = [socket.create_connection((where, int(port))) for _ in range(10)]
    assert still_waits(callback)
    callback.close()
    for line in lines:
        line.close()


def test_it_listens_at_this_computer_only_and_no_longer_than_it_must(callback: Callback) -> None:
    port = int(callback.host.partition(":")[2])
    with pytest.raises(OSError, match=r"refused|not available|unreachable"):
        socket.create_connection(("127.0.0.2", port), timeout=1)
    assert callback.wait(0.05) is None, "the browser never came"
    callback.close()
    assert callback.wait(60) is None, "and is not waited for any more"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)


@pytest.mark.parametrize(
    ("one", "other", "are"), [("a", "a", True), ("a", "b", False), ("\ud83d", "a", False)]
)
def test_texts_are_compared_whatever_is_in_them(one: str, other: str, are: bool) -> None:
    assert same(one, other) is are
