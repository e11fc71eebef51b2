"""Hand an export out: it is packed, then written down, and only then given away."""

from __future__ import annotations

from typing import IO

from sqlalchemy import Engine

from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.trail import Action, Actor, Deed
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.privacy.export import Wanted, write_export
from timeback_desktop.backend.roster.service import find_user
from timeback_desktop.errors import ContractFault


def hand_out(engine: Engine, wanted: Wanted, actor: Actor, into: IO[bytes]) -> None:
    """Write a person's export into a file, and into the audit trail that it was handed out."""
    with reading(engine) as connection:
        if find_user(connection, wanted.tenant, wanted.user_id) is None:
            raise ContractFault("There is nobody of this id here.", status=404)
        counts = write_export(connection, wanted, into)
    told = {name: number for name, number in counts.items() if number}
    own = actor.id == wanted.user_id
    deed = Deed(
        action=Action.EXPORTED,
        actor=actor,
        subject_id=wanted.user_id,
        detail="by himself" if own else "by another",
        counts=told,
    )
    with writing(engine) as connection:
        trail.write(connection, wanted.tenant, deed, wanted.now_ms)
