"""Who and what an event is about, and whether its sender may say so.

Looks up what events name by IRI, each name once per envelope, and never beyond the
sender's tenant.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.events.facts import AUTO_ATTACH, EventFacts, PersonRef, instants_of
from timeback_desktop.backend.events.reading import is_lived
from timeback_desktop.backend.lti.models import lti_subjects
from timeback_desktop.backend.registry.service import is_granted
from timeback_desktop.backend.roster import service as roster
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.caliper.datatypes import is_event_id
from timeback_desktop.caliper.validation import Fault
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri, seeded


class Refusal(ContractFault):
    """An event that its sender may not send, or that names what is not there."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message, status=422, pointer=pointer)

    @property
    def fault(self) -> Fault:
        """Return what is wrong, and where in the event."""
        return Fault(self.pointer, str(self))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event belongs: the student, the app, the session if it names one."""

    user_id: str
    application_id: str | None
    session_id: str | None
    auto: bool


@dataclass(slots=True)
class Directory:
    """The look-ups of one sender during one envelope."""

    connection: Connection
    sender: Principal
    tenant: str
    _apps: dict[str, str | None] = field(default_factory=dict)
    _people: dict[tuple[PersonRef, str | None], str | None] = field(default_factory=dict)

    def place(self, facts: EventFacts) -> Place:
        """Return where an event belongs; :class:`Refusal` when it may not be sent."""
        for pointer, instant_ms in instants_of(facts):
            if not is_lived(instant_ms):
                raise Refusal(pointer, "is not a time that anybody has lived")
        application_id = self._application(facts.app_iri)
        user_id = self._student(facts.person, application_id)
        if facts.is_about_a_judgement:
            # Said about a session, perhaps long after it, perhaps by a coach: no part of it.
            return Place(user_id, application_id, None, auto=False)
        auto = facts.session is not None and facts.session.iri == AUTO_ATTACH
        if auto and application_id is None:
            raise Refusal("/edApp", "is required for an event that asks to be attached")
        session_id = None if auto else self._session_id(facts, user_id, application_id)
        return Place(user_id, application_id, session_id, auto)

    def _application(self, iri: str | None) -> str | None:
        own = self.sender.application_id
        if iri is None:
            if self.sender.measures:
                raise Refusal("/edApp", "is required")
            return own
        found = self._known_app(iri)
        if own is not None and found != own:
            raise Refusal("/edApp", "is not the app that this token belongs to")
        if found is None:
            raise Refusal("/edApp", "is not a registered app")
        return found

    def _known_app(self, iri: str) -> str | None:
        if iri not in self._apps:
            app_id = from_iri(iri)
            let_in = is_granted(self.connection, self.tenant, app_id)
            self._apps[iri] = app_id if let_in else None
        return self._apps[iri]

    def _student(self, person: PersonRef | None, application_id: str | None) -> str:
        if person is None:
            raise Refusal("/actor", "does not say which student this is about")
        key = (person, application_id)
        if key not in self._people:
            self._people[key] = self._look_up(person, application_id)
        found = self._people[key]
        if found is None:
            raise Refusal("/actor", "is not known here")
        if self.sender.kind is PrincipalKind.USER and found != self.sender.user_id:
            raise Refusal("/actor", "is not the person who is signed in")
        return found

    def _look_up(self, person: PersonRef, application_id: str | None) -> str | None:
        """Find a person by the name that the app knows, else by our own, else by e-mail."""
        name = from_iri(person.iri)
        email = person.email
        if person.iri.lower().startswith("mailto:"):
            email = person.iri[len("mailto:") :]
        return (
            self._by_subject(name, application_id)
            or roster.find_user(self.connection, self.tenant, name)
            or (roster.find_user_by_email(self.connection, self.tenant, email) if email else None)
        )

    def _by_subject(self, subject: str, application_id: str | None) -> str | None:
        if application_id is None:
            return None
        return self.connection.scalar(
            select(lti_subjects.c.user_id).where(
                lti_subjects.c.application_id == application_id,
                lti_subjects.c.publisher_id == self.tenant,
                lti_subjects.c.subject == subject,
            )
        )

    def _session_id(
        self, facts: EventFacts, user_id: str, application_id: str | None
    ) -> str | None:
        if facts.session is None:
            return None
        session_id = session_id_of(self.tenant, facts.session.iri)
        if self.sender.kind is PrincipalKind.CLIENT:
            known = sessions.find(self.connection, self.tenant, user_id, session_id)
            if known and known.application_id and known.application_id != application_id:
                raise Refusal("/session", "belongs to another app")
        return session_id


def session_id_of(tenant: str, iri: str) -> str:
    """Return the id of a session: the UUID of a URN, or one derived from any other IRI."""
    if is_event_id(iri):
        return from_iri(iri)
    return seeded(tenant, "session", iri)
