"""The desktop's own routes; signing in needs the run secret, the rest a signed-in person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from timeback_desktop.backend.auth.pins import Outcome, people_with_pin, try_pin
from timeback_desktop.backend.auth.principal import (
    Principal,
    bearer_token,
    require_desktop,
    require_user,
)
from timeback_desktop.backend.auth.service import issue_user_token, revoke_token
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.desktop.schemas import (
    ApplicationIn,
    ApplicationOut,
    AppOut,
    CatalogOut,
    LaunchIn,
    LaunchOut,
    ProfileOut,
    ProfilesOut,
    SignedInUser,
    SignInIn,
    SignInOut,
    StudentsOut,
)
from timeback_desktop.backend.lti.service import Launch, initiation_url, open_launch
from timeback_desktop.backend.registry.service import (
    AppStatus,
    application,
    applications_in,
    home_publisher,
    is_granted,
    register_application,
)
from timeback_desktop.backend.roster.service import (
    Profile,
    Role,
    profile,
    profiles,
    students_of,
)
from timeback_desktop.backend.runtime import CurrentEngine, CurrentPlatform, Platform

router = APIRouter(prefix="/desktop/1.0", tags=["desktop"])


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person at the window, and the token of this sign-in."""

    publisher_id: str
    user_id: str
    role: str
    token: str


def signed_in(person: Annotated[Principal, Depends(require_user)], request: Request) -> SignedIn:
    """Return the person who is calling; let nobody else pass."""
    token = bearer_token(request)
    if not (person.publisher_id and person.user_id and person.role and token):
        raise HTTPException(401, "Sign in first.")
    return SignedIn(person.publisher_id, person.user_id, person.role, token)


CurrentPerson = Annotated[SignedIn, Depends(signed_in)]


def _needs_pin(person: Profile, with_pin: frozenset[str]) -> bool:
    """Tell whether to ask: everybody who is no student is always asked."""
    return person.role is not Role.STUDENT or person.id in with_pin


@router.get("/profiles", dependencies=[Depends(require_desktop)])
def who_is_learning(engine: CurrentEngine) -> ProfilesOut:
    """List everybody who may sign in at this desktop."""
    with reading(engine) as connection:
        tenant = home_publisher(connection)
        people = profiles(connection, tenant) if tenant else []
        with_pin = people_with_pin(connection, tenant) if tenant else frozenset()
    return ProfilesOut(
        profiles=[ProfileOut.of(p, needs_pin=_needs_pin(p, with_pin)) for p in people]
    )


@router.post("/sign-in", dependencies=[Depends(require_desktop)])
def sign_in(asked: SignInIn, platform: CurrentPlatform, response: Response) -> SignInOut:
    """Sign a person in; whoever has a PIN, or is no student, has to know it."""
    with reading(platform.engine) as connection:
        tenant = home_publisher(connection)
        person = profile(connection, tenant, asked.user_id) if tenant else None
        with_pin = people_with_pin(connection, tenant) if tenant else frozenset()
    if person is None:
        raise HTTPException(404, "Nobody of that name learns here.")
    if _needs_pin(person, with_pin):
        _check_pin(platform, person, asked.pin)
    with writing(platform.engine) as connection:
        issued = issue_user_token(connection, person.publisher_id, person.id, platform.now())
    response.headers["Cache-Control"] = "no-store"
    user = SignedInUser(
        id=person.id,
        given_name=person.given_name,
        family_name=person.family_name,
        role=person.role,
        email=person.email,
    )
    return SignInOut(access_token=issued.token, user=user, expires_in=issued.expires_in)


def _check_pin(platform: Platform, person: Profile, pin: str | None) -> None:
    if not pin:
        raise HTTPException(403, "Please type your PIN.")
    tried = try_pin(platform.engine, person.publisher_id, person.id, pin, platform.now())
    match tried.outcome:
        case Outcome.RIGHT:
            return
        case Outcome.TOO_SOON:
            seconds = -(-tried.wait_ms // 1000)
            raise HTTPException(
                429,
                f"Please wait {seconds} seconds, then try again.",
                headers={"Retry-After": str(seconds)},
            )
        case Outcome.WRONG:
            raise HTTPException(403, "That PIN is not right. Please try again.")
        case Outcome.NO_PIN:
            raise HTTPException(403, "This person has no PIN yet.")


@router.post("/sign-out", status_code=204)
def sign_out(person: CurrentPerson, platform: CurrentPlatform) -> None:
    """End the sign-in that this request was made with, and its open launches."""
    with writing(platform.engine) as connection:
        revoke_token(connection, person.token, platform.now())


@router.get("/catalog")
def catalog(person: CurrentPerson, engine: CurrentEngine) -> CatalogOut:
    """List what the person can open."""
    with reading(engine) as connection:
        apps = applications_in(connection, person.publisher_id)
    return CatalogOut(applications=[AppOut.of(app) for app in apps])


@router.get("/students")
def students(person: CurrentPerson, engine: CurrentEngine) -> StudentsOut:
    """List the students of the classes that a teacher teaches."""
    if person.role != Role.TEACHER:
        raise HTTPException(403, "Only a teacher has students.")
    with reading(engine) as connection:
        taught = students_of(connection, person.publisher_id, person.user_id)
        with_pin = people_with_pin(connection, person.publisher_id)
    return StudentsOut(
        students=[ProfileOut.of(p, needs_pin=_needs_pin(p, with_pin)) for p in taught]
    )


@router.post("/launches", status_code=201)
def launch(asked: LaunchIn, person: CurrentPerson, platform: CurrentPlatform) -> LaunchOut:
    """Open a launch for a minute and return the address at which it begins."""
    with writing(platform.engine) as connection:
        app = application(connection, asked.application_id)
        if app is None or not is_granted(connection, person.publisher_id, app.id):
            raise HTTPException(404, "There is no such app here.")
        if app.status in {AppStatus.SUSPENDED, AppStatus.ARCHIVED}:
            raise HTTPException(409, app.status_reason or "This app is not available right now.")
        opened = Launch(
            publisher_id=person.publisher_id,
            user_id=person.user_id,
            application_id=app.id,
            session_id=str(asked.session_id),
            target_link_uri=app.launch_url,
        )
        opening = open_launch(connection, opened, person.token, platform.now())
    url = initiation_url(app, opening, platform.settings.issuer_url)
    return LaunchOut(url=url, allowed_hosts=app.allowed_hosts)


@router.post("/applications", status_code=201, dependencies=[Depends(require_desktop)])
def add_application(
    asked: ApplicationIn, platform: CurrentPlatform, response: Response
) -> ApplicationOut:
    """Register an app by hand with the school at this desktop."""
    response.headers["Cache-Control"] = "no-store"
    with writing(platform.engine) as connection:
        tenant = home_publisher(connection)
        if tenant is None:
            raise HTTPException(409, "There is no school here yet to add an app to.")
        added = register_application(connection, tenant, asked.registration(), platform.now())
    return ApplicationOut.of(added, platform.settings.issuer_url)
