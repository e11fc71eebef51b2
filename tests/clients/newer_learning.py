"""A course is filled: learning resources, components, and what belongs to whom."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from newer_shape import Row, Shelf, Step, alone, by_scope, ids_of, ref


class Learning:
    """What is learned in the course that the roster has made."""

    def __init__(self, client: Any, mark: str) -> None:
        self.client, self.mark = client, mark
        about = {"type": "text", "format": "html", "language": "en"}
        row = {**self.told("resource"), "vendorResourceId": "v-1", "metadata": about}
        self.resource = Shelf(client.resources, row, "title", "Changed")
        self.component = {
            **self.told("component"),
            "course": ref(self.id("course")),
            "sortOrder": 1,
        }
        self.link: Row = {
            **self.told("link"),
            "courseComponent": ref(self.id("component")),
            "resource": ref(self.id("resource")),
            "sortOrder": 1,
            "lessonType": "quiz",
        }

    def id(self, key: str) -> str:
        return f"{self.mark}-{key}"

    def told(self, key: str) -> Row:
        return {"sourcedId": self.id(key), "title": key.title(), "status": "active"}

    def steps(self) -> list[Step]:
        steps = [*self.resource.life(), self.component_life, self.link_life, self.structure]
        return [*steps, self.export, self.belongs, self.scope]

    def endings(self) -> list[Step]:
        return [self.take_links_away, self.take_components_away, self.resource.take_away]

    async def component_life(self) -> None:
        courses, key = self.client.courses, self.id("component")
        await courses.create_component(self.component)
        assert (await courses.get_component(key)).title == "Component"
        await courses.update_component(key, {**self.component, "title": "Changed"})
        assert (await courses.get_component(key)).title == "Changed", "the update is seen"
        for found in (await courses.components(), await courses.stream_components(limit=2)):
            assert key in ids_of(found), "it is among all"

    async def link_life(self) -> None:
        courses, key = self.client.courses, self.id("link")
        await courses.create_component_resource(self.link)
        assert (await courses.get_component_resource(key)).title == "Link"
        await courses.update_component_resource(key, {**self.link, "title": "Changed"})
        assert (await courses.get_component_resource(key)).title == "Changed"
        lists = (await courses.component_resources(), await courses.stream_component_resources())
        assert all(key in ids_of(found) for found in lists), "among all"

    async def structure(self) -> None:
        course = {**self.told("structured"), "org": ref(self.id("school")), "courseCode": "S"}
        told = {"url": "https://qti.example/tests/1", "skillCode": "s", "lessonCode": "l"}
        names = {"title": "T", "unitTitle": "Unit 1", "lessonTitle": "Lesson 1", "type": "qti"}
        await self.client.courses.create_structure(
            {"course": course, "courseStructure": {**told, **names}}
        )

    async def export(self) -> None:
        for packed in (
            await self.client.resources.export(self.id("resource")),
            await self.client.resources(self.id("resource")).export(),
        ):
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                assert archive.testzip() is None, "the archive is whole"

    async def belongs(self) -> None:
        for scope in (
            self.client.users(self.id("student")),
            self.client.classes(self.id("class")),
            self.client.courses(self.id("course")),
        ):
            await by_scope(scope, "resources", least=0)

    async def scope(self) -> None:
        await alone(self.client.resources(self.id("resource")), self.id("resource"))
        await alone(self.client.courses(self.id("course")), self.id("course"))
        await by_scope(self.client.courses(self.id("course")), "components")

    async def take_links_away(self) -> None:
        await self.client.courses.delete_component_resource(self.id("link"))

    async def take_components_away(self) -> None:
        await self.client.courses.delete_component(self.id("component"))
