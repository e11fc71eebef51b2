"""What a school may set, in ``settings.toml`` of the data folder; every value has a default.

::

    timezone = "America/New_York"   # whose midnight divides the days; default: the computer's
    goal_minutes = 60               # a day's goal, for the ring
    [presence]                      # any threshold of presence.thresholds, in milliseconds
    work = 120000

An unknown key or a wrong type is refused with its name: a setting that silently does
nothing is worse than none.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.presence.thresholds import Thresholds


class SettingsUnreadable(EnvironmentFault):
    """The settings file cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation."""

    timezone: str
    goal_minutes: int = 60
    presence: Thresholds = field(default_factory=Thresholds)


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


def _from_table(table: dict[str, object], timezone: str) -> Settings:
    _refuse_unknown(table, Settings, "")
    presence = table.get("presence", {})
    if isinstance(presence, dict):
        _refuse_unknown(presence, Thresholds, "presence.")
    settings = msgspec.convert({"timezone": timezone, **table}, Settings)
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"timezone: {settings.timezone!r} is not an IANA zone") from error
    return settings


def _refuse_unknown(table: dict[str, object], shape: type, prefix: str) -> None:
    unknown = sorted(set(table) - {f.name for f in fields(shape)})
    if unknown:
        raise ValueError(f"{prefix}{unknown[0]} is not a setting")


def _unreadable(path: Path, reason: str) -> SettingsUnreadable:
    return SettingsUnreadable(
        f"{path.name} cannot be used: {reason}.", "Correct or remove it, then start again."
    )
