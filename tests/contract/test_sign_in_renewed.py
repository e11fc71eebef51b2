from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from tests.helpers.backends import RunningBackend
from timeback_desktop.backend.auth.models import access_tokens, refresh_tokens
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.demo.seed import STUDENT_ID, demo_id
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.settings import Settings
from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.net.platform import Address, Platform

OTHER_ID = demo_id("user", "diego.morales")


@pytest.fixture
def window(backend: RunningBackend) -> Iterator[Platform]:
    platform = Platform()
    platform.move(Address(backend.url, backend.run_secret))
    yield platform
    platform.move(None)


@pytest.fixture
def run_out(backend: RunningBackend) -> Callable[[object], None]:
    """Let every token of a table run out, as a night does."""

    def end(table: object) -> None:
        engine = open_engine(Settings(backend.data, database=backend.database).database_url)
        with writing(engine) as connection:
            connection.execute(update(table).values(expires_ms=1))  # type: ignore[arg-type]
        engine.dispose()

    return end


def test_the_window_stays_signed_in_over_the_end_of_its_token(
    window: Platform, run_out: Callable[[object], None]
) -> None:
    signed_in = window.sign_in(STUDENT_ID)
    first = window.bearer(signed_in.access_token)
    run_out(access_tokens)
    assert window.catalog(signed_in.access_token)
    assert window.bearer(signed_in.access_token) != first
    assert window.catalog(signed_in.access_token)
    window.sign_out(signed_in.access_token)


def test_a_sign_in_that_is_over_asks_to_sign_in_again(
    window: Platform, run_out: Callable[[object], None]
) -> None:
    signed_in = window.sign_in(STUDENT_ID)
    run_out(access_tokens)
    run_out(refresh_tokens)
    with pytest.raises(BackendUnavailable) as told:
        window.catalog(signed_in.access_token)
    assert told.value.way_out == "Sign in again."


def test_who_has_no_email_signs_in_all_the_same(backend: RunningBackend, window: Platform) -> None:
    engine = open_engine(Settings(backend.data, database=backend.database).database_url)
    with writing(engine) as connection:
        connection.execute(update(users).where(users.c.id == OTHER_ID).values(email=None))
    engine.dispose()
    assert window.sign_in(OTHER_ID).user.email == ""
