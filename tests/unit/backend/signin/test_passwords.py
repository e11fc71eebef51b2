from __future__ import annotations

import pytest

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.auth.tries import hashed, matches
from timeback_desktop.backend.signin.passwords import Unfit, check_fit
from timeback_desktop.backend.signin.people import Person

AVA = Person(Holder("p", "u"), "Ava", "Thompson", "ava.thompson@demo.example", None)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "seven77",
        "\u0301" * 7,
        "x" * 129,
        "12345678",
        "PASSWORD",
        "Passw0rd",
        "abababab",
        "avathompson",
        "Thompson1",
        "ava.thompson!",
        "AVA.THOMPSON@DEMO.EXAMPLE",
        "thompsonava99",
    ],
)
def test_what_everybody_would_try_first_is_refused(password: str) -> None:
    with pytest.raises(Unfit) as refused:
        check_fit(AVA, password)
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "password",
    [
        "seven green umbrellas",
        "12 monkeys, 3 bananas",
        "пароль из слов",
        "ava likes purple whales",
        "x7!kQ2#p",
        "馬から落ちて落馬した",
        "q" * 120 + "werty789",
    ],
)
def test_anything_hard_to_find_will_do(password: str) -> None:
    check_fit(AVA, password)


def test_a_hash_knows_its_secret_and_no_other() -> None:
    kept = hashed("seven green umbrellas")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(kept, "seven green umbrellas")
    assert not matches(kept, "seven green umbrella")
