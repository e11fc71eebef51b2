"""What a school may set, in ``settings.toml`` of the data folder; every value has a default.

::

    timezone = "America/New_York"   # whose midnight divides the days; default: the computer's
    goal_minutes = 60               # a day's goal, for the ring
    [presence]                      # any threshold of presence.thresholds, in milliseconds
    work = 120000
    [rules]                         # any limit of waste.limits
    rushing_row = 4
    [probes]                        # what the operating system may be asked; see presence.probes
    screen = false
    [apps."APP-ID".rules]           # the same tables for one app ...
    rushing_mean_ms = 20000
    [students."STUDENT-ID"]         # ... and for one student, with an access profile
    access = "slow_reader"          # slow_reader, switch, screen_reader, paper

The later word wins: school, app, access profile, student. An unknown key or a wrong type is
refused with its name: a setting that silently does nothing is worse than none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.presence.probes import Switches
from timeback_desktop.presence.profiles import AccessProfile, adapted
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.waste.limits import RuleLimits

Table = Mapping[str, object]
_Limits = TypeVar("_Limits", Thresholds, RuleLimits)


class SettingsUnreadable(EnvironmentFault):
    """The settings file cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What differs for one app or one student: only the limits that are named."""

    access: AccessProfile = AccessProfile.STANDARD
    presence: Table = field(default_factory=dict)
    rules: Table = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation."""

    timezone: str
    goal_minutes: int = 60
    presence: Thresholds = field(default_factory=Thresholds)
    rules: RuleLimits = field(default_factory=RuleLimits)
    probes: Switches = field(default_factory=Switches)
    apps: Mapping[str, Override] = field(default_factory=dict)
    students: Mapping[str, Override] = field(default_factory=dict)

    def access_of(self, student_id: str) -> AccessProfile:
        """Return how a student works with the computer."""
        return self.students.get(student_id, Override()).access

    def limits_for(self, app_id: str, student_id: str) -> tuple[Thresholds, RuleLimits]:
        """Return the limits that hold for a student in an app."""
        app = self.apps.get(app_id, Override())
        student = self.students.get(student_id, Override())
        presence = adapted(_with(self.presence, app.presence), student.access)
        rules = _with(self.rules, app.rules)
        return _with(presence, student.presence), _with(rules, student.rules)


def load_settings(path: Path, *, timezone: str) -> Settings:
    """Read settings; a missing file means defaults with the given zone.

    Raises ``SettingsUnreadable`` naming the line or key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings(timezone)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    try:
        return _from_table(tomllib.loads(text), timezone)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise _unreadable(path, str(error)) from error


def _from_table(table: Table, timezone: str) -> Settings:
    _refuse_unknown(table, Settings, "")
    _check_limits(table, "")
    _refuse_unknown(table.get("probes"), Switches, "probes.")
    for group in ("apps", "students"):
        overrides = table.get(group, {})
        for name, override in overrides.items() if isinstance(overrides, dict) else ():
            prefix = f"{group}.{name}."
            _refuse_unknown(override, Override, prefix)
            _check_limits(override, prefix)
    settings = msgspec.convert({"timezone": timezone, **table}, Settings)
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"timezone: {settings.timezone!r} is not an IANA zone") from error
    return settings


def _check_limits(table: object, prefix: str) -> None:
    """Refuse limits that do not exist, are of a wrong type, or are below zero."""
    if not isinstance(table, dict):
        return
    for name, shape in (("presence", Thresholds), ("rules", RuleLimits)):
        limits = table.get(name, {})
        _refuse_unknown(limits, shape, f"{prefix}{name}.")
        if not isinstance(limits, dict):
            continue
        try:
            msgspec.convert(limits, shape)
        except msgspec.ValidationError as error:
            raise ValueError(str(error).replace("`$.", f"`{prefix}{name}.")) from error
        for key, value in limits.items():
            if isinstance(value, int | float) and value < 0:
                raise ValueError(f"{prefix}{name}.{key} is below zero")


def _with(limits: _Limits, changes: Table) -> _Limits:
    if not changes:
        return limits
    read = msgspec.convert(changes, type(limits))
    return replace(limits, **{name: getattr(read, name) for name in changes})


def _refuse_unknown(table: object, shape: type, prefix: str) -> None:
    if not isinstance(table, dict):
        return  # a wrong type is named by the conversion
    unknown = sorted(set(table) - {f.name for f in fields(shape)})
    if unknown:
        raise ValueError(f"{prefix}{unknown[0]} is not a setting")


def _unreadable(path: Path, reason: str) -> SettingsUnreadable:
    return SettingsUnreadable(
        f"{path.name} cannot be used: {reason}.", "Correct or remove it, then start again."
    )
