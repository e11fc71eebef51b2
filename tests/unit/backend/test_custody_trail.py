"""The audit trail: entries in a chain, and every way to meddle with one shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from tests.helpers.small_school import AVA, TENANT, SmallSchool, open_school
from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.models import audit_entries
from timeback_desktop.backend.custody.trail import PLATFORM, Action, Deed, Head
from timeback_desktop.backend.db.engine import writing

NOW = 1_795_000_000_000


@pytest.fixture
def school(tmp_path: Path) -> Iterator[SmallSchool]:
    school = open_school(tmp_path)
    with writing(school.engine) as connection:
        for number in range(5):
            deed = Deed(
                action=Action.EXPORTED,
                actor=PLATFORM,
                subject_id=AVA.id,
                detail="by another",
                counts={"events.ndjson": number, "answers.ndjson": 1},
            )
            trail.write(connection, TENANT, deed, NOW + number)
    yield school
    school.engine.dispose()


def verdict(school: SmallSchool, kept: Head | None = None) -> trail.Verdict:
    with school.reading() as connection:
        return trail.verify(connection, TENANT, kept)


def test_a_trail_that_nobody_touched_is_whole(school: SmallSchool) -> None:
    found = verdict(school)
    assert found.is_intact
    assert found.head.number == 5
    with school.reading() as connection:
        assert trail.head(connection, TENANT) == found.head


def test_an_empty_trail_is_whole(school: SmallSchool) -> None:
    with school.reading() as connection:
        assert trail.verify(connection, "nobody").is_intact
        assert trail.head(connection, "nobody") == Head(0, "")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at_ms", 1),
        ("actor_id", "somebody else"),
        ("action", "expired"),
        ("subject_id", None),
        ("detail", "by himself"),
        ("counts", {}),
        ("previous_sha256", bytes(32)),
        ("entry_sha256", bytes(32)),
        ("number", 9),
    ],
)
def test_a_changed_entry_shows(school: SmallSchool, column: str, value: object) -> None:
    with writing(school.engine) as connection:
        third = (audit_entries.c.publisher_id == TENANT, audit_entries.c.number == 3)
        connection.execute(update(audit_entries).where(*third).values({column: value}))
    assert verdict(school).fault == 3


def test_an_entry_that_was_taken_out_shows(school: SmallSchool) -> None:
    with writing(school.engine) as connection:
        connection.execute(delete(audit_entries).where(audit_entries.c.number == 2))
    assert verdict(school).fault == 2


def test_a_cut_off_end_shows_to_whoever_kept_it(school: SmallSchool) -> None:
    kept = verdict(school).head
    with writing(school.engine) as connection:
        connection.execute(delete(audit_entries).where(audit_entries.c.number >= 4))
    assert verdict(school).is_intact
    assert verdict(school, kept).fault == 4


def test_a_trail_that_was_forged_as_a_whole_shows_to_whoever_kept_its_end(
    school: SmallSchool,
) -> None:
    kept = verdict(school).head
    with writing(school.engine) as connection:
        connection.execute(delete(audit_entries))
        for number in range(7):
            deed = Deed(action=Action.EXPORTED, actor=PLATFORM, subject_id="nobody")
            trail.write(connection, TENANT, deed, NOW + number)
    assert verdict(school).is_intact
    assert verdict(school, kept).fault == 5


def test_what_was_kept_is_found_in_a_trail_that_went_on(school: SmallSchool) -> None:
    kept = verdict(school).head
    with writing(school.engine) as connection:
        trail.write(connection, TENANT, Deed(action=Action.EXPIRED, actor=PLATFORM), NOW)
    assert verdict(school, kept).is_intact
