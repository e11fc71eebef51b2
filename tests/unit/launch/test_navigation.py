"""Where addresses lead, friendly and hostile; Chromium's reading of them is the measure."""

from __future__ import annotations

import pytest

from timeback_desktop.errors import ContractFault
from timeback_desktop.launch.navigation import NavigationPolicy, Place

POLICY = NavigationPolicy.of(
    ("127.0.0.1:9501", "www.ixl.com", "*.khan.org", "bücher.example", "[::1]:9501"),
    "http://127.0.0.1:8000/",
)
CASES: dict[Place, list[str]] = {
    Place.LEARNING: [
        "http://127.0.0.1:9501",
        "http://127.0.0.1:9501/a?b#c",
        "HTTP://127.0.0.1:9501/",
        "http://user:secret@127.0.0.1:9501/",
        "http://evil.example@127.0.0.1:9501/",
        "http:\\\\127.0.0.1:9501\\a",
        "http:127.0.0.1:9501/a",
        "http://127.0.0.1:9501\\@evil.example/",
        "  https://www.ixl.com/",
        "ht\ntps://www.i\txl.com/",
        "https://www.ixl.com:443/",
        "http://www.ixl.com:80/",
        "https://WWW.IXL.COM./",
        "https://www%2eixl%2ecom/",
        "https://www.ixl.com/@evil.example",
        "https://www.ixl.com?u=https://evil.example",
        "https://khan.org/",
        "https://a.b.khan.org/",
        "https://BÜCHER.example/",
        "https://xn--bcher-kva.example/",
        "http://[0::1]:9501/",
        "blob:https://www.ixl.com/0b7f0e6e",
    ],
    Place.TRANSIT: [
        "http://127.0.0.1:8000/lti/1.3/authorize?x=1",
        "http://127.0.0.1:8000",
        "http://a@127.0.0.1:8000/",
    ],
    Place.OTHER_SITE: [
        "http://127.0.0.1/",
        "http://127.0.0.1:9502/",
        "https://127.0.0.1:8000/",
        "http://localhost:9501/",
        "http://127.0.0.1:9501@evil.example/",
        "http://127.0.0.1:9501%40evil.example/",
        "http://evil.example/127.0.0.1:9501",
        "http://evil.example\\@127.0.0.1:9501/",
        "http://evil.example#@127.0.0.1:9501/",
        "http://evil.example?@127.0.0.1:9501/",
        "http://0x7f.1:9501/",
        "http://2130706433:9501/",
        "http://127.1:9501/",
        "https://ixl.com/",
        "https://m.www.ixl.com/",
        "https://www.ixl.com.evil.example/",
        "https://www.ixl.com:8443/",
        "https://www-ixl.com/",
        "https://www.ixl.com%00.evil.example/",
        "https://www.ixl.com%2f.evil.example/",
        "https://notkhan.org/",
        "https://khan.org.evil.example/",
        "https://k\u04bban.org/",  # a Cyrillic letter
        "https://www.ixl.com:99999/",
        "https://www.ixl.com:8o/",
        "https://",
        "https:///",
        "http://[::1/",
        "blob:https://evil.example/0b7f0e6e",
        "blob:null/0b7f0e6e",
    ],
    Place.EXTERNAL_SCHEME: [
        "mailto:coach@school.example",
        "tel:+15551234",
        "MAILTO:x",
        "zoommtg://join",
        "ms-settings:privacy",
    ],
    Place.REFUSED: [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "JaVaScRiPt://www.ixl.com/%0aalert(1)",
        "data:text/html,<h1>hi",
        "file:///etc/passwd",
        "view-source:https://www.ixl.com/",
        "chrome://gpu",
        "about:settings",
        "about:blankets",
        "qrc:/x",
        "no scheme at all",
        "//www.ixl.com/",
    ],
    Place.BLANK: ["", "about:blank", "about:blank#top", "ABOUT:BLANK", "about:srcdoc"],
}  # fmt: skip
TABLE = [(url, place) for place, urls in CASES.items() for url in urls]


@pytest.mark.parametrize(("url", "place"), TABLE)
def test_knows_where_an_address_leads(url: str, place: Place) -> None:
    assert POLICY.place(url) is place


def test_platform_is_transit_even_when_an_app_claims_it() -> None:
    greedy = NavigationPolicy.of(("127.0.0.1:8000",), "http://127.0.0.1:8000")
    assert greedy.place("http://127.0.0.1:8000/x") is Place.TRANSIT


def test_no_platform_means_no_transit() -> None:
    assert NavigationPolicy.of(("a.example",), "").place("http://127.0.0.1:8000/") is (
        Place.OTHER_SITE
    )


def test_a_senseless_rule_is_refused_loudly() -> None:
    with pytest.raises(ContractFault):
        NavigationPolicy.of(("*.com",), "http://127.0.0.1:8000")
