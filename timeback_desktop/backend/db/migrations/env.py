"""What alembic runs for each command; the caller hands it an open connection."""

from alembic import context

from timeback_desktop.backend.db.migrate import same_type
from timeback_desktop.backend.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=same_type,
)
with context.begin_transaction():
    context.run_migrations()
