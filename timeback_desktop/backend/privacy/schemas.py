"""The wire of exports, erasures, retention and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import Row

from timeback_desktop.backend.custody.horizons import Kind, Scope
from timeback_desktop.backend.custody.trail import Head
from timeback_desktop.backend.privacy.retention import RULES
from timeback_desktop.clock import iso_utc

Json = dict[str, Any]
_Days = Annotated[int | None, Field(strict=True)]


class Wire(BaseModel):
    """A body of this package; a word that is not known is refused, not overlooked."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class ErasureIn(Wire):
    """How much of a person to erase; ``confirm`` repeats his id, so that no slip erases anybody."""

    scope: Scope = Scope.ACTIVITY
    dry_run: Annotated[bool, Field(strict=True)] = False
    confirm: Annotated[str | None, Field(max_length=255)] = None


class Decision(StrEnum):
    """What an administrator says to a request."""

    CONFIRM = "confirm"
    DECLINE = "decline"


class DecisionIn(Wire):
    """What becomes of a request; ``confirm`` repeats the id of the person who is erased."""

    decision: Decision
    confirm: Annotated[str | None, Field(max_length=255)] = None


class RetentionIn(Wire):
    """For how many days to keep things; what is not named stays as it is."""

    events: _Days = None
    details: _Days = None
    figures: _Days = None
    sign_ins: _Days = None
    tokens: _Days = None

    def rules(self) -> dict[Kind, int]:
        """Return what was named."""
        told = self.model_dump(by_alias=True)
        return {kind: told[kind.value] for kind in Kind if told[kind.value] is not None}


def retention_out(days: Mapping[Kind, int]) -> Json:
    """Write the rules of a school, each with what it is about and the least it may be."""
    return {
        "retention": {
            kind.value: {
                "days": number,
                "default": RULES[kind].default,
                "least": RULES[kind].least,
                "about": RULES[kind].about,
            }
            for kind, number in days.items()
        }
    }


def request_out(row: Row[Any]) -> Json:
    """Write a request for an erasure."""
    return {
        "requestId": row.id,
        "userId": row.user_id,
        "scope": row.scope,
        "state": row.state,
        "askedBy": {"kind": row.asker_kind, "id": row.asker_id},
        "askedAt": iso_utc(row.asked_ms),
        "decidedAt": None if row.decided_ms is None else iso_utc(row.decided_ms),
    }


def entry_out(row: Row[Any]) -> Json:
    """Write an entry of the audit trail."""
    return {
        "number": row.number,
        "at": iso_utc(row.at_ms),
        "actor": {"kind": row.actor_kind, "id": row.actor_id},
        "action": row.action,
        "userId": row.subject_id,
        "detail": row.detail,
        "counts": row.counts,
        "previousSha256": bytes(row.previous_sha256).hex(),
        "sha256": bytes(row.entry_sha256).hex(),
    }


def head_out(head: Head) -> Json:
    """Write the end of the audit trail."""
    return {"number": head.number, "sha256": head.sha256}
