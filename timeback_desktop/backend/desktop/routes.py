"""The desktop's own routes; signing in needs the run secret, the rest a signed-in person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from timeback_desktop.backend.auth.principal import (
    Principal,
    bearer_token,
    require_desktop,
    require_user,
)
from timeback_desktop.backend.auth.service import revoke
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
from timeback_desktop.backend.outbound import may_reach_loopback
from timeback_desktop.backend.registry import logos
from timeback_desktop.backend.registry.history import Author, Step, write
from timeback_desktop.backend.registry.models import ENDED
from timeback_desktop.backend.registry.registration import columns_of
from timeback_desktop.backend.registry.service import (
    Application,
    ApplicationType,
    application,
    applications_in,
    home_publisher,
    is_granted,
    known_application,
    register_application,
)
from timeback_desktop.backend.roster.service import (
    Role,
    profile,
    profiles,
    students_of,
)
from timeback_desktop.backend.runtime import CurrentEngine, CurrentPlatform
from timeback_desktop.backend.signin.people import STAFF
from timeback_desktop.backend.signin.window import (
    needs_secret,
    people_with_secret,
    sign_in_at_window,
)

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


@router.get("/profiles", dependencies=[Depends(require_desktop)])
def who_is_learning(engine: CurrentEngine) -> ProfilesOut:
    """List everybody who may sign in at this desktop: guardians have no window at school."""
    with reading(engine) as connection:
        tenant = home_publisher(connection)
        known = profiles(connection, tenant) if tenant else []
        with_secret = people_with_secret(connection, tenant) if tenant else frozenset()
    people = (somebody for somebody in known if somebody.role is not Role.GUARDIAN)
    return ProfilesOut(
        profiles=[ProfileOut.of(p, needs_pin=needs_secret(p, with_secret)) for p in people]
    )


@router.post("/sign-in", dependencies=[Depends(require_desktop)])
def sign_in(asked: SignInIn, platform: CurrentPlatform, response: Response) -> SignInOut:
    """Sign a person in; whoever has a PIN or a password, or is no student, has to know it."""
    with reading(platform.engine) as connection:
        tenant = home_publisher(connection)
        person = profile(connection, tenant, asked.user_id) if tenant else None
    if person is None:
        raise HTTPException(404, "Nobody of that name learns here.")
    tokens = sign_in_at_window(platform, person, pin=asked.pin, password=asked.password)
    response.headers["Cache-Control"] = "no-store"
    user = SignedInUser(
        id=person.id,
        given_name=person.given_name,
        family_name=person.family_name,
        role=person.role,
        email=person.email or "",  # a roster need not know one; the window's events name one
    )
    return SignInOut(
        access_token=tokens.access.token,
        user=user,
        expires_in=tokens.access.expires_in,
        refresh_token=tokens.refresh.token,
        refresh_expires_in=(tokens.refresh.expires_ms - platform.now()) // 1000,
    )


@router.post("/sign-out", status_code=204)
def sign_out(person: CurrentPerson, platform: CurrentPlatform) -> None:
    """End the sign-in that this request was made with, all its tokens and open launches."""
    with writing(platform.engine) as connection:
        revoke(connection, person.token, platform.now())


@router.get("/catalog")
def catalog(person: CurrentPerson, platform: CurrentPlatform) -> CatalogOut:
    """List what the person can open."""
    with reading(platform.engine) as connection:
        granted = applications_in(connection, person.publisher_id)
        apps = [app for app in granted if _is_for(person, app)]
        pictures = logos.addresses(connection, apps, platform.settings.issuer_url)
    return CatalogOut(applications=[AppOut.of(app, pictures) for app in apps])


def _is_for(person: SignedIn, app: Application) -> bool:
    """Tell whether a person may know of an app: students need not see what staff works with."""
    is_student = Role.of(person.role) is Role.STUDENT
    return not (is_student and app.application_type is ApplicationType.INTERNAL)


@router.get("/students")
def students(person: CurrentPerson, engine: CurrentEngine) -> StudentsOut:
    """List the students of the classes that a teacher teaches; an administrator's are all."""
    role = Role.of(person.role)
    if role not in STAFF:
        raise HTTPException(403, "Only the staff of a school has students.")
    with reading(engine) as connection:
        if role is Role.TEACHER:
            taught = students_of(connection, person.publisher_id, person.user_id)
        else:
            everybody = profiles(connection, person.publisher_id)
            taught = [each for each in everybody if each.role is Role.STUDENT]
        with_secret = people_with_secret(connection, person.publisher_id)
    return StudentsOut(
        students=[ProfileOut.of(p, needs_pin=needs_secret(p, with_secret)) for p in taught]
    )


@router.post("/launches", status_code=201)
def launch(asked: LaunchIn, person: CurrentPerson, platform: CurrentPlatform) -> LaunchOut:
    """Open a launch for a minute and return the address at which it begins."""
    with writing(platform.engine) as connection:
        app = application(connection, asked.application_id)
        granted = app is not None and is_granted(connection, person.publisher_id, app.id)
        if app is None or not granted or not _is_for(person, app):
            raise HTTPException(404, "There is no such app here.")
        if app.status in ENDED:
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
    told = asked.registration()
    columns_of(told)
    gallery = logos.collect(told, None, loopback=may_reach_loopback(platform.settings))
    with writing(platform.engine) as connection:
        tenant = home_publisher(connection)
        if tenant is None:
            raise HTTPException(409, "There is no school here yet to add an app to.")
        added = register_application(connection, tenant, told, platform.now())
        app = known_application(connection, added.id)
        logos.keep(connection, app, gallery, platform.now())
        author = Author("desktop", by_platform=True, at_ms=platform.now())
        write(connection, app, author.did(Step.REGISTERED))
    return ApplicationOut.of(added, platform.settings.issuer_url)
