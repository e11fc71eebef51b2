"""The wire of the registry: names in camelCase, as TimeBack's own documentation has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from timeback_desktop import ids
from timeback_desktop.backend.endpoints import AUTHORIZE_PATH, JWKS_PATH, TOKEN_PATH
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry import history
from timeback_desktop.backend.registry.addresses import host_of
from timeback_desktop.backend.registry.lifecycle import Draft
from timeback_desktop.backend.registry.logos import PictureKind
from timeback_desktop.backend.registry.service import (
    Application,
    ApplicationRegistration,
    ApplicationType,
    AppStatus,
    LaunchMethod,
)
from timeback_desktop.backend.sandbox.service import SandboxClient
from timeback_desktop.clock import iso_utc

Addresses = Mapping[tuple[str, PictureKind], str]
_DAY_S = 24 * 3600


class Wire(BaseModel):
    """A body of this package."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", str_max_length=4096
    )


class ApplicationIn(Wire):
    """What a developer tells about an app; addresses beside ``launchUrl`` follow from it."""

    name: Annotated[str, Field(examples=["Fraction Forest"], description="1 to 256 characters")]
    description: Annotated[str, Field(examples=["Sums among trees."])]
    launch_url: Annotated[str, Field(examples=["https://forest.example/launch"])]
    application_type: ApplicationType = ApplicationType.LEARNING_APP
    login_url: str | None = None
    redirect_uris: list[str] | None = None
    jwks_url: str | None = None
    jwks: dict[str, Any] | None = None
    subject: str = ""
    grades: list[str] = []
    logo_url: Annotated[
        str | None, Field(validation_alias=AliasChoices("logoUrl", "iconUrl", "icon"))
    ] = None
    cover_image_url: Annotated[
        str | None, Field(validation_alias=AliasChoices("coverImageUrl", "coverUrl", "cover"))
    ] = None
    accent: str = "#3b6fd4"
    launch_method: LaunchMethod = LaunchMethod.LTI
    allowed_hosts: list[str] = []
    embedded_media: list[str] = []
    metadata: dict[str, Any] | None = None

    def registration(self) -> ApplicationRegistration:
        """Return the registration of a draft that the registry checks."""
        return ApplicationRegistration(
            name=self.name,
            description=self.description,
            launch_url=self.launch_url,
            login_url=self.login_url or self.launch_url,
            redirect_uris=tuple(self.redirect_uris or [self.launch_url]),
            jwks_url=self.jwks_url,
            jwks=self.jwks,
            subject=self.subject,
            grades=tuple(self.grades),
            icon_url=self.logo_url,
            cover_url=self.cover_image_url,
            accent=self.accent,
            application_type=self.application_type,
            launch_method=self.launch_method,
            allowed_hosts=tuple(self.allowed_hosts),
            embedded_media=tuple(self.embedded_media),
            metadata=self.metadata,
            status=AppStatus.DRAFT,
        )

    def changed_by(self, change: ApplicationChange) -> ApplicationIn:
        """Return the same with what a change names, and what follows from that."""
        told = change.model_dump(exclude_unset=True)
        return self.model_copy(update=told)

    @classmethod
    def of(cls, app: Application, jwks: dict[str, Any] | None) -> Self:
        """Return what was told about an app, without what followed from it."""
        own = {host_of(url) for url in (app.login_url, app.launch_url, *app.redirect_uris)}
        return cls(
            name=app.name,
            description=app.description,
            launch_url=app.launch_url,
            login_url=None if app.login_url == app.launch_url else app.login_url,
            redirect_uris=None if app.redirect_uris == [app.launch_url] else app.redirect_uris,
            jwks_url=app.jwks_url,
            jwks=jwks,
            subject=app.subject,
            grades=app.grades,
            logo_url=app.icon_url,
            cover_image_url=app.cover_url,
            accent=app.accent,
            application_type=app.application_type,
            launch_method=app.launch_method,
            allowed_hosts=[host for host in app.allowed_hosts if host not in own],
            embedded_media=app.embedded_media,
            metadata=app.metadata,
        )


class DraftIn(ApplicationIn):
    """An app to be registered, and for which publisher."""

    publisher_id: UUID | None = None


class ApplicationChange(ApplicationIn):
    """What is to be different about an app; what is not named stays."""

    name: str = ""
    description: str = ""
    launch_url: str = ""


class SandboxCredentials(Wire):
    """How an app calls the sandbox; the secret is told at registration and never again."""

    client_id: str
    scopes: list[str]
    token_url: str

    @classmethod
    def of(cls, client: SandboxClient, issuer: str) -> Self:
        """Write the credentials of a sandbox."""
        return cls(
            client_id=client.client_id,
            scopes=list(client.scopes),
            token_url=token_url(issuer, Environment.SANDBOX),
        )


class SandboxSecret(SandboxCredentials):
    """The same, this once with the secret."""

    client_secret: str


class DraftOut(Wire):
    """What a developer needs to set the app up; the secrets are shown this once."""

    app_urn: str
    application_id: str
    client_id: str
    client_secret: str
    publisher_id: str
    deployment_id: str
    status: AppStatus
    scopes: list[str]
    token_url: str
    issuer: str
    authorize_url: str
    jwks_url: str
    sandbox: SandboxSecret
    warnings: list[str]

    @classmethod
    def of(cls, draft: Draft, scopes: Sequence[str], warnings: Sequence[str], issuer: str) -> Self:
        """Write a fresh registration, with the addresses of this platform."""
        told = SandboxCredentials.of(draft.sandbox, issuer).model_dump()
        return cls(
            app_urn=ids.to_urn(draft.app.id),
            application_id=draft.app.id,
            client_id=draft.registered.client_id,
            client_secret=draft.registered.client_secret,
            publisher_id=draft.app.publisher_id,
            deployment_id=draft.app.deployment_id,
            status=draft.app.status,
            scopes=list(scopes),
            token_url=token_url(issuer, Environment.PRODUCTION),
            issuer=issuer,
            authorize_url=f"{issuer}{AUTHORIZE_PATH}",
            jwks_url=f"{issuer}{JWKS_PATH}",
            sandbox=SandboxSecret(**told, client_secret=draft.sandbox.secret or ""),
            warnings=list(warnings),
        )


class ApplicationOut(Wire):
    """An app as those see it who look after it."""

    sourced_id: str
    status: AppStatus
    date_created: str
    date_last_modified: str
    metadata: dict[str, Any] | None
    name: str
    description: str
    logo_url: str | None
    cover_image_url: str | None
    application_type: ApplicationType
    launch_url: str
    is_lti_compliant: bool
    is_lti_v1p3_compliant: Annotated[bool, Field(serialization_alias="isLtiV1P3Compliant")]
    application_id: str
    app_urn: str
    publisher_id: str
    client_id: str
    deployment_id: str
    status_reason: str | None
    promotion_asked_at: str | None
    login_url: str
    redirect_uris: list[str]
    jwks_url: str | None
    subject: str
    grades: list[str]
    accent: str
    launch_method: LaunchMethod
    allowed_hosts: list[str]
    embedded_media: list[str]
    warnings: list[str] = []
    next_action: str | None = None

    @classmethod
    def of(cls, app: Application, pictures: Addresses) -> Self:
        """Write an app of the registry."""
        asked, by_lti = app.promotion_asked_ms, app.launch_method is LaunchMethod.LTI
        return cls(
            sourced_id=app.id,
            status=app.status,
            date_created=iso_utc(app.created_ms),
            date_last_modified=iso_utc(app.modified_ms),
            metadata=app.metadata,
            name=app.name,
            description=app.description,
            logo_url=pictures.get((app.id, PictureKind.LOGO)),
            cover_image_url=pictures.get((app.id, PictureKind.COVER)),
            application_type=app.application_type,
            launch_url=app.launch_url,
            is_lti_compliant=by_lti,
            is_lti_v1p3_compliant=by_lti,
            application_id=app.id,
            app_urn=ids.to_urn(app.id),
            publisher_id=app.publisher_id,
            client_id=app.client_id,
            deployment_id=app.deployment_id,
            status_reason=app.status_reason,
            promotion_asked_at=None if asked is None else iso_utc(asked),
            login_url=app.login_url,
            redirect_uris=app.redirect_uris,
            jwks_url=app.jwks_url,
            subject=app.subject,
            grades=app.grades,
            accent=app.accent,
            launch_method=app.launch_method,
            allowed_hosts=app.allowed_hosts,
            embedded_media=app.embedded_media,
        )


class Pagination(Wire):
    """Where a page lies."""

    limit: int
    offset: int
    total: int
    has_more: bool


class ApplicationsOut(Wire):
    """A page of apps."""

    applications: list[ApplicationOut]
    pagination: Pagination


class RotationIn(Wire):
    """How long the secret before stays good; 0 ends it and its tokens at once."""

    overlap_seconds: Annotated[int, Field(ge=0, le=7 * _DAY_S)] = _DAY_S


class SecretOut(Wire):
    """A new secret, shown this once."""

    client_id: str
    client_secret: str
    previous_good_until: str | None


class SuspensionIn(Wire):
    """Why an app is suspended; students are told."""

    reason: Annotated[str, Field(min_length=1, max_length=256)]


class HistoryEntry(Wire):
    """One line of the history of an app."""

    what: history.Step
    who: str
    by_platform: bool
    note: str | None
    at: str

    @classmethod
    def of(cls, entry: history.Entry) -> Self:
        """Write a line of the history."""
        return cls(
            what=entry.what,
            who=entry.who,
            by_platform=entry.by_platform,
            note=entry.note,
            at=iso_utc(entry.at_ms),
        )


class HistoryOut(Wire):
    """The whole history of an app, oldest first."""

    history: list[HistoryEntry]


def token_url(issuer: str, environment: Environment) -> str:
    """Return where a token for an environment is asked for."""
    return f"{issuer}{environment.prefix}{TOKEN_PATH}"


def is_own_picture(url: str | None, app_id: str, kind: PictureKind) -> bool:
    """Tell whether an address is the one that we serve a picture at: an app told back to us."""
    return url is not None and urlsplit(url).path == f"/applications/1.0/{app_id}/{kind}"
