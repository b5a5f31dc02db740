"""Is it alive, and is it well? Every answer is read from the rows at the moment of asking."""

from datetime import timedelta
from typing import Any

from mboa.storage.store import Connection, Store, StoreAway

# A loop polls at least every second; three missed beats and a margin mean that it is in trouble.
WORKER_SILENCE = timedelta(seconds=5)
LATE = timedelta(seconds=10)

_BEAT = """
INSERT INTO heartbeats (name, beaten_at) VALUES (:name, :at)
ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at"""
_STATE = """
SELECT (SELECT MAX(beaten_at) FROM heartbeats) AS worker_at,
       (SELECT MIN(due_at) FROM messages WHERE status = 'queued') AS outbox_at,
       (SELECT MIN(expires_at) FROM offers WHERE status = 'open') AS offers_at,
       (SELECT MIN(due_at) FROM requests WHERE due_at IS NOT NULL) AS requests_at"""


def beat(conn: Connection, name: str) -> None:
    """A worker says that its loops turn."""
    conn.run(_BEAT, name=name, at=conn.now)


def _checks(conn: Connection) -> dict[str, str]:
    state = conn.one(_STATE) or {}
    worker_at, outbox_at = state.get("worker_at"), state.get("outbox_at")
    timers = [at for at in (state.get("offers_at"), state.get("requests_at")) if at is not None]
    return {
        "database": "ok",
        "worker": "ok" if worker_at and conn.now - worker_at < WORKER_SILENCE else "down",
        "outbox": "ok" if outbox_at is None or conn.now - outbox_at < LATE else "late",
        "deadlines": "ok" if not timers or conn.now - min(timers) < LATE else "late",
    }


async def readiness(store: Store) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of ``/health/ready``: down without database or worker, degraded when work is late."""
    try:
        checks = await store.read(_checks)
    except StoreAway:
        checks = {"database": "down"}
    if "down" in checks.values():
        return 503, {"status": "down", "checks": checks}
    if "late" in checks.values():
        return 503, {"status": "degraded", "checks": checks}
    return 200, {"status": "ok", "checks": checks}
