"""Figures of this moment, read from the rows: what waits, for how long, and how it goes."""

from datetime import datetime

from mboa.storage import figures
from mboa.storage.store import Connection

# Two conditions on the status: SQLite takes the partial index for the first, which it finds there to the letter.
_NOW = """
SELECT (SELECT COUNT(*) FROM messages WHERE status = 'received') AS inbox_waiting,
       (SELECT MIN(due_at) FROM messages WHERE status = 'received') AS inbox_at,
       (SELECT COUNT(*) FROM messages WHERE status IN ('queued', 'sending')) AS outbox_waiting,
       (SELECT MIN(due_at) FROM messages WHERE status IN ('queued', 'sending') AND status = 'queued') AS outbox_at,
       (SELECT MIN(expires_at) FROM offers WHERE status = 'open') AS offers_at,
       (SELECT COUNT(*) FROM offers WHERE status = 'open') AS offers_open,
       (SELECT MIN(due_at) FROM requests WHERE due_at IS NOT NULL) AS requests_at,
       (SELECT COUNT(*) FROM messages WHERE status = 'parked') AS messages_parked,
       (SELECT MAX(beaten_at) FROM heartbeats) AS worker_at,
       (SELECT MAX(made_at) FROM backups) AS backup_at,
       (SELECT MAX(verified_at) FROM backups) AS verified_at"""
_BY_STATUS = """
SELECT status, COUNT(*) AS n FROM requests WHERE status NOT IN ('completed', 'cancelled') GROUP BY status"""
_COUNTED = ("inbox_waiting", "outbox_waiting", "offers_open", "messages_parked")


def gauges(conn: Connection) -> list[tuple[str, str, float]]:
    """Name (with dots), the value of its label or ``""``, and the figure. What was never there has no age."""
    row, now = conn.one(_NOW) or {}, conn.now
    timers = [at for at in (row["offers_at"], row["requests_at"]) if at is not None]
    rung = min(timers, default=None)
    late = {"inbox.age": row["inbox_at"], "outbox.age": row["outbox_at"], "deadline.lateness": rung}
    since = {
        "worker.beat_age": row["worker_at"],
        "backup.age": row["backup_at"],
        "backup.verified_age": row["verified_at"],
    }
    return [
        ("success.rate", "", figures.success_rate(conn)),
        *((name.replace("_", ".", 1), "", float(row[name])) for name in _COUNTED),
        *((f"{name}_seconds", "", _seconds(at, now) if at else 0.0) for name, at in late.items()),
        *((f"{name}_seconds", "", _seconds(at, now)) for name, at in since.items() if at),
        *(("requests.live", status["status"], float(status["n"])) for status in conn.all(_BY_STATUS)),
    ]


def _seconds(at: datetime, now: datetime) -> float:
    """Since then; nothing for what lies ahead."""
    return max(0.0, (now - at).total_seconds())
