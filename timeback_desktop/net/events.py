"""Deliver events to the platform: the sender of :mod:`timeback_desktop.sync.pump`."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import msgspec

from timeback_desktop.caliper.envelope import wrap
from timeback_desktop.clock import Clock
from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.ids import from_iri
from timeback_desktop.net.platform import Platform
from timeback_desktop.sync.faults import DeliveryFault, Remedy, remedy_for, retry_after_ms
from timeback_desktop.sync.outbox import QueuedEvent
from timeback_desktop.sync.pump import Answer, Receipt


class _Fault(msgspec.Struct):
    pointer: str = ""
    message: str = ""


class _Result(msgspec.Struct):
    id: str
    status: Receipt
    faults: list[_Fault] = []

    @property
    def reason(self) -> str:
        return "; ".join(f"{fault.pointer}: {fault.message}" for fault in self.faults)


class _Results(msgspec.Struct):
    results: list[_Result]


class PlatformSender:
    """Wrap a batch, post it, read the answer event by event."""

    def __init__(self, platform: Platform, clock: Clock, sensor: str) -> None:
        self._platform = platform
        self._clock = clock
        self._sensor = sensor

    def send(self, events: Sequence[QueuedEvent]) -> Sequence[Answer]:
        """Deliver a batch; a 4xx that still judges every event is an answer, not a fault."""
        envelope = wrap(self._sensor, self._clock.stamp().utc_ms, [e.body for e in events])
        try:
            response = self._platform.deliver(envelope)
        except BackendUnavailable as error:
            raise DeliveryFault(error.cause, Remedy.WAIT) from error
        return _answers(response)


def _answers(response: httpx.Response) -> Sequence[Answer]:
    judged = response.is_success or response.status_code == 422
    try:
        results = msgspec.json.decode(response.content, type=_Results).results if judged else None
    except msgspec.DecodeError:
        results = None
    if results is not None:
        return [Answer(from_iri(r.id), r.status, r.reason) for r in results]
    if response.is_success:
        raise DeliveryFault("the platform's answer was cut short", Remedy.WAIT)
    raise DeliveryFault(
        f"the platform answered {response.status_code}",
        remedy_for(response.status_code),
        retry_after_ms(response.headers.get("Retry-After")),
    )
