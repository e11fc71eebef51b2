"""What assessments say about a student: the grades mastered in a subject, the MAP profile.

An assessment result tells what kind of assessment it was in its metadata or in that of its
line item (``assessmentType``), or by the kind of lesson that it belongs to. Mastered means a
score of 90 of 100, the gate that TimeBack sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from timeback_desktop.backend.edubridge.grades import grade_of, grades_of, highest
from timeback_desktop.backend.gradebook.results import graded_results

Json = dict[str, Any]
MASTERED = 0.9
_TEST_OUT = frozenset({"test-out", "test_out"})
_PLACEMENT = frozenset({"placement", "bracketing"})
_MAP = frozenset({"map_growth", "map_screening", "map_screener"})


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment result, with the subject and grades that it is about."""

    kind: str
    subjects: frozenset[str]
    grades: tuple[str, ...]
    score: float | None
    share: float | None
    percentile: float | None
    date: str


def grades_mastered(connection: Connection, tenant: str, student_id: str, subject: str) -> Json:
    """Write the highest grades that a student mastered in a subject, by how that was shown."""
    found = [each for each in _assessed(connection, tenant, student_id) if subject in each.subjects]
    good = [each for each in found if each.share is not None and each.share >= MASTERED]
    return {
        "studentId": student_id,
        "subject": subject,
        "grades": {
            "ritGrade": None,
            "edulasticGrade": None,
            "placementGrade": _highest(each for each in good if each.kind in _PLACEMENT),
            "testOutGrade": _highest(each for each in good if each.kind in _TEST_OUT),
            "highestGradeOverall": _highest(good),
        },
    }


def _highest(found: Iterable[Assessed]) -> str | None:
    return highest(grade for each in found for grade in each.grades)


def map_profile(connection: Connection, tenant: str, student_id: str) -> Json:
    """Write a student's latest MAP result; only who it is about when there is none."""
    found = [each for each in _assessed(connection, tenant, student_id) if each.kind in _MAP]
    latest = max(found, key=lambda each: each.date, default=None)
    if latest is None:
        return {"userId": student_id}
    return {
        "userId": student_id,
        "ritScore": None if latest.score is None else round(latest.score),
        "percentile": None if latest.percentile is None else round(latest.percentile),
        "gradeLevel": highest(latest.grades),
        "testDate": latest.date,
        "subject": min(latest.subjects, default=None),
    }


def _assessed(connection: Connection, tenant: str, student_id: str) -> Iterator[Assessed]:
    return map(_read, graded_results(connection, tenant, student_id))


def _read(row: Row[Any]) -> Assessed:
    said = {**(row.item_metadata or {}), **(row.metadata or {})}
    told = said.get("subject")
    grade = grade_of(said["grade"]) if said.get("grade") is not None else None
    most = row.result_value_max or 100.0
    return Assessed(
        kind=str(said.get("assessmentType") or row.lesson_type or ""),
        subjects=frozenset([told] if isinstance(told, str) else row.subjects or []),
        grades=(grade,) if grade else tuple(grades_of(row.grades)),
        score=row.score,
        share=None if row.score is None else row.score / most,
        percentile=row.score_percentile,
        date=row.score_date,
    )
