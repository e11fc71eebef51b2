"""Bringing a database up to the present, at start and without anybody's help.

The steps live beside this module and are found by its own path, so that they are found
in a frozen bundle too; there is no ``alembic.ini``. A database that a newer version wrote
is refused: an older program would misread what it does not know.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, String
from sqlalchemy.exc import DBAPIError

from timeback_desktop.backend.db.engine import rebuilding, writing
from timeback_desktop.errors import DatabaseTooNew, DatabaseUnusable


def migrate(engine: Engine, step: str = "head") -> None:
    """Bring the database to the newest step, or to another one, all in one transaction."""
    config = _config()
    try:
        with rebuilding(engine) as connection:
            _refuse_newer(connection, config)
            config.attributes["connection"] = connection
            command.upgrade(config, step)
    except DBAPIError as error:
        raise DatabaseUnusable(
            f"The database cannot be used: {error.orig}.",
            "Check that the data folder can be written to and that the disk is not full.",
        ) from error


def write_step(engine: Engine, message: str) -> None:
    """Write the step that leads from the database's tables to the code's."""
    config = _config()
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


def same_type(
    context: MigrationContext, _there: object, _here: object, kept: object, wanted: object
) -> bool | None:
    """Tell alembic that SQLite does not care how long a text may be; ask it otherwise."""
    text = isinstance(kept, String) and isinstance(wanted, String)
    return False if text and context.dialect.name == "sqlite" else None


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _refuse_newer(connection: Connection, config: Config) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    applied = set(MigrationContext.configure(connection).get_current_heads())
    if applied - known:
        raise DatabaseTooNew(
            "This database was written by a newer version of the program.",
            "Install that version, or choose another data folder.",
        )
