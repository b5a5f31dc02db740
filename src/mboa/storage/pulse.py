"""The pulse of the work: when a worker last said that its loops turn, and the oldest thing that waits."""

from datetime import datetime

from mboa.storage.store import Connection

_BEAT = """
INSERT INTO heartbeats (name, beaten_at) VALUES (:name, :at)
ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at"""
# Two conditions on the status: SQLite takes the partial index for the first, which it finds there to the letter.
_PULSE = """
SELECT (SELECT MAX(beaten_at) FROM heartbeats) AS worker_at,
       (SELECT MIN(due_at) FROM messages WHERE status IN ('queued', 'sending') AND status = 'queued') AS outbox_at,
       (SELECT MIN(expires_at) FROM offers WHERE status = 'open') AS offers_at,
       (SELECT MIN(due_at) FROM requests WHERE due_at IS NOT NULL) AS requests_at"""


def beat(conn: Connection, name: str) -> None:
    """A worker says that its loops turn."""
    conn.run(_BEAT, name=name, at=conn.now)


def pulse(conn: Connection) -> tuple[datetime | None, datetime | None, datetime | None]:
    """The last beat of any worker, the earliest message due, the earliest timer."""
    row = conn.one(_PULSE) or {}
    timers = [at for at in (row.get("offers_at"), row.get("requests_at")) if at is not None]
    return row.get("worker_at"), row.get("outbox_at"), min(timers, default=None)
