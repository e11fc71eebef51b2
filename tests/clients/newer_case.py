"""A framework of standards is put in and read out again."""

from __future__ import annotations

import uuid
from typing import Any

from newer_shape import Row, Step

WHEN = "2026-09-01T00:00:00Z"


class Standards:
    """One small framework: a document, two items, one association."""

    def __init__(self, client: Any, mark: str) -> None:
        self.client, self.mark = client, mark
        document = self.row("document", title="Fractions", creator="School")
        items = [self.row(key, fullStatement=f"Knows {key}", CFItemType="Standard") for key in "ab"]
        ends = {
            f"{end}NodeURI": self.node(key) for end, key in (("origin", "a"), ("destination", "b"))
        }
        link = self.row("link", associationType="isChildOf", **ends)
        self.package: Row = {"CFDocument": document, "CFItems": items, "CFAssociations": [link]}

    def id(self, key: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://school.example/{self.mark}/{key}"))

    def row(self, key: str, **more: Any) -> Row:
        named = {"identifier": self.id(key), "uri": f"https://school.example/{self.id(key)}"}
        return {**named, "lastChangeDateTime": WHEN, **more}

    def node(self, key: str) -> Row:
        named = {"title": key, "identifier": self.id(key)}
        return {**named, "uri": f"https://school.example/{self.id(key)}"}

    def steps(self) -> list[Step]:
        return [
            self.empty_handed,
            self.write,
            self.replace,
            self.documents,
            self.rest,
            self.package_,
        ]

    async def empty_handed(self) -> None:
        await self.client.documents.list()
        await self.client.items.list()

    async def write(self) -> None:
        made = await self.client.packages.create(self.package)
        assert made.success is True

    async def replace(self) -> None:
        await self.client.packages.update(self.id("document"), self.package)
        await self.client.packages.upsert(self.id("document"), self.package)

    async def documents(self) -> None:
        found = await self.client.documents.get(self.id("document"))
        assert found["CFDocument"].title == "Fractions"
        listed = await self.client.documents.list({"limit": 50})
        assert self.id("document") in {row.sourced_id for row in listed["CFDocuments"]}

    async def rest(self) -> None:
        assert (await self.client.items.get(self.id("a")))["CFItem"].full_statement == "Knows a"
        listed = await self.client.items.list({"limit": 50})
        assert self.id("b") in {row.sourced_id for row in listed["CFItems"]}
        await self.client.associations.get(self.id("link"))

    async def package_(self) -> None:
        await self.client.packages.get(self.id("document"))
        await self.client.packages.get_groups(self.id("document"))
