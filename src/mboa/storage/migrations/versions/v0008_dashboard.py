"""What the first page counts by a small index of its own: what failed."""

from alembic import op

revision = "0008"
down_revision = "0007"

FAILED = "CREATE INDEX messages_failed ON messages (created_at) WHERE status = 'failed'"


def upgrade() -> None:
    """Create the index."""
    op.execute(FAILED)
