"""What a student signs in to somebody else's app with: kept sealed, opened one by one.

A credential is sealed (see ``vault``) together with the tenant, the person and its own name,
so that a row put in another one's place does not open. Each opening leaves a row that says
who did it, and when; never what came out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import and_, insert, select

from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.trail import Action, Actor, Deed
from timeback_desktop.backend.oneroster.faults import unknown_object
from timeback_desktop.backend.oneroster.people import APP_PROFILE, living_user
from timeback_desktop.backend.oneroster.place import Place
from timeback_desktop.backend.oneroster.values import is_name
from timeback_desktop.backend.registry.service import applications_in
from timeback_desktop.backend.roster.models import (
    credential_openings,
    user_credentials,
    user_profiles,
)
from timeback_desktop.backend.vault import Vault


@dataclass(frozen=True, slots=True)
class Credential:
    """A user name and a password, as a client tells them."""

    application_name: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptCredential:
    """What a client is told of a credential that was kept."""

    user_profile_id: str
    credential_id: str


def keep(place: Place, vault: Vault, told: Credential) -> KeptCredential:
    """Seal a credential and keep it with a person's profile in that app."""
    living_user(place, place.sourced_id)
    profile_id, credential_id = _profile_for(place, told.application_name), ids.mint()
    owner = _owner(place, credential_id)
    secret = {**owner, "username": told.username, "password": told.password}
    row = {
        "publisher_id": place.tenant,
        "user_id": place.sourced_id,
        "id": credential_id,
        "profile_id": profile_id,
        "sealed": vault.seal(secret),
        "created_ms": place.now_ms,
    }
    place.connection.execute(insert(user_credentials).values(row))
    return KeptCredential(profile_id, credential_id)


def opened(place: Place, vault: Vault, credential_id: str, opener: Principal) -> str:
    """Return the password of a credential, and note who asked for it."""
    living_user(place, place.sourced_id)
    if not is_name(credential_id):
        raise unknown_object("credential", credential_id)
    kept = user_credentials
    sealed = place.connection.scalar(
        select(kept.c.sealed).where(
            kept.c.publisher_id == place.tenant,
            kept.c.user_id == place.sourced_id,
            kept.c.id == credential_id,
        )
    )
    if sealed is None:
        raise unknown_object("credential", credential_id)
    secret = vault.unseal(sealed)
    if not _owner(place, credential_id).items() <= secret.items():
        raise unknown_object("credential", credential_id)
    _note_opening(place, credential_id, opener)
    return secret["password"]


def _owner(place: Place, credential_id: str) -> dict[str, str]:
    return {"tenant": place.tenant, "user": place.sourced_id, "credential": credential_id}


def _note_opening(place: Place, credential_id: str, opener: Principal) -> None:
    row = {
        "publisher_id": place.tenant,
        "user_id": place.sourced_id,
        "id": ids.mint(),
        "credential_id": credential_id,
        "opener_kind": opener.kind,
        "opener_id": opener.client_id or opener.user_id,
        "opened_ms": place.now_ms,
    }
    place.connection.execute(insert(credential_openings).values(row))
    deed = Deed(
        action=Action.CREDENTIAL_OPENED, actor=Actor.of(opener), subject_id=place.sourced_id
    )
    trail.write(place.connection, place.tenant, deed, place.now_ms)


def _profile_for(place: Place, application_name: str) -> str:
    """Return the person's profile in an app, made when there is none.

    An app that the school lets in is known by its id, any other one by its name alone.
    """
    apps = {app.name: app.id for app in applications_in(place.connection, place.tenant)}
    application_id = apps.get(application_name, application_name)
    mine = and_(
        user_profiles.c.publisher_id == place.tenant,
        user_profiles.c.user_id == place.sourced_id,
    )
    found = place.connection.scalar(
        select(user_profiles.c.id)
        .where(mine, user_profiles.c.application_id == application_id)
        .order_by(user_profiles.c.id)
    )
    if found is not None:
        return str(found)
    row = {
        "publisher_id": place.tenant,
        "user_id": place.sourced_id,
        "id": ids.to_urn(ids.mint()),
        "profile_type": APP_PROFILE["profileType"],
        "vendor_id": APP_PROFILE["vendorId"],
        "application_id": application_id,
        "description": application_name,
    }
    place.connection.execute(insert(user_profiles).values(row))
    return row["id"]
