"""Passwords: what a good one is, setting one, trying one.

The rules are those that help (NIST SP 800-63B): a least length, none of the ones that
everybody tries first, nothing out of the person's own name. Signs are not prescribed, and a
password does not expire.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, and_, delete, insert

from timeback_desktop.backend.auth.families import Holder, end_all_of
from timeback_desktop.backend.auth.tries import Outcome, Try, hashed, matches, try_secret
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.signin.models import account_passwords, user_passwords
from timeback_desktop.backend.signin.people import Person, people_called
from timeback_desktop.errors import ContractFault

LEAST, MOST = 8, 128
_WORDS_TRIED_FIRST = """
    00000000 11111111 12341234 12344321 123123123 12345678 123456789 1234567890 1q2w3e4r
    1qaz2wsx 87654321 987654321 abc12345 abcd1234 abcdefgh aa123456 asdfghjk asdfasdf
    admin123 baseball butterfly changeme charlie1 computer dolphins dragon12 elephant
    football iloveyou jennifer letmein1 liverpool michael1 minecraft monkey123 mustang1
    p@ssw0rd pass1234 passw0rd password password1 password12 password123 pokemon1
    princess princess1 qwer1234 qwert123 qwerty12 qwerty123 qwertyui qwertyuiop rainbow1
    school12 school123 starwars student1 student123 summer12 sunshine superman teacher1
    teacher123 timeback timeback1 trustno1 unicorn1 welcome1 welcome123 whatever zxcvbnm1
"""
_TRIED_FIRST = frozenset(_WORDS_TRIED_FIRST.split())


@cache
def _nobodys() -> str:
    return hashed("the password of nobody at all")


class Unfit(ContractFault):
    """A password that is refused; the message says what to change."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=422, pointer="/password")


def check_fit(person: Person, password: str) -> None:
    """Refuse a password that is too easy to find, with the reason."""
    typed = _normal(password)
    if len(typed) < LEAST:
        raise Unfit(f"A password has at least {LEAST} characters.")
    if len(typed) > MOST:
        raise Unfit(f"A password has at most {MOST} characters.")
    plain = typed.casefold()
    if plain.strip() in _TRIED_FIRST or len(set(plain)) < 3:
        raise Unfit("Many people use this password. Please think of another one.")
    if _only_of(plain, person):
        raise Unfit("A password needs more in it than your own name or e-mail address.")


def _only_of(plain: str, person: Person) -> bool:
    """Tell whether little is left of a password without the person's own names in it."""
    email = (person.email or "").casefold()
    own = {email, *re.split(r"[^\w]+", f"{person.name.casefold()} {email.partition('@')[0]}")}
    rest = plain
    for word in sorted(own, key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) > 1 else rest
    return rest != plain and len(rest) < LEAST // 2


def set_password(connection: Connection, person: Person, password: str, now_ms: int) -> None:
    """Give a person a password, and end all their sign-ins."""
    check_fit(person, password)
    table, _ = _kept(person.holder)
    owner = {name: value for name, value in person.holder.columns().items() if name in table.c}
    connection.execute(delete(table).where(_of(person.holder)))
    connection.execute(
        insert(table).values(**owner, password_hash=hashed(_normal(password)), set_ms=now_ms)
    )
    end_all_of(connection, person.holder, now_ms)


def has_password(connection: Connection, holder: Holder) -> bool:
    """Tell whether a person has a password."""
    table, kept = _kept(holder)
    return connection.scalar(table.select().where(_of(holder)).with_only_columns(kept)) is not None


def try_password(engine: Engine, holder: Holder, password: str, now_ms: int) -> Try:
    """Judge a password; a person without one has none to get right."""
    _, kept = _kept(holder)
    return try_secret(engine, kept, _of(holder), _normal(password), now_ms)


def sign_in(engine: Engine, login: str, password: str, now_ms: int) -> tuple[Try, Person | None]:
    """Judge what a person typed.

    A wrong name and a wrong password get the same answer for the same work. Only a wait
    tells that there is somebody of that name: better than none, and better than a lock.
    """
    with reading(engine) as connection:
        meant = people_called(connection, login)
    outcome = Try(Outcome.WRONG)
    for person in meant:
        tried = try_password(engine, person.holder, password, now_ms)
        if tried.outcome is Outcome.RIGHT:
            return tried, person
        if tried.outcome is Outcome.TOO_SOON:
            outcome = tried
        elif tried.outcome is Outcome.NONE_SET:
            matches(_nobodys(), _normal(password))
    if not meant:
        matches(_nobodys(), _normal(password))  # as much work as for somebody
    return outcome, None


def _kept(holder: Holder) -> tuple[Table, Column[str]]:
    table = account_passwords if holder.account_id else user_passwords
    return table, table.c.password_hash


def _of(holder: Holder) -> ColumnElement[bool]:
    if holder.account_id:
        return account_passwords.c.account_id == holder.account_id
    return and_(
        user_passwords.c.publisher_id == holder.publisher_id,
        user_passwords.c.user_id == holder.user_id,
    )


def _normal(password: str) -> str:
    """Return a password as it is hashed: the same letters from every keyboard."""
    return unicodedata.normalize("NFKC", password)
