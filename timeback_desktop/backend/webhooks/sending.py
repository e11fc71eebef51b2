"""One delivery on its way: a Caliper envelope with the one event in it, signed.

Whoever takes Caliper envelopes in can take a delivery as it is: ``sensor`` is that of the
event's own envelope, ``sendTime`` is when the delivery was written down, and the event stands
in ``data`` byte for byte as it came. A test has no event: its ``data`` is empty, and the
header says ``ping``. The same delivery has the same bytes, and so the same signature, at every
try.

================================  ==========================================================
``X-Caliper-Signature``           HMAC-SHA256 of the body with the webhook's secret, in hex
``X-Caliper-Webhook-Id``          which webhook
``X-Caliper-Delivery-Id``         stays the same at every try: a receiver knows it by that
``X-Caliper-Event-Type``          the event's ``type``
================================  ==========================================================
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Engine

from timeback_desktop import __version__
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.outbound import FetchFailed, post
from timeback_desktop.backend.vault import Vault
from timeback_desktop.backend.webhooks.outcomes import Outcome, judged
from timeback_desktop.backend.webhooks.queue import Errand
from timeback_desktop.backend.webhooks.service import secret_of
from timeback_desktop.caliper.vocabulary import CONTEXT_V1P2, DATA_VERSIONS
from timeback_desktop.clock import iso_utc
from timeback_desktop.errors import TimeBackError

TIMEOUT_S = 30.0
PING = "ping"
OWN_SENSOR = "urn:timeback:webhooks"
_SEALED = Outcome(error="The secret cannot be opened. Tell it anew.", tells_of_target=False)
_GONE = Outcome(error="This event is not kept any more.", tells_of_target=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: the bytes, and the headers that speak of them."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Office:
    """What sending needs of a running backend; ``vault`` is opened when it is needed."""

    engine: Engine
    vault: Callable[[], Vault]
    now: Callable[[], int]
    loopback: bool
    timeout_s: float = TIMEOUT_S

    async def send(self, errand: Errand, letter: Letter) -> Outcome:
        """Try once to deliver."""
        try:
            answer = await post(
                errand.target_url,
                letter.body,
                purpose="webhook",
                headers=letter.headers,
                seconds=self.timeout_s,
                loopback=self.loopback,
            )
        except FetchFailed as fault:
            return Outcome(error=str(fault), again=True)
        return judged(answer, self.now())

    def letter(self, errand: Errand) -> Letter | Outcome:
        """Write what is to be sent, or tell why there is nothing to send."""
        body = _ping(errand) if errand.batch_id is None else self._event(errand)
        if body is None:
            return _GONE
        try:
            secret = secret_of(errand.owner, self.vault(), errand.webhook_id, errand.sealed_secret)
        except TimeBackError:
            return _SEALED
        return Letter(body, _headers(errand, sign(secret, body)))

    def _event(self, errand: Errand) -> bytes | None:
        with reading(self.engine) as connection:
            found = archive.batches(connection, errand.owner.publisher_id, [errand.batch_id or 0])
        if not found:
            return None
        raw = archive.unpack(found[0].body)[errand.place or 0]
        return envelope(found[0].sensor, errand.created_ms, raw)


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a body."""
    return hmac.digest(secret.encode(), body, "sha256").hex()


def envelope(sensor: str, sent_ms: int, raw: bytes) -> bytes:
    """Return an envelope around one event, in the version of Caliper that the event names."""
    context: Any = msgspec.json.decode(raw).get("@context")
    version = context if isinstance(context, str) and context in DATA_VERSIONS else CONTEXT_V1P2
    return _wrapped(sensor, sent_ms, version, [msgspec.Raw(raw)])


def _ping(errand: Errand) -> bytes:
    return _wrapped(OWN_SENSOR, errand.created_ms, CONTEXT_V1P2, [])


def _wrapped(sensor: str, sent_ms: int, version: str, data: list[msgspec.Raw]) -> bytes:
    told = {"sensor": sensor, "sendTime": iso_utc(sent_ms), "dataVersion": version, "data": data}
    return msgspec.json.encode(told)


def _headers(errand: Errand, signature: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": f"TimeBack/{__version__}",
        "X-Caliper-Signature": signature,
        "X-Caliper-Webhook-Id": errand.webhook_id,
        "X-Caliper-Delivery-Id": errand.id,
        "X-Caliper-Event-Type": errand.event_type,
    }
