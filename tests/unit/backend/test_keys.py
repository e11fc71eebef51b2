"""The keys that let the tables be spread over many machines: nothing is left to memory here."""

from __future__ import annotations

import pytest
from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from timeback_desktop.backend.db.tables import metadata

TENANT = "publisher_id"
STUDENT = {"user_id", "student_id"}

BY_HASH = "found by the hash of a secret, before anybody knows whose it is, and soon expired"
SHARED = {
    "access_tokens": BY_HASH,
    "account_passwords": "accounts are in no tenant",
    "accounts": "developers and those who run the platform are in no tenant",
    "api_clients": "found by the name of a client, before anybody knows whose it is",
    "applications": "one app may serve many schools; as many rows as there are apps",
    "authorization_codes": BY_HASH,
    "client_assertions": "found by the client, which is found before its tenant",
    "device_codes": BY_HASH,
    "federated_identities": "found by the name that a provider gives, before anybody knows whose",
    "invitations": BY_HASH,
    "lti_launch_hints": BY_HASH,
    "lti_subjects": "found by the app and the name that it knows a student by",
    "publishers": "the tenants themselves",
    "refresh_tokens": BY_HASH,
    "sign_in_attempts": BY_HASH,
    "sign_in_redirects": "a part of an app, which may serve many schools",
    "sign_ins": "the family of tokens; accounts that are in no tenant have them too",
}
"""Tables that every machine would hold in full, and why."""

TENANT_TABLES = [table for name, table in sorted(metadata.tables.items()) if name not in SHARED]


def columns(constraint: object) -> set[str]:
    assert isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint | ForeignKeyConstraint)
    return {column.name for column in constraint.columns}


def unique_sets(table: Table) -> list[set[str]]:
    kinds = (PrimaryKeyConstraint, UniqueConstraint)
    found = [columns(one) for one in table.constraints if isinstance(one, kinds)]
    return [*found, *({c.name for c in index.columns} for index in table.indexes if index.unique)]


def leading(table: Table) -> list[list[str]]:
    indexes = [[column.name for column in index.columns] for index in table.indexes]
    return [[column.name for column in table.primary_key.columns], *indexes]


def test_every_exception_is_a_table_that_exists() -> None:
    assert set(SHARED) <= set(metadata.tables)


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_the_tenant_leads_the_key_and_stands_in_everything_unique(table: Table) -> None:
    assert next(iter(table.primary_key.columns)).name == TENANT
    assert all(TENANT in names for names in unique_sets(table))


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_rows_point_only_to_rows_of_their_own_tenant(table: Table) -> None:
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table.name not in SHARED:
            pairs = {(key.parent.name, key.column.name) for key in constraint.elements}
            assert (TENANT, TENANT) in pairs, constraint.name


@pytest.mark.parametrize(
    "table", [table for table in TENANT_TABLES if STUDENT & set(table.columns.keys())], ids=str
)
def test_what_tells_of_a_student_is_found_by_the_student(table: Table) -> None:
    told = {names[1] for names in leading(table) if len(names) > 1 and names[0] == TENANT}
    assert told & STUDENT, f"no key or index of {table.name} leads to a student's rows"
