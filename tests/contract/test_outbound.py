from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from timeback_desktop.backend import outbound, reach
from timeback_desktop.backend.outbound import Answered, FetchFailed, fetch, fetch_json, post
from timeback_desktop.backend.reach import checked_target, is_public, may_reach_loopback
from timeback_desktop.backend.settings import Settings
from timeback_desktop.errors import ContractFault


class Site(HTTPServer):
    """A stranger's server: it answers what a test lets it answer, and notes what it is asked."""

    pages: dict[str, tuple[int, dict[str, str], bytes]]
    seen: list[tuple[str, str, dict[str, str], bytes]]
    stopping: threading.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        if self.path == "/slow":
            self.server.stopping.wait(5)
            return
        status, headers, body = self.server.pages[self.path.partition("?")[0]]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 the base class calls it so

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    served = Site(("127.0.0.1", 0), Answers)
    served.pages, served.seen, served.stopping = {}, [], threading.Event()
    thread = threading.Thread(target=served.serve_forever, args=[0.01])
    thread.start()
    yield served
    served.stopping.set()
    served.shutdown()
    thread.join()
    served.server_close()


def page(body: bytes = b"{}", status: int = 200, **headers: str) -> tuple[int, Any, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"content-type": "application/json", **named}, body


def asked(url: str, **changes: Any) -> outbound.Fetched:
    given = {
        "purpose": "test",
        "limit_bytes": 100,
        "accept": ("application/json",),
        "loopback": True,
    }
    return fetch(url, **{**given, **changes})


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.0.0.192", False),
        ("192.168.1.1", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", False),
        ("::7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2001:db8::1", False),
        ("2002:7f00:1::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_only_the_open_internet_is_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    ("issuer", "allowed"),
    [
        (None, True),
        ("http://localhost:8000", True),
        ("https://timeback.school.example", False),
        ("https://127.0.0.1.school.example", False),
    ],
)
def test_only_a_platform_on_a_laptop_may_call_its_own_machine(
    tmp_path: Any, issuer: str | None, allowed: bool
) -> None:
    assert may_reach_loopback(Settings(tmp_path, issuer=issuer)) is allowed


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://user:pass@example.org/",
        "https://[::1]/",
        "https://exa mple.org/",
        "//example.org",
        "",
    ],
)
def test_odd_addresses_are_not_even_looked_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    with pytest.raises(FetchFailed):
        asked(url)


def named(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Callable[[], int]:
    """Let every name mean these addresses, one answer after another; return the count."""
    told = iter(answers)
    times = 0

    def look_up(*_: Any, **__: Any) -> list[Any]:
        nonlocal times
        times += 1
        return [(0, 0, 0, "", (address, 0)) for address in next(told)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return lambda: times


@pytest.mark.parametrize(
    ("host", "means"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "::1"),
        ("127.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("metadata.example", "169.254.169.254"),
        ("local.example", "fe80::1%eth0"),
    ],
)
def test_no_way_of_writing_it_leads_inside(
    host: str, means: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, [means])
    with pytest.raises(FetchFailed, match="open Internet"):
        asked(f"https://{host}/", loopback=False)


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, ["93.184.216.34", "10.0.0.5"])
    with pytest.raises(FetchFailed, match="open Internet"):
        asked("https://two-faced.example/", loopback=False)


def test_a_name_is_looked_up_once_and_that_address_is_called(
    server: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages["/"] = page()
    monkeypatch.setattr(reach, "checked_url", lambda url, _: url)  # http to a name
    times = named(monkeypatch, ["127.0.0.1"], ["10.0.0.5"])
    asked(f"http://rebound.example:{server.server_port}/")
    assert times() == 1
    assert server.seen[-1][2]["Host"] == f"rebound.example:{server.server_port}"


def test_nothing_of_ours_goes_along(server: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.pages["/"] = page(Set_Cookie="a=b")
    asked(f"{server.url}/")
    asked(f"{server.url}/")
    method, _, headers, _ = server.seen[-1]
    assert method == "GET"
    assert set(headers) == {"Host", "Accept", "Accept-Encoding", "User-Agent", "Connection"}


def test_a_form_is_posted_and_json_comes_back(server: Site) -> None:
    server.pages["/token"] = page(b'{"ok": [1]}')
    told = fetch_json(
        f"{server.url}/token",
        purpose="test",
        loopback=True,
        form={"code": "a b"},
        authorization="Basic eA==",
    )
    method, _, headers, body = server.seen[-1]
    assert told == {"ok": [1]}
    assert (method, headers["Authorization"], body) == ("POST", "Basic eA==", b"code=a+b")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(b"x" * 101), "larger than 100"),
        (page(status=404), "answered 404"),
        (page(status=500), "answered 500"),
        (page(status=304), "answered 304"),
        (page(content_type="text/html"), "text/html"),
        (page(content_type=""), "nothing known"),
        (page(Content_Encoding="gzip"), "compressed"),
        (page(status=302, location="ftp://127.0.0.1/"), "begins with https"),
        (page(status=302, location="http://93.184.216.34/"), "Plain http"),
        (page(status=302), "address to address"),
    ],
)
def test_a_bad_answer_is_told_in_one_sentence(
    server: Site, answer: tuple[int, Any, bytes], said: str
) -> None:
    server.pages["/bad"] = answer
    with pytest.raises(FetchFailed, match=said):
        asked(f"{server.url}/bad")


def test_redirects_are_followed_twice_and_not_with_a_secret(server: Site) -> None:
    server.pages["/a"] = page(status=302, location="/b")
    server.pages["/b"] = page(status=307, location=f"{server.url}/c")
    server.pages["/c"] = page(b"[]")
    server.pages["/d"] = page(status=302, location="/a")
    assert asked(f"{server.url}/a").url == f"{server.url}/c"
    for url, changes in (("/d", {}), ("/a", {"form": {}}), ("/a", {"authorization": "x"})):
        with pytest.raises(FetchFailed, match="sent us"):
            asked(server.url + url, **changes)


def test_a_redirect_is_judged_like_the_first_address(
    server: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages["/in"] = page(status=302, location="https://inside.example/")
    named(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    with pytest.raises(FetchFailed, match="open Internet"):
        asked(f"{server.url}/in")


def test_a_server_that_never_finishes_is_left(server: Site) -> None:
    with pytest.raises(FetchFailed, match="too long"):
        asked(f"{server.url}/slow", timeout=0.05)
    server.stopping.set()


def test_nobody_there_is_no_crash() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchFailed, match="cannot be reached"):
        asked(f"http://127.0.0.1:{port}/")


def test_no_json_is_no_crash(server: Site) -> None:
    for body in (b"", b"{", b"\xff", b"[" * 50_000):
        server.pages["/json"] = page(body)
        with pytest.raises(FetchFailed, match="no JSON"):
            fetch_json(f"{server.url}/json", purpose="test", loopback=True)


def test_the_log_holds_no_query(server: Site, caplog: pytest.LogCaptureFixture) -> None:
    server.pages["/q"] = page()
    asked(f"{server.url}/q?token=s3cret")
    assert "test: GET" in caplog.text
    assert "s3cret" not in caplog.text


def posted(url: str, **changes: Any) -> Answered:
    given = {"purpose": "test", "headers": {"X-One": "1"}, "seconds": 5.0, "loopback": True}
    return asyncio.run(post(url, b"{}", **{**given, **changes}))


def test_what_is_posted_arrives_with_its_headers_and_nothing_of_ours(server: Site) -> None:
    server.pages["/hook"] = page(status=202, Set_Cookie="a=b")
    assert posted(f"{server.url}/hook", headers={"User-Agent": "Us", "X-One": "1"}).status == 202
    posted(f"{server.url}/hook")
    method, _, headers, body = server.seen[-2]
    assert (method, body, headers["User-Agent"], headers["X-One"]) == ("POST", b"{}", "Us", "1")
    assert "Cookie" not in server.seen[-1][2]


@pytest.mark.parametrize(
    "answer",
    [
        page(status=500, Retry_After="7"),
        page(status=302, location="/elsewhere", Retry_After="7"),
        page(b"x" * 1_000_000, Retry_After="7"),
        page(b"\x1f\x8b", Content_Encoding="gzip", Retry_After="7"),
        page(content_type="", Retry_After="7"),
    ],
)
def test_of_an_answer_to_a_post_only_the_status_is_wanted(
    server: Site, answer: tuple[int, Any, bytes]
) -> None:
    server.pages["/hook"], before = answer, len(server.seen)
    assert posted(f"{server.url}/hook") == Answered(answer[0], "7")
    assert len(server.seen) == before + 1, "no redirect is followed"


def test_a_post_keeps_every_rule_of_a_fetch(server: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FetchFailed, match="open Internet"):
        posted(f"{server.url}/hook", loopback=False)
    server.stopping.clear()
    with pytest.raises(FetchFailed, match="too long"):
        posted(f"{server.url}/slow", seconds=0.05)
    server.stopping.set()
    with pytest.raises(FetchFailed, match="begins with https"):
        posted("file:///etc/passwd")
    named(monkeypatch, ["93.184.216.34", "10.0.0.5"])
    with pytest.raises(FetchFailed, match="open Internet"):
        posted("https://two-faced.example/")


@pytest.mark.parametrize("port", [22, 25, 1023])
def test_ports_that_speak_other_languages_are_not_called(port: int) -> None:
    with pytest.raises(FetchFailed, match="at this port"):
        asked(f"https://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("url", "at_home", "in_public"),
    [
        ("https://app.example/hook", True, True),
        ("https://app.example:8443/hook", True, True),
        ("https://93.184.216.34/hook", True, True),
        ("http://127.0.0.1:9000/hook", True, False),
        ("https://localhost/hook", True, False),
        ("https://2130706433/hook", True, False),
        ("https://0x7f.1/hook", True, False),
        ("https://10.0.0.1/hook", False, False),
        ("https://167772161/hook", False, False),
        ("https://169.254.169.254/latest/meta-data", False, False),
        ("https://0/hook", False, False),
        ("https://app.example:25/hook", False, False),
        ("https://[::1]/hook", False, False),
        ("https://[::ffff:127.0.0.1]/hook", False, False),
        ("http://app.example/hook", False, False),
        ("gopher://app.example/hook", False, False),
    ],
)
def test_a_target_that_will_never_be_called_is_refused_at_once(
    url: str, at_home: bool, in_public: bool
) -> None:
    for loopback, good in ((True, at_home), (False, in_public)):
        if good:
            assert checked_target(url, "/targetUrl", loopback=loopback) == url
        else:
            with pytest.raises(ContractFault):
                checked_target(url, "/targetUrl", loopback=loopback)


@pytest.fixture(scope="module")
def secure(
    server: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, ssl.SSLContext]]:
    """The port of a server whose certificate says ``tls.example``, and the trust in it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tls.example")])
    day = dt.timedelta(days=1)
    began = dt.datetime.now(dt.UTC) - day
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(began).not_valid_after(began + 9 * day)
    names = x509.SubjectAlternativeName([x509.DNSName("tls.example")])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    chain = tmp_path_factory.mktemp("tls") / "chain.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain)
    served = Site(("127.0.0.1", 0), Answers)
    served.pages, served.seen, served.stopping = {"/": page(b"[1]")}, [], threading.Event()
    served.socket = serving.wrap_socket(served.socket, server_side=True)
    thread = threading.Thread(target=served.serve_forever, args=[0.01])
    thread.start()
    yield served.server_port, ssl.create_default_context(cafile=chain)
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.mark.parametrize(("host", "good"), [("tls.example", True), ("other.example", False)])
def test_the_certificate_is_checked_against_the_name_not_the_address(
    secure: tuple[int, ssl.SSLContext], host: str, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, trust = secure
    monkeypatch.setattr(outbound, "_verification", lambda _: trust)
    named(monkeypatch, ["127.0.0.1"])
    if good:
        assert asked(f"https://{host}:{port}/").json() == [1]
    else:
        with pytest.raises(FetchFailed, match="cannot be reached"):
            asked(f"https://{host}:{port}/")


def test_a_certificate_that_nobody_vouches_for_is_refused(
    secure: tuple[int, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, ["127.0.0.1"])
    with pytest.raises(FetchFailed, match="cannot be reached"):
        asked(f"https://tls.example:{secure[0]}/")
