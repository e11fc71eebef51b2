"""The pictures of an app: fetched once from its maker, then kept and served by us.

So no student's machine calls a stranger, and the shelf looks the same without a network. A
picture that cannot be had is no reason to refuse an app: the maker is told why instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from timeback_desktop.backend import outbound
from timeback_desktop.backend.registry.models import application_pictures
from timeback_desktop.backend.registry.pictures import Picture, checked_picture
from timeback_desktop.backend.registry.service import Application, ApplicationRegistration
from timeback_desktop.errors import ContractFault

_TYPES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")


class PictureKind(StrEnum):
    """Which picture of an app; the value is the end of its address."""

    LOGO = "logo"
    COVER = "cover"


_LARGEST = {PictureKind.LOGO: (256 * 1024, 2048), PictureKind.COVER: (1024 * 1024, 4096)}


@dataclass(slots=True)
class Gallery:
    """What came of looking for an app's pictures; ``None`` takes the kept one away."""

    changes: dict[PictureKind, Picture | None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def collect(
    told: ApplicationRegistration, before: Application | None, *, loopback: bool
) -> Gallery:
    """Fetch the pictures whose address is new; to be called outside of any transaction."""
    gallery = Gallery()
    addresses = {
        PictureKind.LOGO: (told.icon_url, before.icon_url if before else None),
        PictureKind.COVER: (told.cover_url, before.cover_url if before else None),
    }
    for kind, (wanted, known) in addresses.items():
        if wanted != known:
            _look_for(kind, wanted, gallery, loopback=loopback)
    return gallery


def _look_for(kind: PictureKind, url: str | None, gallery: Gallery, *, loopback: bool) -> None:
    gallery.changes[kind] = None
    if url is None:
        return
    limit_bytes, largest = _LARGEST[kind]
    try:
        fetched = outbound.fetch(
            url, purpose=kind, limit_bytes=limit_bytes, accept=_TYPES, loopback=loopback
        )
        gallery.changes[kind] = checked_picture(fetched.body, largest=largest)
    except ContractFault as fault:
        gallery.warnings.append(f"The {kind} was not taken: {fault}")


def keep(connection: Connection, app: Application, gallery: Gallery, now_ms: int) -> None:
    """Store what was found in place of what there was."""
    for kind, picture in gallery.changes.items():
        keep_picture(connection, app, kind, picture, now_ms)


def keep_picture(
    connection: Connection, app: Application, kind: PictureKind, new: Picture | None, now_ms: int
) -> None:
    """Store one picture of an app, or take it away."""
    key = {"publisher_id": app.publisher_id, "application_id": app.id, "kind": kind}
    connection.execute(
        delete(application_pictures).where(
            *(application_pictures.c[name] == value for name, value in key.items())
        )
    )
    if new is not None:
        row = {**key, "media_type": new.media_type, "body": new.body, "fetched_ms": now_ms}
        connection.execute(insert(application_pictures).values(row))


def picture(connection: Connection, app: Application, kind: PictureKind) -> Picture | None:
    """Return a picture of an app."""
    found = connection.execute(
        select(application_pictures.c.media_type, application_pictures.c.body).where(
            application_pictures.c.publisher_id == app.publisher_id,
            application_pictures.c.application_id == app.id,
            application_pictures.c.kind == kind,
        )
    ).one_or_none()
    return None if found is None else Picture(found.media_type, found.body)


def addresses(
    connection: Connection, apps: Collection[Application], issuer: str
) -> Mapping[tuple[str, PictureKind], str]:
    """Return where we serve the pictures of some apps, by app and kind."""
    kept = application_pictures.c
    rows = connection.execute(
        select(kept.application_id, kept.kind).where(
            kept.publisher_id.in_({app.publisher_id for app in apps}),
            kept.application_id.in_({app.id for app in apps}),
        )
    )
    return {
        (app_id, PictureKind(kind)): f"{issuer}/applications/1.0/{app_id}/{kind}"
        for app_id, kind in rows
    }
