"""A school is founded, staffed, taught in and read from every side; then parts of it close."""

from __future__ import annotations

from typing import Any

from newer_shape import Row, Shelf, Step, alone, by_scope, read_only, ref

YEAR = {"startDate": "2026-08-01", "endDate": "2027-06-30", "schoolYear": "2027"}


class Rostering:
    """The roster of one new school."""

    def __init__(self, client: Any, mark: str) -> None:
        self.client, self.mark = client, mark
        self.school = f"{mark}-school"
        self.shelves = {
            "orgs": self.shelf("orgs", self.org("district", "district"), "name"),
            "schools": self.shelf("schools", self.org("school", "school"), "name"),
            "academic_sessions": self.shelf("academic_sessions", self.session("schoolYear")),
            "terms": self.shelf("terms", self.session("term")),
            "grading_periods": self.shelf("grading_periods", self.session("gradingPeriod")),
            "courses": self.shelf("courses", self.course()),
            "classes": self.shelf("classes", self.class_()),
            "users": self.shelf("users", self.user("student"), "given_name"),
            "enrollments": self.shelf("enrollments", self.enrollment("student"), "role", "proctor"),
            "demographics": self.shelf(
                "demographics", self.demographic(), "birth_date", "2015-05-05"
            ),
        }

    def shelf(self, name: str, row: Row, field: str = "title", changed: str = "Changed") -> Shelf:
        return Shelf(getattr(self.client, name), row, field, changed)

    def id(self, key: str) -> str:
        return f"{self.mark}-{key}"

    def org(self, key: str, kind: str) -> Row:
        told = {"sourcedId": self.id(key), "name": key.title(), "type": kind, "status": "active"}
        return {**told, "identifier": self.id(key)}

    def session(self, kind: str) -> Row:
        told = {"sourcedId": self.id(kind), "status": "active", "title": kind, "type": kind}
        return {**told, **YEAR, "org": ref(self.school)}

    def course(self) -> Row:
        told = {"sourcedId": self.id("course"), "status": "active", "title": "Fractions"}
        more = {"courseCode": "FR-3", "grades": [3], "subjects": ["Math"]}
        return {**told, **more, "org": ref(self.school)}

    def class_(self) -> Row:
        told = {"sourcedId": self.id("class"), "title": "Fractions A", "classType": "scheduled"}
        of = {"course": ref(self.id("course")), "org": ref(self.school)}
        return {**told, **of, "terms": [ref(self.id("term"))], "grades": [3], "subjects": ["Math"]}

    def user(self, role: str) -> Row:
        key = self.id(role)
        roles = [{"roleType": "primary", "role": role, "org": ref(self.school)}]
        named = {"givenName": "Ada", "familyName": "O'Neil", "email": f"{key}@school.example"}
        told = {"sourcedId": key, "status": "active", "enabledUser": True, "username": key}
        return {**told, **named, "roles": roles, "grades": [3], "primaryOrg": ref(self.school)}

    def enrollment(self, role: str) -> Row:
        told = {"sourcedId": self.id(f"enrollment-{role}"), "role": role, "status": "active"}
        of = {"class": ref(self.id("class")), "school": ref(self.school)}
        return {**told, **of, "user": ref(self.id(role)), "primary": "false"}

    def demographic(self) -> Row:
        told = {"sourcedId": self.id("student"), "birthDate": "2016-04-03", "sex": "female"}
        return {**told, "asian": "true", "cityOfBirth": "Austin"}

    def steps(self) -> list[Step]:
        rows, people = self.shelves, [self.staff, self.guardians, self.vault]
        steps: list[Step] = []
        for name in ("orgs", "schools", "academic_sessions", "terms", "grading_periods"):
            steps += rows[name].life()
        steps += [*rows["courses"].life(), *rows["classes"].life(), *rows["users"].life()]
        steps += [self.teacher, *rows["enrollments"].life(), self.enroll, self.enroll_one, *people]
        shelf = rows["demographics"]
        steps += [shelf.make, shelf.find, shelf.see, shelf.change, shelf.mend]
        steps += [self.put_demographics, self.search, self.sort_and_choose, self.period_of_term]
        return [*steps, self.scopes, self.school_from_inside, self.class_from_inside]

    def endings(self) -> list[Step]:
        gone = ("enrollments", "demographics", "users", "classes", "courses")
        sessions = ("grading_periods", "terms", "academic_sessions", "schools", "orgs")
        return [
            self.close_enrollment,
            *(self.shelves[name].take_away for name in (*gone, *sessions)),
        ]

    async def teacher(self) -> None:
        await self.client.users.create(self.user("teacher"))
        await self.client.users.create(self.user("parent"))
        await self.client.enrollments.create(self.enrollment("teacher"))

    async def put_demographics(self) -> None:
        key = self.id("student-2")
        await self.client.demographics.upsert(key, {**self.demographic(), "sourcedId": key})
        assert await self.client.demographics.exists(key), "upsert made it"

    async def enroll(self) -> None:
        new = {**self.user("student"), "sourcedId": self.id("late"), "username": None}
        new["email"] = f"{self.id('late')}@school.example"
        await self.client.users.create({k: v for k, v in new.items() if v is not None})
        room = self.client.classes(self.id("class"))
        await room.enroll({"sourcedId": self.id("late"), "role": "student"})
        assert self.id("late") in {row.sourced_id for row in await room.students()}, "in the class"

    async def enroll_one(self) -> None:
        room = self.client.classes(self.id("class"))
        await room.enroll_user(self.id("student-2"), role="student", primary=False)
        assert self.id("student-2") in {row.sourced_id for row in await room.students()}

    async def staff(self) -> None:
        await read_only(self.client.teachers, self.id("teacher"))
        await read_only(self.client.students, self.id("student"))

    async def guardians(self) -> None:
        child, parent = self.client.users(self.id("student")), self.client.users(self.id("parent"))
        await child.add_agent({"agentSourcedId": self.id("parent")})
        assert self.id("parent") in {row.sourced_id for row in await child.agents()}
        assert self.id("student") in {row.sourced_id for row in await parent.agent_for()}
        await child.remove_agent(self.id("parent"))
        assert await child.agents() == [], "the guardian is removed"

    async def vault(self) -> None:
        child = self.client.users(self.id("student"))
        told = {
            "applicationName": "Garden",
            "credentials": {"username": "ada", "password": "Rose 7"},
        }
        kept = await child.register_credential(told)
        found = await child.decrypt_credential(kept.credential_id)
        assert found.password == "Rose 7", "the password comes back"
        await child.create_credential({**told, "applicationName": "Lantern"})

    async def search(self) -> None:
        found = await self.client.users.list(search="O'Neil")
        assert self.id("student") in {row.sourced_id for row in found.data}, "search finds a name"

    async def sort_and_choose(self) -> None:
        where = {
            "OR": [{"sourcedId": self.id("student")}, {"email": {"contains": self.id("teach")}}]
        }
        found = await self.client.users.list_all(where=where, sort="familyName", order_by="asc")
        assert {row.sourced_id for row in found} == {self.id("student"), self.id("teacher")}
        where = {"familyName": "O'Neil", "status": {"in_": ["active", "tobedeleted"]}}
        fields = ["sourcedId", "givenName", "familyName"]
        one = await self.client.users.list(where=where, fields=fields)
        assert [row.email for row in one.data[:1]] == [None], "only the fields that were asked for"

    async def period_of_term(self) -> None:
        term = self.client.terms(self.id("term"))
        told = {**self.session("gradingPeriod"), "sourcedId": self.id("of-term")}
        await term.create_grading_period(told)
        assert self.id("of-term") in {row.sourced_id for row in await term.grading_periods()}
        await by_scope(term, "classes", "grading_periods")

    async def scopes(self) -> None:
        client = self.client
        for name, key in (
            ("orgs", "district"),
            ("schools", "school"),
            ("academic_sessions", "schoolYear"),
            ("terms", "term"),
            ("grading_periods", "gradingPeriod"),
            ("courses", "course"),
            ("classes", "class"),
            ("users", "student"),
            ("students", "student"),
            ("teachers", "teacher"),
            ("enrollments", "enrollment-student"),
            ("demographics", "student"),
        ):
            await alone(getattr(client, name)(self.id(key)), self.id(key))
        await by_scope(client.students(self.id("student")), "classes")
        await by_scope(client.teachers(self.id("teacher")), "classes")
        await by_scope(client.courses(self.id("course")), "classes")
        child = client.users(self.id("student"))
        await by_scope(child, "classes")
        assert (await child.demographics()).sourced_id == self.id("student")

    async def school_from_inside(self) -> None:
        school = self.client.schools(self.school)
        await by_scope(school, "classes", "students", "teachers", "courses", "enrollments", "terms")
        room = school.class_(self.id("class"))
        await by_scope(room, "enrollments", "students", "teachers")

    async def class_from_inside(self) -> None:
        await by_scope(self.client.classes(self.id("class")), "students", "teachers", "enrollments")

    async def close_enrollment(self) -> None:
        await self.client.enrollments(self.id("enrollment-teacher")).delete()
