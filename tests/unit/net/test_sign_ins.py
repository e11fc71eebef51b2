from __future__ import annotations

import threading

import pytest

from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.identity.model import Person, SignedIn
from timeback_desktop.ids import UserId
from timeback_desktop.net.sign_ins import EARLY_MS, Renewed, SignIns

AVA = Person(UserId("u"), "Ava", "Thompson", "student", "")


class Desk:
    """Exchanges each refresh token once, as the platform does, on a clock that is turned."""

    def __init__(self) -> None:
        self.now, self.used, self.over = 0, list[str](), False
        self.sign_ins = SignIns(lambda: self.now)
        self.sign_ins.begin(SignedIn("a0", 900, AVA, "r0"))

    def exchange(self, refresh_token: str) -> Renewed | None:
        assert refresh_token not in self.used, "a refresh token was shown twice"
        self.used.append(refresh_token)
        number = len(self.used)
        return None if self.over else Renewed(f"a{number}", f"r{number}", 900)

    def token(self) -> str:
        return self.sign_ins.token("a0", self.exchange)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_fresh_token_is_left_alone(desk: Desk) -> None:
    desk.now = 900_000 - EARLY_MS
    assert (desk.token(), desk.used) == ("a0", [])


def test_a_token_is_renewed_before_it_runs_out_under_its_first_name(desk: Desk) -> None:
    desk.now = 900_000 - EARLY_MS + 1
    assert (desk.token(), desk.token(), desk.used) == ("a1", "a1", ["r0"])
    desk.now += 900_000
    assert (desk.token(), desk.used) == ("a2", ["r0", "r1"])


def test_many_threads_renew_once(desk: Desk) -> None:
    desk.now, found = 900_000, list[str]()
    threads = [threading.Thread(target=lambda: found.append(desk.token())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, desk.used) == (["a1"] * 8, ["r0"])


def test_a_refused_token_is_replaced_once_for_all_who_were_refused(desk: Desk) -> None:
    assert desk.sign_ins.token_instead_of("a0", "a0", desk.exchange) == "a1"
    assert desk.sign_ins.token_instead_of("a0", "a0", desk.exchange) == "a1"
    assert desk.used == ["r0"]


def test_an_ended_sign_in_says_so_and_keeps_what_it_had(desk: Desk) -> None:
    desk.now, desk.over = 900_000, True
    assert desk.token() == "a0"
    assert desk.sign_ins.token_instead_of("unknown", "x", desk.exchange) is None


def test_a_platform_that_is_away_costs_no_refresh_token(desk: Desk) -> None:
    def away(_: str) -> Renewed | None:
        raise BackendUnavailable("away", "wait")

    desk.now = 900_000
    with pytest.raises(BackendUnavailable):
        desk.sign_ins.token("a0", away)
    assert desk.token() == "a1"


def test_what_was_never_begun_or_was_ended_is_passed_through(desk: Desk) -> None:
    desk.now = 900_000
    desk.sign_ins.end("a0")
    assert desk.token() == "a0"
    desk.sign_ins.begin(SignedIn("b0", 1, AVA))
    assert desk.sign_ins.token("b0", desk.exchange) == "b0"
    assert desk.used == []
