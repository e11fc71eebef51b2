"""What can be judged only when a whole file was read: parents, people's roles, their agents.

Each judgement goes through the rows once, however they point to each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from timeback_desktop.backend.oneroster.files.columns import ROLES, USERS
from timeback_desktop.backend.oneroster.files.package import Mode
from timeback_desktop.backend.oneroster.files.references import References
from timeback_desktop.backend.oneroster.files.report import Refused, Report
from timeback_desktop.backend.oneroster.files.staging import Staged
from timeback_desktop.backend.oneroster.files.values import shown

_PARENT = "parentSourcedId"
_AGENTS = "agentSourcedIds"


def settle_parents(staged: Staged, references: References, report: Report) -> None:
    """Refuse rows whose parent is unknown, or who are their own ancestors."""
    parent = staged.file.own_parent
    if parent is None or parent not in staged.kept:
        return
    place = staged.kept.index(parent)
    parents = dict(references.parents(staged.file, parent))
    for batch in staged.batches():
        parents |= {row.name: row.values[place] for row in batch if not row.away}
    judged = _Ancestry(parents, staged, references)
    for name, message in [(name, judged.fault(name)) for name in list(staged.accepted)]:
        if message:
            line = staged.refuse(name)
            fault = Refused(staged.file.csv, line, name, _PARENT, message)
            report.refuse(staged.file.name, [fault])


class _Ancestry:
    """Walks up from a row, remembering what was found for those that come after it."""

    def __init__(
        self, parents: Mapping[str, str | None], staged: Staged, references: References
    ) -> None:
        self._parents, self._staged, self._references = parents, staged, references
        self._judged: dict[str, str | None] = {}

    def fault(self, name: str) -> str | None:
        """Return what is wrong with the ancestors of ``name``."""
        path: dict[str, None] = {}
        here: str | None = name
        while here is not None and here in self._parents and not self._seen(here, path):
            path[here] = None
            here = self._parents[here]
        if here in path:
            self._judge_circle(list(path)[list(path).index(here) :])
        elif here is not None and here not in self._judged:
            self._judge(list(path), self._references.fault(self._staged.file.name, here))
            return self._judged.get(name)
        bad = here is not None and self._judged[here] is not None
        below = f"is {shown(str(here))}, which was refused itself" if bad else None
        self._judge([each for each in path if each not in self._judged], below)
        return self._judged.get(name)

    def _seen(self, name: str, path: Mapping[str, None]) -> bool:
        return name in path or name in self._judged

    def _judge(self, path: Sequence[str], message: str | None) -> None:
        """Note what is wrong with the last of a path, which all before it stand upon."""
        for each in reversed(path):
            self._judged[each] = message
            message = message and f"is {shown(each)}, which was refused itself"

    def _judge_circle(self, circle: Sequence[str]) -> None:
        for each in circle:
            self._judged[each] = "leads back to the row itself: nothing can be its own ancestor"


@dataclass(slots=True)
class People:
    """The roles that users have after the import, as far as it tells: the foremost of each.

    A user's own row repeats the foremost role: a primary one, of the primary org if told.
    """

    foremost: dict[str, tuple[int, str, str, str]] = field(default_factory=dict)
    orgs: dict[str, str] = field(default_factory=dict)

    def offer(self, user: str, kind: str, name: str, role: str, org: str) -> None:
        """Tell of one role of a user."""
        rank = 2 if kind != "primary" else int(self.orgs.get(user, org) != org)
        offered = (rank, name, role, org)
        self.foremost[user] = min(offered, self.foremost.get(user, offered))


def settle_people(references: References, report: Report) -> People:
    """Refuse users without a role or with unknown agents; return the roles of the others."""
    users, roles = references.staged.get("users"), references.staged.get("roles")
    people = People()
    agents = _read_users(users, people) if users else {}
    if roles:
        _read_roles(roles, references, people)
    if users is None:
        return people
    there = references.there("users")
    for name in [each for each in users.accepted if each not in there]:
        if name not in people.foremost:
            _refuse_user(users, report, name, "", "has no role: roles.csv has no row for this user")
    _settle_agents(users, agents, references, report)
    if roles and users.refused:
        _take_back(roles, references, people, report)
    return people


def _read_users(users: Staged, people: People) -> dict[str, list[str]]:
    agents: dict[str, list[str]] = {}
    link = next((at for at, each in enumerate(users.links) if each.name == _AGENTS), None)
    place = users.kept.index("org_id") if "org_id" in users.kept else None
    for batch in users.batches():
        for row in batch:
            if place is not None and row.values[place]:
                people.orgs[row.name] = row.values[place]
            if link is not None and row.links[link]:
                agents[row.name] = row.links[link]
    return agents


def _read_roles(roles: Staged, references: References, people: People) -> None:
    at = {name: roles.kept.index(name) for name in ("user_id", "role_type", "role", "org_id")}
    affected: set[str] = set()
    for batch in roles.batches():
        for row in batch:
            user, kind, role, org = (row.values[place] for place in at.values())
            affected.add(user)
            if not row.away:
                people.offer(user, kind, row.name, role, org)
    if roles.mode is Mode.DELTA:
        for user, name, kind, role, org in references.roles_of(sorted(affected)):
            if name not in roles.accepted and name not in roles.away:
                people.offer(user, kind, name, role, org)


def _refuse_user(users: Staged, report: Report, name: str, column: str, message: str) -> None:
    line = users.refuse(name)
    report.refuse("users", [Refused(USERS.csv, line, name, column, message)])


def _settle_agents(
    users: Staged, agents: Mapping[str, list[str]], references: References, report: Report
) -> None:
    """Refuse those with unknown agents, then those whose agents were refused, and so on."""
    followers: dict[str, list[str]] = {}
    for name, chosen in agents.items():
        for agent in chosen:
            followers.setdefault(agent, []).append(name)
    doubted = list(followers)
    while doubted:
        agent = doubted.pop()
        fault = references.fault("users", agent)
        for name in followers.get(agent, ()) if fault else ():
            if name in users.accepted:
                _refuse_user(users, report, name, _AGENTS, str(fault))
                doubted.append(name)


def _take_back(roles: Staged, references: References, people: People, report: Report) -> None:
    """Refuse the roles of users who were refused and are not here yet."""
    place = roles.kept.index("user_id")
    gone: list[tuple[str, str]] = []
    for batch in roles.batches():
        told = ((row.name, row.values[place]) for row in batch if not row.away)
        gone += [(name, user) for name, user in told if references.fault("users", user)]
    for name, user in gone:
        line, message = roles.refuse(name), str(references.fault("users", user))
        people.foremost.pop(user, None)
        report.refuse("roles", [Refused(ROLES.csv, line, name, "userSourcedId", message)])
