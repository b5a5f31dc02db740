"""What the law asks: when a person was told what is kept, whether he wants it erased, up to where all is blurred."""

from alembic import op

revision = "0012"
down_revision = "0011"

TIME = {"sqlite": "TEXT", "postgresql": "TIMESTAMPTZ"}
BIG = {"sqlite": "INTEGER", "postgresql": "BIGINT"}
COLUMNS = ("consent_told_at", "erasing_since_at", "erased_at")
ERASING = "CREATE INDEX contacts_erasing ON contacts (erasing_since_at) WHERE erasing_since_at IS NOT NULL"
# Up to which row of each table texts and addresses are blurred.
RETENTION = "CREATE TABLE retention (name TEXT PRIMARY KEY, upto_id {big} NOT NULL)"


def upgrade() -> None:
    """Add columns and tables."""
    dialect = op.get_bind().dialect.name
    for column in COLUMNS:
        op.execute(f"ALTER TABLE contacts ADD COLUMN {column} {TIME[dialect]}")
    op.execute(RETENTION.format(big=BIG[dialect]))
    op.execute(ERASING)
