"""Who and what events are about, and whether their sender may say so.

Looks up what the events of one group name by IRI, each name once and all at once, and never
beyond the tenant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.db.bulk import rows_in
from timeback_desktop.backend.events.facts import (
    AUTO_ATTACH,
    About,
    EventFacts,
    PersonRef,
    instants_of,
)
from timeback_desktop.backend.events.reading import LATEST_MS, is_lived
from timeback_desktop.backend.lti.models import lti_subjects
from timeback_desktop.backend.registry.models import application_grants, applications
from timeback_desktop.backend.roster import service as roster
from timeback_desktop.backend.roster.models import users
from timeback_desktop.caliper.datatypes import is_event_id
from timeback_desktop.caliper.entities import subject_on_wire
from timeback_desktop.caliper.validation import Fault
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri, seeded

_MAILTO = "mailto:"
_NO_SUBJECT = subject_on_wire("")


class Refusal(ContractFault):
    """An event that its sender may not send, or that names what is not there."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message, status=422, pointer=pointer)

    @property
    def fault(self) -> Fault:
        """Return what is wrong, and where in the event."""
        return Fault(self.pointer, str(self))


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an event belongs: the student, the app, the subject, the session if it names one."""

    user_id: str
    application_id: str | None
    session_id: str | None
    auto: bool
    subject: str


@dataclass(frozen=True, slots=True)
class _App:
    """An app that the tenant lets in; ``subject`` as it's written on the wire."""

    id: str
    subject: str


@dataclass(slots=True)
class Directory:
    """The look-ups for the events of one group, in one tenant."""

    connection: Connection
    tenant: str
    _apps: dict[str, _App | None] = field(default_factory=dict)
    _people: dict[tuple[PersonRef, str | None], str | None] = field(default_factory=dict)

    def learn(self, asked: Iterable[tuple[About, Principal]]) -> None:
        """Look up everything that is named, in a handful of statements."""
        named = [(about.app_iri, about.person, sender) for about, sender in asked]
        self._learn_apps({(iri, sender.application_id) for iri, _, sender in named})
        wanted: dict[str | None, set[PersonRef]] = {}
        for iri, person, sender in named:
            if person is not None:
                wanted.setdefault(self._app_for(iri, sender), set()).add(person)
        self._learn_people(wanted)

    def _learn_apps(self, named: set[tuple[str | None, str | None]]) -> None:
        ids = {iri: from_iri(iri) for iri, _ in named if iri is not None}
        own = {app_id for _, app_id in named if app_id is not None}
        wanted = sorted({*ids.values(), *own})
        where = {"publisher_id": self.tenant}
        let_in = [
            row[0]
            for row in rows_in(
                self.connection,
                application_grants,
                ("application_id",),
                where,
                "application_id",
                wanted,
            )
        ]
        known = {
            row[0]: _App(row[0], subject_on_wire(row[1] or ""))
            for row in rows_in(
                self.connection, applications, ("id", "subject"), {}, "id", [*let_in, *own]
            )
        }
        granted = set(let_in)
        self._apps = {iri: known.get(ids[iri]) if ids[iri] in granted else None for iri in ids}
        self._apps |= {app_id: known.get(app_id) for app_id in own}

    def _app_for(self, iri: str | None, sender: Principal) -> str | None:
        """Return the app that an event is about, as far as its sender may say so."""
        if iri is None:
            return sender.application_id
        found = self._apps.get(iri)
        return None if found is None else found.id

    def _learn_people(self, wanted: dict[str | None, set[PersonRef]]) -> None:
        """Find people by the name that the app knows, else by our own, else by e-mail."""
        everybody = {person for people in wanted.values() for person in people}
        names = {person: from_iri(person.iri) for person in everybody}
        where = {"publisher_id": self.tenant}
        ids = sorted(set(names.values()))
        ours = {row[0] for row in rows_in(self.connection, users, ("id",), where, "id", ids)}
        for app_id, people in wanted.items():
            subjects = self._subjects(app_id, [names[person] for person in people])
            for person in people:
                name = names[person]
                found = subjects.get(name) or (name if name in ours else None)
                self._people[person, app_id] = found or self._by_email(person)

    def _subjects(self, app_id: str | None, names: list[str]) -> dict[str, str]:
        if app_id is None:
            return {}
        where = {"application_id": app_id, "publisher_id": self.tenant}
        columns = ("subject", "user_id")
        found = rows_in(
            self.connection, lti_subjects, columns, where, "subject", sorted(set(names))
        )
        return {row[0]: row[1] for row in found}

    def _by_email(self, person: PersonRef) -> str | None:
        email = person.email
        if person.iri.lower().startswith(_MAILTO):
            email = person.iri[len(_MAILTO) :]
        return roster.find_user_by_email(self.connection, self.tenant, email) if email else None

    def place(self, about: About, sender: Principal, *, judges: bool) -> Place:
        """Return where events belong; :class:`Refusal` when they may not be sent.

        ``judges``: they are said about a session, perhaps long after it, perhaps by a coach,
        and no part of it.
        """
        app = self._application(about.app_iri, sender)
        app_id = None if app is None else app.id
        user_id = self._student(about.person, app_id, sender)
        subject = _NO_SUBJECT if app is None else app.subject
        place = place_of(self.tenant, about, user_id, app_id, subject, judges=judges)
        if place.auto and app_id is None:
            raise Refusal("/edApp", "is required for an event that asks to be attached")
        return place

    def _application(self, iri: str | None, sender: Principal) -> _App | None:
        own = sender.application_id
        if iri is None:
            if sender.measures:
                raise Refusal("/edApp", "is required")
            return None if own is None else self._apps.get(own)
        found = self._apps.get(iri)
        if own is not None and (found is None or found.id != own):
            raise Refusal("/edApp", "is not the app that this token belongs to")
        if found is None:
            raise Refusal("/edApp", "is not a registered app")
        return found

    def _student(self, person: PersonRef | None, app_id: str | None, sender: Principal) -> str:
        if person is None:
            raise Refusal("/actor", "does not say which student this is about")
        found = self._people.get((person, app_id))
        if found is None:
            raise Refusal("/actor", "is not known here")
        if sender.kind is PrincipalKind.USER and found != sender.user_id:
            raise Refusal("/actor", "is not the person who is signed in")
        return found


def place_of(  # noqa: PLR0913 - whose, what is told, and what was found out
    tenant: str,
    about: About,
    user_id: str,
    app_id: str | None,
    app_subject: str,
    *,
    judges: bool,
) -> Place:
    """Return the place of events whose student and app are known; pure.

    ``app_subject`` counts where the events tell no subject themselves.
    """
    subject = app_subject if about.subject is None else subject_on_wire(about.subject)
    iri = None if about.session is None or judges else about.session.iri
    auto = iri == AUTO_ATTACH
    session_id = None if iri is None or auto else session_id_of(tenant, iri)
    return Place(user_id, app_id, session_id, auto, subject)


def unlived(facts: EventFacts) -> Refusal | None:
    """Return why an event cannot be true: it names a time that nobody has lived."""
    told = facts.about.session
    silent = told is None or (told.started_ms is None and told.ended_ms is None)
    if silent and facts.until_ms < LATEST_MS and facts.began_ms >= 0:
        return None
    for pointer, instant_ms in instants_of(facts):
        if not is_lived(instant_ms):
            return Refusal(pointer, "is not a time that anybody has lived")
    return None


def session_id_of(tenant: str, iri: str) -> str:
    """Return the id of a session: the UUID of a URN, or one derived from any other IRI."""
    if is_event_id(iri):
        return from_iri(iri)
    return seeded(tenant, "session", iri)
