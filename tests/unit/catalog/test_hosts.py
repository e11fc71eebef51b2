"""Which hosts a catalog may claim for an app."""

from __future__ import annotations

import pytest

from timeback_desktop.catalog.hosts import HostRule, canonical_host, split_port
from timeback_desktop.errors import ContractFault


@pytest.mark.parametrize(
    "text",
    [
        "*", "*.", "*.com", "*.co.uk", "*.com.au", "*.k12.ca.us", "*.github.io", "*.vercel.app",
        "*.127.0.0.1", "*.[::1]", "*.*.ixl.com", "a.*.com", "", ":80", "host:0",
        "host:99999", "host:8o", "http://host", "host/path", "user@host", "host?x", "ho st",
        "a..b", "-a.com", "a%2ecom", "[::g]", "a" * 64 + ".com",
    ],
)  # fmt: skip
def test_refuses_what_is_no_rule(text: str) -> None:
    with pytest.raises(ContractFault):
        HostRule.parse(text)


@pytest.mark.parametrize(
    ("rule", "host", "port", "expected"),
    [
        ("127.0.0.1:9501", "127.0.0.1", 9501, True),
        ("127.0.0.1:9501", "127.0.0.1", 9502, False),
        ("WWW.IXL.com", "www.ixl.com", 443, True),
        ("www.ixl.com", "www.ixl.com", 8443, False),
        ("*.ixl.com", "ixl.com", 443, True),
        ("*.ixl.com", "a.b.ixl.com", 80, True),
        ("*.ixl.com", "notixl.com", 443, False),
        ("*.ixl.com", "ixl.com.evil.org", 443, False),
        ("*.school.k12.ca.us", "app.school.k12.ca.us", 443, True),
        ("*.bbc.co.uk:8443", "news.bbc.co.uk", 8443, True),
        ("[::1]:80", "[::1]", 80, True),
    ],
)
def test_matches_exactly_or_below(rule: str, host: str, port: int, expected: bool) -> None:
    assert HostRule.parse(rule).matches(host, port) is expected


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("EXAMPLE.com.", "example.com"),
        ("%65xample.com", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("\uff29\uff38\uff2c.com", "ixl.com"),
        ("straße.de", None),
        ("[0:0::1]", "[::1]"),
        ("a%00b", None),
        ("a b", None),
        ("", None),
        (".", None),
    ],
)
def test_hosts_compare_as_browsers_compare_them(raw: str, canonical: str | None) -> None:
    assert canonical_host(raw) == canonical


@pytest.mark.parametrize(
    ("authority", "split"),
    [("a", ("a", None)), ("a:1", ("a", 1)), ("a:", ("a", None)), ("a:x", ("a", 0)),
     ("[::1]", ("[::1]", None)), ("[::1]:8", ("[::1]", 8)), ("a:٣", ("a", 0))],
)  # fmt: skip
def test_splits_the_port(authority: str, split: tuple[str, int | None]) -> None:
    assert split_port(authority) == split
