"""A class is graded: categories, scales, line items, results, and formal assessments."""

from __future__ import annotations

from typing import Any

from newer_shape import Row, Shelf, Step, alone, by_scope, ref

DAY = "2026-10-05T09:00:00.000Z"


class Gradebook:
    """The gradebook of the class that the roster has made."""

    def __init__(self, client: Any, mark: str) -> None:
        self.client, self.mark = client, mark
        room, student = ref(self.id("class")), ref(self.id("student"))
        graded = {"scoreDate": DAY, "scoreStatus": "fully graded", "score": 8.5, "status": "active"}
        self.scale: Row = {
            **self.told("scale"),
            "type": "letters",
            "class": room,
            "scoreScaleValue": [{"itemValueLHS": "A", "itemValueRHS": "90", "value": "4"}],
        }
        self.item: Row = {
            **self.told("item"),
            "class": room,
            "school": ref(self.id("school")),
            "category": ref(self.id("category")),
            "assignDate": DAY,
            "dueDate": "2026-10-06T09:00:00.000Z",
            "resultValueMin": 0,
            "resultValueMax": 10,
        }
        self.result: Row = {
            "sourcedId": self.id("result"),
            "lineItem": ref(self.id("item")),
            "student": student,
            "class": room,
            "comment": "Good",
            **graded,
        }
        self.test: Row = {**self.told("test"), "class": room, "course": ref(self.id("course"))}
        self.outcome: Row = {
            "sourcedId": self.id("outcome"),
            "assessmentLineItem": ref(self.id("test")),
            "student": student,
            "comment": "First try",
            "metadata": {"xp": 12, "accuracy": 85},
            **graded,
        }
        self.shelves = [
            self.shelf("categories", {**self.told("category"), "weight": 0.5}),
            self.shelf("score_scales", self.scale),
            self.shelf("line_items", self.item),
            self.shelf("results", self.result, "comment"),
            self.shelf("assessment_line_items", self.test),
            self.shelf("assessment_results", self.outcome, "comment"),
        ]

    def id(self, key: str) -> str:
        return f"{self.mark}-{key}"

    def told(self, key: str) -> Row:
        return {"sourcedId": self.id(key), "title": key.title(), "status": "active"}

    def shelf(self, name: str, row: Row, field: str = "title") -> Shelf:
        return Shelf(getattr(self.client, name), row, field, "Changed")

    def steps(self) -> list[Step]:
        steps = [step for shelf in self.shelves for step in shelf.life()]
        return [*steps, self.alone, self.many, self.by_class, self.by_school, self.by_student]

    def endings(self) -> list[Step]:
        return [*(shelf.take_away for shelf in reversed(self.shelves)), self.close_scopes]

    async def alone(self) -> None:
        client = self.client
        await alone(client.categories(self.id("category")), self.id("category"))
        await alone(client.score_scales(self.id("scale")), self.id("scale"))
        await alone(client.line_items(self.id("item")), self.id("item"))
        await alone(client.results(self.id("result")), self.id("result"))
        await alone(client.assessment_line_items(self.id("test")), self.id("test"))

    async def many(self) -> None:
        item = self.client.line_items(self.id("item"))
        told = {**self.result, "sourcedId": self.id("result-of-item")}
        made = await item.create_results([told])
        assert len(made.sourced_id_pairs) == 1, "one pair of names for one result"
        await by_scope(item, "results", least=2)

    async def by_class(self) -> None:
        room = self.client.classes(self.id("class"))
        await room.create_line_item({**self.item, "sourcedId": self.id("item-of-class")})
        await by_scope(room, "line_items", "results", "score_scales", "categories")
        await by_scope(room.line_item(self.id("item")), "results")
        period = room.academic_session(self.id("gradingPeriod"))
        await period.create_result({**self.result, "sourcedId": self.id("result-of-period")})

    async def by_student(self) -> None:
        room = self.client.classes(self.id("class"))
        await by_scope(room.student(self.id("student")), "results")

    async def by_school(self) -> None:
        school = self.client.schools(self.id("school"))
        await school.create_line_item({**self.item, "sourcedId": self.id("item-of-school")})
        await by_scope(school, "line_items", "score_scales")

    async def close_scopes(self) -> None:
        await self.client.results(self.id("result")).delete()
        await self.client.line_items(self.id("item")).delete()
        await self.client.score_scales(self.id("scale")).delete()
        await self.client.categories(self.id("category")).delete()
