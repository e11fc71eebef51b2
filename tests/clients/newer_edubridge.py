"""A student is enrolled by course, gets goals and a track, and is asked about in every report."""

from __future__ import annotations

from typing import Any

from newer_shape import Step
from timeback_edubridge import SubjectTrackUpsertInput


class Bridge:
    """The simpler view of the school that the roster has made."""

    def __init__(self, client: Any, mark: str) -> None:
        self.client, self.mark = client, mark
        self.student, self.course = f"{mark}-student", f"{mark}-course"

    def steps(self) -> list[Step]:
        people = [self.people, self.find_people, self.enroll, self.goals, self.default_class]
        reports = [self.activity, self.weekly, self.facts, self.mastered, self.reports]
        return [*people, *reports, self.tracks, self.groups, self.applications, self.leave]

    async def people(self) -> None:
        students = await self.client.users.list_students(limit=200)
        assert self.student in {user.sourced_id for user in students}
        teachers = await self.client.users.list_teachers(limit=200)
        assert f"{self.mark}-teacher" in {user.sourced_id for user in teachers}

    async def find_people(self) -> None:
        both = await self.client.users.list(roles=["student", "teacher"], limit=5)
        assert 0 < len(both) <= 5
        found = await self.client.users.search(["student"], "O'Neil")
        assert self.student in {user.sourced_id for user in found}

    async def enroll(self) -> None:
        made = await self.client.enrollments.enroll(self.student, self.course)
        assert made.course.id == self.course
        listed = await self.client.enrollments.list(user_id=self.student)
        assert made.id in {enrollment.id for enrollment in listed}
        again = await self.client.enrollments.enroll(
            self.student, self.course, f"{self.mark}-school"
        )
        assert again.course.id == self.course

    async def goals(self) -> None:
        answer = await self.client.enrollments.reset_goals(self.course)
        assert answer.errors == [], answer.errors
        await self.client.enrollments.reset_progress(self.student, self.course)

    async def default_class(self) -> None:
        found = await self.client.enrollments.get_default_class(self.course)
        assert found.course.id == self.course
        await self.client.enrollments.get_default_class(self.course, f"{self.mark}-school")

    async def activity(self) -> None:
        await self.client.analytics.get_activity(
            student_id=self.student, start_date="2026-10-01", end_date="2026-10-31"
        )

    async def weekly(self) -> None:
        told = {"week_date": "2026-10-05", "timezone": "America/Chicago"}
        await self.client.analytics.get_weekly_facts(student_id=self.student, **told)

    async def facts(self) -> None:
        enrollment = (await self.client.enrollments.list(user_id=self.student))[0]
        await self.client.analytics.get_enrollment_facts(enrollment_id=enrollment.id)

    async def mastered(self) -> None:
        await self.client.analytics.get_highest_grade_mastered(self.student, "Math")

    async def reports(self) -> None:
        await self.client.learning_reports.get_map_profile(self.student)
        await self.client.learning_reports.get_time_saved(self.student)

    async def tracks(self) -> None:
        told = {"subject": "Math", "grade": "3", "courseId": self.course}
        track = await self.client.subject_tracks.upsert(SubjectTrackUpsertInput(**told))
        assert track.id in {row.id for row in await self.client.subject_tracks.list()}
        await self.client.subject_tracks.delete(track.id)
        assert track.id not in {row.id for row in await self.client.subject_tracks.list()}

    async def groups(self) -> None:
        await self.client.subject_tracks.list_groups()

    async def applications(self) -> None:
        found = await self.client.applications.list()
        assert found, "the school has apps"
        await self.client.applications.get_metrics(found[0].sourced_id)

    async def leave(self) -> None:
        await self.client.enrollments.unenroll(self.student, self.course)
