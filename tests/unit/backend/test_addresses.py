from __future__ import annotations

import pytest

from timeback_desktop.backend.registry.addresses import (
    checked_host,
    checked_url,
    host_of,
    origin_of,
)
from timeback_desktop.errors import ContractFault


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example/launch",
        "https://app.example:8443/launch?tenant=7&x=%20",
        "http://127.0.0.1:9501/",
        "http://localhost:9501/lti",
    ],
)
def test_a_plain_address_is_kept_letter_by_letter(url: str) -> None:
    assert checked_url(url, "/x") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.example/launch",
        "//app.example/launch",
        "https://",
        "https:///launch",
        "http://app.example/launch",
        "http://127.0.0.1.evil.example/",
        "http://0x7f000001/",
        "http://2130706433/",
        "https://user:word@app.example/",
        "https://app.example\\@evil.example/",
        "https://app.example/a b",
        "https://app.example/\n",
        "https://app.example/\u00e9",
        "https://app.example/#top",
        "https://app.example/#",
        "https://*.example/",
        "https://app.example:99999/",
        "https://app.example:x/",
        "https://[::1/",
        "http://[::1]:9501/lti",
        "https://[2001:db8::1]/",
        "https://app.example;script-src/",
        "https://app.example'/",
        "https://-app.example/",
        "ftp://app.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example/" + "x" * 500,
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(ContractFault) as refused:
        checked_url(url, "/launch_url")
    assert (refused.value.status, refused.value.pointer) == (422, "/launch_url")


@pytest.mark.parametrize("host", ["app.example", "127.0.0.1:9501", "a"])
def test_a_plain_host_is_kept(host: str) -> None:
    assert checked_host(host, "/x") == host


@pytest.mark.parametrize(
    "host", ["", "[::1]", "*", "*.example", "App.example", "a b", "a;b", "a:b", "a/b"]
)
def test_a_host_that_says_more_is_refused(host: str) -> None:
    with pytest.raises(ContractFault):
        checked_host(host, "/allowed_hosts")


def test_origin_and_host_of_an_address() -> None:
    assert origin_of("https://App.example:8443/x?y=1") == "https://app.example:8443"
    assert host_of("http://127.0.0.1:9501/") == "127.0.0.1:9501"
