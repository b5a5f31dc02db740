"""What the ways out bear: pace, breaker, paused templates; and the view of everything that will ring."""

from alembic import op

revision = "0002"
down_revision = "0001"

TIME = {"sqlite": "TEXT", "postgresql": "TIMESTAMPTZ"}
BIG = {"sqlite": "INTEGER", "postgresql": "BIGINT"}

# One line out for each channel. `ahead_at` is when the last message would have gone out at an even pace (GCRA).
# `failures` in a row trip the breaker: until `closed_until_at` nothing goes out, then one message probes (since
# `probing_at`).
# `cold_until_at`: nobody whose window is closed is written to before then.
LINES = """
CREATE TABLE lines (
    channel TEXT PRIMARY KEY, level INTEGER NOT NULL DEFAULT 0, ahead_at {time},
    failures INTEGER NOT NULL DEFAULT 0, closings INTEGER NOT NULL DEFAULT 0, closed_until_at {time},
    probing_at {time}, cold_until_at {time}, lowered_at {time}, reason TEXT
)"""

# One person's pace on one channel, by the same rule, and when he was last written to with his window closed.
PACES = """
CREATE TABLE paces (
    channel TEXT NOT NULL, contact_id {big} NOT NULL REFERENCES contacts (id), ahead_at {time} NOT NULL,
    cold_at {time}, PRIMARY KEY (channel, contact_id)
)"""

PAUSED_TEMPLATES = """
CREATE TABLE paused_templates (
    channel TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL, until_at {time} NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (channel, name, language)
)"""

# Which claim a message went out with: a claim whose commit nobody confirmed was surely not sent, and is taken back.
CLAIM = "ALTER TABLE messages ADD COLUMN claim TEXT"
CLAIMS = "CREATE INDEX messages_claim ON messages (claim) WHERE status = 'sending'"
# All that a look-up of somebody's address names: with less, PostgreSQL may read every user id of the channel instead.
ADDRESSES = "CREATE INDEX identities_of_contact ON identities (contact_id, scheme, channel, id)"
FORMER = "DROP INDEX identities_contact"
COLD = "CREATE INDEX paces_cold ON paces (channel, cold_at) WHERE cold_at IS NOT NULL"

TIMERS = """
CREATE VIEW v_timers AS
SELECT 'offer' AS kind, request_id, id AS offer_id, expires_at AS due_at FROM offers WHERE status = 'open'
UNION ALL SELECT due_kind, id, NULL, due_at FROM requests WHERE due_at IS NOT NULL"""


def upgrade() -> None:
    """Create the tables and the view."""
    dialect = op.get_bind().dialect.name
    for table in (LINES, PACES, PAUSED_TEMPLATES):
        op.execute(table.format(time=TIME[dialect], big=BIG[dialect]))
    for statement in (CLAIM, CLAIMS, ADDRESSES, FORMER, COLD):
        op.execute(statement)
    op.execute(TIMERS)
