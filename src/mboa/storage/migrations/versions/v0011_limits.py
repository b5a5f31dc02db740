"""What is limited and what is counted, for all processes alike; and who writes so much that he is heard more seldom."""

from alembic import op

revision = "0011"
down_revision = "0010"

SQLITE = {"big": "INTEGER", "real": "REAL", "time": "TEXT", "unlogged": ""}
# An allowance that a crash forgets begins anew: its rows need no log, and writing them waits for no disk.
POSTGRESQL = {"big": "BIGINT", "real": "DOUBLE PRECISION", "time": "TIMESTAMPTZ", "unlogged": "UNLOGGED"}

# `spent_until`: the allowance is whole again at this second of the Unix clock (see storage/limits.py).
ALLOWANCES = "CREATE {unlogged} TABLE allowances (subject TEXT PRIMARY KEY, spent_until {real} NOT NULL)"
COUNTERS = """
CREATE TABLE counters (
    name TEXT NOT NULL, labels TEXT NOT NULL, value {real} NOT NULL, PRIMARY KEY (name, labels)
)"""
# The last batch of counts that each process brought: one whose commit was not confirmed is not added twice.
COUNTER_BATCHES = """
CREATE TABLE counter_batches (process TEXT PRIMARY KEY, number {big} NOT NULL, brought_at {time} NOT NULL)"""
# Not heard before this time, and when he was last asked to write less.
CALM_UNTIL = "ALTER TABLE contacts ADD COLUMN calm_until_at {time}"
CALMED = "ALTER TABLE contacts ADD COLUMN calmed_at {time}"
INDEX = "CREATE INDEX allowances_by_age ON allowances (spent_until)"


def upgrade() -> None:
    """Add the tables and columns."""
    kinds = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in (ALLOWANCES, COUNTERS, COUNTER_BATCHES, CALM_UNTIL, CALMED, INDEX):
        op.execute(statement.format(**kinds))
