from __future__ import annotations

from pathlib import Path

import pytest

from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.parts import SignInParts
from timeback_desktop.backend.signin.settings import (
    LetIn,
    SignInSettingsUnreadable,
    load_providers,
)

GOOD = {
    "title": '"Google"',
    "issuer": '"https://accounts.google.com"',
    "client_id": '"1234"',
    "client_secret_file": '"google.secret"',
    "domains": '["school.example"]',
}


def written(folder: Path, key: str = "google", **changes: str | None) -> Path:
    lines = [f"{name} = {value}" for name, value in {**GOOD, **changes}.items() if value]
    (folder / "google.secret").write_text("the secret\n")
    path = folder / "signin.toml"
    path.write_text("\n".join([f"[providers.{key}]", *lines]))
    return path


def test_no_file_means_no_provider(tmp_path: Path) -> None:
    assert load_providers(tmp_path / "signin.toml") == {}


def test_a_provider_and_its_secret_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, lets_in='["staff", "developers"]', domains='["school.example"]')
    provider, secret = load_providers(path)["google"]
    assert (provider.title, secret) == ("Google", "the secret")
    assert provider.lets_in == {LetIn.STAFF, LetIn.DEVELOPERS}
    assert provider.domains == {"school.example"}


def test_a_secret_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_IN_SECRET", "from outside")
    path = written(tmp_path, client_secret_file=None, client_secret_env='"SIGN_IN_SECRET"')
    assert load_providers(path)["google"][1] == "from outside"


def test_a_secret_is_not_shown_by_accident(tmp_path: Path) -> None:
    written(tmp_path)
    assert "the secret" not in repr(SignInParts.open(Settings(tmp_path)))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"issuer": '"http://accounts.google.com"'}, "https"),
        ({"issuer": '"https://accounts.google.com/?x=1"'}, "issuer has no query"),
        ({"issuer": "1"}, "issuer"),
        ({"title": None}, "title"),
        ({"colour": '"blue"'}, "colour"),
        ({"client_secret": '"in plain sight"'}, "client_secret"),
        ({"lets_in": '["students"]'}, "students"),
        ({"domains": None}, "name the school's own domains"),
        ({"domains": '["School.example"]'}, "domains"),
        ({"domains": '["@school.example"]'}, "domains"),
        ({"client_secret_file": '"missing"'}, "client_secret_file cannot be read"),
        ({"client_secret_file": None}, "client_secret_file or client_secret_env"),
        ({"client_secret_env": '"X"'}, "client_secret_file or client_secret_env"),
        ({"client_secret_file": None, "client_secret_env": '"NOT_SET_AT_ALL"'}, "empty"),
        ({"key": "Google_1"}, "small letters"),
        ({"title": "="}, "line 2"),
    ],
)
def test_what_cannot_be_used_is_named(
    tmp_path: Path, changes: dict[str, str | None], named: str
) -> None:
    with pytest.raises(SignInSettingsUnreadable) as refused:
        load_providers(written(tmp_path, **changes))  # type: ignore[arg-type]
    assert named in str(refused.value)
    assert "in plain sight" not in str(refused.value)
