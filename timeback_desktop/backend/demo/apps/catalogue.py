"""The shelf of sample apps: what they are called, and how to build each for a platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

from timeback_desktop.backend.demo.apps.garden import app as garden
from timeback_desktop.backend.demo.apps.kit.config import AppConfig
from timeback_desktop.backend.demo.apps.lantern import app as lantern
from timeback_desktop.backend.demo.apps.lesson import app as lesson

__all__ = ["SAMPLES", "AppConfig", "Sample"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample app, as a catalogue lists it."""

    slug: str
    name: str
    description: str
    subject: str
    grades: tuple[str, ...]
    accent: str
    icon_svg: str
    embedded_media: tuple[str, ...]
    build: Callable[[AppConfig], ASGIApp]


SAMPLES: tuple[Sample, ...] = (
    Sample(
        slug=garden.SLUG,
        name=garden.NAME,
        description="Grow a garden, one sum at a time. Each answer shows how it works.",
        subject="Math",
        grades=("1", "2", "3", "4", "5"),
        accent="#2f7d4f",
        icon_svg=garden.ICON,
        embedded_media=(),
        build=garden.build,
    ),
    Sample(
        slug=lantern.SLUG,
        name=lantern.NAME,
        description="Short stories and true texts, with questions that point into the text.",
        subject="Reading",
        grades=("2", "3", "4", "5", "6"),
        accent="#6b4a9e",
        icon_svg=lantern.ICON,
        embedded_media=(),
        build=lantern.build,
    ),
    Sample(
        slug=lesson.SLUG,
        name=lesson.NAME,
        description="Little films about big questions, with a pause to think after each part.",
        subject="Science",
        grades=("3", "4", "5", "6"),
        accent="#1f6a8c",
        icon_svg=lesson.ICON,
        embedded_media=("webm",),
        build=lesson.build,
    ),
)
