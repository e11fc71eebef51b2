"""A program asks to be told of events, chooses which, and stops."""

from __future__ import annotations

from typing import Any

from newer_shape import Step


class Hooks:
    """One webhook and one filter of it."""

    def __init__(self, client: Any, mark: str) -> None:
        self.client, self.mark = client, mark
        told = {"name": "Ours", "targetUrl": "https://hooks.example/events", "secret": "s" * 32}
        self.told = {**told, "active": True, "sensor": "https://garden.example"}
        self.id, self.filter_id = "", ""

    def steps(self) -> list[Step]:
        hooks = [self.make, self.find, self.change, self.rest]
        return [*hooks, self.choose, self.chosen, self.choose_again, self.unchoose, self.end]

    async def make(self) -> None:
        self.id = (await self.client.webhooks.create(self.told)).id

    async def find(self) -> None:
        assert (await self.client.webhooks.get(self.id)).name == "Ours"
        assert self.id in {hook.id for hook in await self.client.webhooks.list()}
        other = await self.client.webhooks.list(sensor="https://lantern.example")
        assert self.id not in {hook.id for hook in other}, "the sensor chooses"

    async def change(self) -> None:
        await self.client.webhooks.update(self.id, {**self.told, "name": "Changed"})
        assert (await self.client.webhooks.get(self.id)).name == "Changed"

    async def rest(self) -> None:
        assert (await self.client.webhooks.deactivate(self.id)).active is False
        assert (await self.client.webhooks.activate(self.id)).active is True

    async def choose(self) -> None:
        self.filter = {
            "webhookId": self.id,
            "filterKey": "type",
            "filterValue": "TimeSpentEvent",
            "filterType": "string",
            "filterOperator": "eq",
            "active": True,
        }
        self.filter_id = (await self.client.webhook_filters.create(self.filter)).id

    async def chosen(self) -> None:
        filters = self.client.webhook_filters
        assert (await filters.get(self.filter_id)).webhook_id == self.id
        assert self.filter_id in {row.id for row in await filters.list()}
        assert [row.id for row in await filters.list_by_webhook(self.id)] == [self.filter_id]

    async def choose_again(self) -> None:
        changed = {**self.filter, "filterOperator": "neq"}
        await self.client.webhook_filters.update(self.filter_id, changed)
        found = await self.client.webhook_filters.get(self.filter_id)
        assert found.filter_operator == "neq", "the update is seen"

    async def unchoose(self) -> None:
        await self.client.webhook_filters.delete(self.filter_id)
        assert await self.client.webhook_filters.list_by_webhook(self.id) == []

    async def end(self) -> None:
        await self.client.webhooks.delete(self.id)
        assert self.id not in {hook.id for hook in await self.client.webhooks.list()}
