"""Read summaries from the local store, with no window and no backend running."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from timeback_desktop.clock import SystemClock
from timeback_desktop.coaching.summary import DaySummary, local_date
from timeback_desktop.host.timezone import local_timezone
from timeback_desktop.paths import DataFolder
from timeback_desktop.settings import load_settings
from timeback_desktop.store.database import open_for_reading
from timeback_desktop.store.summaries import SummaryReader


def day_summary(data: Path | None, student_id: str, day: date | None) -> DaySummary:
    """Return one student's local day; today if none is named."""
    folder = DataFolder.at(data)
    settings = load_settings(folder.settings, timezone=local_timezone())
    reader = SummaryReader(open_for_reading(folder.client_database))
    today = local_date(SystemClock().stamp().utc_ms, settings.timezone)
    return reader.day(student_id, day or today, settings.timezone)
