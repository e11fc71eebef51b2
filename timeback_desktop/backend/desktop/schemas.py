"""The wire between the window and the backend: names in camelCase, nothing extra."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from timeback_desktop import ids
from timeback_desktop.backend.endpoints import AUTHORIZE_PATH, JWKS_PATH, TOKEN_PATH
from timeback_desktop.backend.lti.service import HINT_LIFETIME_S
from timeback_desktop.backend.registry.logos import PictureKind
from timeback_desktop.backend.registry.service import (
    Application,
    ApplicationRegistration,
    ApplicationType,
    AppStatus,
    LaunchMethod,
    RegisteredApplication,
)
from timeback_desktop.backend.roster.service import Profile

_ID = r"^[!-~]{1,64}$"


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class ProfileOut(_Wire):
    """One tile of "Who is learning?"."""

    id: str
    given_name: str
    family_name: str
    role: str
    grade: str | None
    class_name: str | None
    org_name: str | None
    needs_pin: bool

    @classmethod
    def of(cls, person: Profile, *, needs_pin: bool) -> ProfileOut:
        """Write a profile of the roster."""
        return cls(
            id=person.id,
            given_name=person.given_name,
            family_name=person.family_name,
            role=person.role,
            grade=person.grade,
            class_name=person.class_name,
            org_name=person.org_name,
            needs_pin=needs_pin,
        )


class ProfilesOut(_Wire):
    """Everybody who may sign in here."""

    profiles: list[ProfileOut]


class StudentsOut(_Wire):
    """The students of a teacher."""

    students: list[ProfileOut]


class SignInIn(_Wire):
    """A person who wants to sign in."""

    user_id: str = Field(pattern=_ID)
    pin: str | None = Field(default=None, max_length=64)
    password: str | None = Field(default=None, max_length=256)


class SignedInUser(_Wire):
    """The person who signed in."""

    id: str
    given_name: str
    family_name: str
    role: str
    email: str


class SignInOut(_Wire):
    """A fresh token for a person, and the one that renews it."""

    access_token: str
    user: SignedInUser
    token_type: str = "Bearer"  # noqa: S105 the scheme's name
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


class AppOut(_Wire):
    """One card of the catalog."""

    id: str
    urn: str
    name: str
    description: str
    subject: str
    grades: list[str]
    icon_url: str | None
    cover_url: str | None
    accent: str
    status: AppStatus
    unavailable_reason: str | None
    application_type: ApplicationType
    launch_method: LaunchMethod
    allowed_hosts: list[str]
    embedded_media: list[str]

    @classmethod
    def of(cls, app: Application, pictures: Mapping[tuple[str, PictureKind], str]) -> AppOut:
        """Write an app of the registry, with the addresses at which we serve its pictures."""
        return cls(
            id=app.id,
            urn=ids.to_urn(app.id),
            name=app.name,
            description=app.description,
            subject=app.subject,
            grades=app.grades,
            icon_url=pictures.get((app.id, PictureKind.LOGO)),
            cover_url=pictures.get((app.id, PictureKind.COVER)),
            accent=app.accent,
            status=app.status,
            unavailable_reason=app.status_reason,
            application_type=app.application_type,
            launch_method=app.launch_method,
            allowed_hosts=app.allowed_hosts,
            embedded_media=app.embedded_media,
        )


class CatalogOut(_Wire):
    """What a person can open."""

    applications: list[AppOut]


class LaunchIn(_Wire):
    """An app to open, in a session that the window has minted."""

    application_id: str = Field(pattern=_ID)
    session_id: UUID


class LaunchOut(_Wire):
    """Where the launch begins, how many seconds it stays open, and what belongs to the app."""

    url: str
    allowed_hosts: list[str]
    expires_in: int = HINT_LIFETIME_S


class ApplicationIn(_Wire):
    """An app that a developer or a coach adds by hand."""

    name: str
    description: str
    login_url: str
    launch_url: str
    redirect_uris: list[str]
    subject: str = ""
    grades: list[str] = []
    accent: str = "#3b6fd4"
    icon_url: str | None = None
    cover_url: str | None = None
    jwks_url: str | None = None
    allowed_hosts: list[str] = []
    embedded_media: list[str] = []
    application_type: ApplicationType = ApplicationType.LEARNING_APP
    launch_method: LaunchMethod = LaunchMethod.LTI
    status: AppStatus = AppStatus.ACTIVE

    def registration(self) -> ApplicationRegistration:
        """Return the registration that the registry checks."""
        told = self.model_dump()
        lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        return ApplicationRegistration(**{**told, **lists})


class ApplicationOut(_Wire):
    """What the developer needs to set the app up; the secret is shown this once."""

    application_id: str
    app_urn: str
    client_id: str
    client_secret: str
    deployment_id: str
    issuer: str
    authorize_url: str
    jwks_url: str
    token_url: str

    @classmethod
    def of(cls, added: RegisteredApplication, issuer: str) -> ApplicationOut:
        """Write a fresh registration, with the addresses of this platform."""
        return cls(
            application_id=added.id,
            app_urn=ids.to_urn(added.id),
            client_id=added.client_id,
            client_secret=added.client_secret,
            deployment_id=added.deployment_id,
            issuer=issuer,
            authorize_url=f"{issuer}{AUTHORIZE_PATH}",
            jwks_url=f"{issuer}{JWKS_PATH}",
            token_url=f"{issuer}{TOKEN_PATH}",
        )
