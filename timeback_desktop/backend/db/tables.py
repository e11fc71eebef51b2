"""Every table of the backend: importing this fills ``metadata`` with all of them."""

from __future__ import annotations

from timeback_desktop.backend.auth import models as auth
from timeback_desktop.backend.custody import models as custody
from timeback_desktop.backend.db.metadata import metadata
from timeback_desktop.backend.edubridge import models as edubridge
from timeback_desktop.backend.events import models as events
from timeback_desktop.backend.gradebook import models as gradebook
from timeback_desktop.backend.lti import models as lti
from timeback_desktop.backend.oneroster.files import models as roster_files
from timeback_desktop.backend.progress import models as progress
from timeback_desktop.backend.registry import models as registry
from timeback_desktop.backend.rollups import models as rollups
from timeback_desktop.backend.roster import models as roster
from timeback_desktop.backend.sessions import metadata_models as session_metadata
from timeback_desktop.backend.sessions import models as sessions
from timeback_desktop.backend.signin import models as signin
from timeback_desktop.backend.webhooks import models as webhooks

__all__ = [
    "auth",
    "custody",
    "edubridge",
    "events",
    "gradebook",
    "lti",
    "metadata",
    "progress",
    "registry",
    "rollups",
    "roster",
    "roster_files",
    "session_metadata",
    "sessions",
    "signin",
    "webhooks",
]
