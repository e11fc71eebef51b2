"""People as the platform describes them to this computer."""

from __future__ import annotations

import msgspec

from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.ids import UserId


class WrongPin(EnvironmentFault):
    """The PIN is not right, or was tried too often."""


class SignInFailed(EnvironmentFault):
    """Nobody was signed in; the cause says why."""


class Profile(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody who may sign in on this computer."""

    id: str
    given_name: str
    family_name: str
    role: str
    grade: str | None = None
    class_name: str | None = None
    org_name: str | None = None
    needs_pin: bool = False

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def is_student(self) -> bool:
        """Whether this is a student, not a coach."""
        return self.role == "student"


class Person(msgspec.Struct, frozen=True, rename="camel"):
    """Who is signed in."""

    id: UserId
    given_name: str
    family_name: str
    role: str
    email: str

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.family_name}"


class SignedIn(msgspec.Struct, frozen=True, rename="camel"):
    """A person and the token that speaks for them; kept in memory only.

    The refresh token is what the sign-in is renewed by; a platform may give none.
    """

    access_token: str
    expires_in: int
    user: Person
    refresh_token: str = ""

    def __repr__(self) -> str:
        """Name the person, never the token."""
        return f"SignedIn({self.user.id})"
