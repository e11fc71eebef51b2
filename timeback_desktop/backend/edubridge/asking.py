"""Who asks about whom: every question to EduBridge is about one tenant, and often one student."""

from __future__ import annotations

from fastapi import HTTPException
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.roster.service import find_user, find_user_by_email, may_read
from timeback_desktop.errors import ContractFault


def tenant_of(principal: Principal) -> str:
    """Return whose data the caller works on, or answer 403."""
    if principal.publisher_id is None:
        raise HTTPException(403, "This token belongs to no school.")
    return principal.publisher_id


def client_tenant(principal: Principal) -> str:
    """Return whose data a client works on; a person may not ask about everybody."""
    if principal.kind is not PrincipalKind.CLIENT:
        raise HTTPException(403, "Only an API client may ask this.")
    return tenant_of(principal)


def student_of(
    connection: Connection, principal: Principal, student_id: str | None, email: str | None
) -> str:
    """Return the person that is asked about, when the caller may read about that person."""
    tenant = tenant_of(principal)
    if not student_id and not email:
        raise ContractFault("Name the student by studentId or email.", pointer="/studentId")
    found = find_user(connection, tenant, student_id) if student_id else None
    if not student_id and email:
        found = find_user_by_email(connection, tenant, email)
    if found is not None and may_read(connection, principal, found):
        return found
    if principal.kind is PrincipalKind.CLIENT:
        raise no_such("user", student_id or email or "")
    raise HTTPException(403, "This token may not read about this person.")


def no_such(kind: str, named: str) -> ContractFault:
    """Return the fault that there is no ``kind`` of that name."""
    return ContractFault(f"There is no {kind} {named!r} here.", status=404)
