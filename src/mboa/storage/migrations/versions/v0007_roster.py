"""What operators look for among providers: names without accents, who is blocked or deleted, who covers a zone."""

import sqlalchemy
from alembic import op

from mboa.understanding.normalise import fold

revision = "0007"
down_revision = "0006"

# The name as it is looked for and sorted by: lower case, without accents.
FOLDED = "ALTER TABLE providers ADD COLUMN folded TEXT NOT NULL DEFAULT ''"
NAMES = "SELECT id, name FROM providers"
FOLD = "UPDATE providers SET folded = :folded WHERE id = :id"
INDEXES = (
    "CREATE INDEX providers_by_name ON providers (folded, id) WHERE deleted_at IS NULL",
    "CREATE INDEX providers_available ON providers (available, folded, id) WHERE deleted_at IS NULL",
    "CREATE INDEX providers_blocked ON providers (folded, id) WHERE deleted_at IS NULL AND NOT active",
    "CREATE INDEX providers_deleted ON providers (folded, id) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX coverage_by_zone ON provider_coverage (zone, provider_id)",
    "CREATE INDEX blocks_of_provider ON blocks (provider_id)",
)


def upgrade() -> None:
    """Add the column, fold the names that are there, and index what lists are filtered by."""
    op.execute(FOLDED)
    bind = op.get_bind()
    for row in bind.execute(sqlalchemy.text(NAMES)).all():
        bind.execute(sqlalchemy.text(FOLD), {"id": row.id, "folded": fold(row.name)})
    for index in INDEXES:
        op.execute(index)
