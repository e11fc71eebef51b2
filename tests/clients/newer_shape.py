"""The life of one row through a published client: made, found, changed, taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Row = dict[str, Any]
Step = Callable[[], Awaitable[None]]


def ref(sourced_id: str) -> Row:
    """Return what names another row."""
    return {"sourcedId": sourced_id}


class Shelf:
    """One collection of a client, the row that it gets, and what is changed in it."""

    def __init__(self, resource: Any, row: Row, field: str, changed: str) -> None:
        self.resource, self.row, self.id = resource, row, row["sourcedId"]
        self.field, self.changed = field, changed

    def value(self, found: Any) -> Any:
        """Return the changed field of what the client found."""
        return getattr(found, self.field)

    def camel(self) -> str:
        """Return the name of the changed field on the wire."""
        first, *others = self.field.split("_")
        return first + "".join(word.title() for word in others)

    def life(self) -> list[Step]:
        """Return the steps until the row stands and has been read in every way."""
        return [self.make, self.find, self.see, self.change, self.mend, self.put]

    async def make(self) -> None:
        """Create the row; the answer names it."""
        made = await self.resource.create(self.row)
        pair = made.sourced_id_pairs
        told = {pair.supplied_sourced_id, pair.allocated_sourced_id}
        assert self.id in told, f"created as {told}, not {self.id}"

    async def find(self) -> None:
        """Read it alone, and know what is not there."""
        found = await self.resource.get(self.id)
        assert found.sourced_id == self.id, "another row came"
        assert self.value(found) == self.row[self.camel()], f"{self.field} came back changed"
        assert await self.resource.exists(self.id) is True, "it exists"
        assert await self.resource.exists(f"{self.id}-nowhere") is False, "it doesn't exist"

    async def see(self) -> None:
        """Find it in the collection: by filter, in pages, all at once, one after the other."""
        where = {"sourcedId": self.id}
        page = await self.resource.list(limit=2, where=where, sort="sourcedId", order_by="desc")
        assert [row.sourced_id for row in page.data] == [self.id], "the filter finds just it"
        assert page.total == 1, f"the total of the filter is {page.total}"
        first = await self.resource.first(where=where)
        assert getattr(first, "sourced_id", None) == self.id, "first finds it"
        everything = ids_of(await self.resource.list_all(limit=60))
        streamed = ids_of(await self.resource.stream(limit=25))
        assert self.id in everything, "it is among all"
        assert len(set(everything)) == len(everything), "no row came twice"
        assert set(everything) == set(streamed), "pages of any size hold the same rows"

    async def change(self) -> None:
        """Replace it and read it back."""
        await self.resource.update(self.id, {**self.row, self.camel(): self.changed})
        assert self.value(await self.resource.get(self.id)) == self.changed, "the update is seen"

    async def mend(self) -> None:
        """Change a part of it; the rest stays."""
        value = self.row[self.camel()]
        await self.resource.patch(self.id, {self.camel(): value})
        assert self.value(await self.resource.get(self.id)) == value, "the patch is seen"

    async def put(self) -> None:
        """Put a second one that is not there yet."""
        other = {**self.row, "sourcedId": f"{self.id}-2"}
        await self.resource.upsert(other["sourcedId"], other)
        assert await self.resource.exists(other["sourcedId"]), "upsert made it"

    async def take_away(self) -> None:
        """Delete the second one: it is marked, or gone."""
        await self.resource.delete(f"{self.id}-2")
        left = await self.resource.list_all(where={"status": "active"})
        assert f"{self.id}-2" not in {row.sourced_id for row in left}, "deleted rows are not active"


def ids_of(rows: Any) -> list[str]:
    """Return the names of rows; some streams of the client hand out plain dictionaries."""
    return [row["sourcedId"] if isinstance(row, dict) else row.sourced_id for row in rows]


async def read_only(resource: Any, sourced_id: str) -> None:
    """Read a collection that cannot be written, and one row of it."""
    page = await resource.list(limit=3)
    assert 0 < len(page.data) <= 3, "a page has at most what was asked"
    everything = await resource.list_all(limit=25)
    assert page.total == len(everything), "the total is the number of rows"
    streamed = await resource.stream(limit=40)
    assert len(streamed) == len(everything), "the stream brings all"
    assert (await resource.first(where={"sourcedId": sourced_id})).sourced_id == sourced_id
    assert (await resource.get(sourced_id)).sourced_id == sourced_id
    assert await resource.exists(sourced_id) is True, "it exists"


async def by_scope(scope: Any, *names: str, least: int = 1) -> None:
    """Read the lists below one row, whole and as a stream."""
    for name in names:
        listed = await getattr(scope, name)()
        streamed = await getattr(scope, f"stream_{name}")(limit=2)
        ids = ids_of(listed)
        assert len(ids) >= least, f"{name}: {len(ids)} rows, at least {least} were made"
        assert set(ids) == set(ids_of(streamed)), f"{name}: the stream differs"


async def alone(scope: Any, sourced_id: str) -> None:
    """Read the row that a scope is about."""
    assert (await scope.get()).sourced_id == sourced_id, "another row came"
    assert await scope.exists() is True, "it exists"
