"""Is it alive, and is it well? Every answer is read from the rows at the moment of asking."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from mboa.storage import backups, quarantine
from mboa.storage.pulse import pulse
from mboa.storage.store import Connection, Store, StoreAway

# A loop polls at least every second; three missed beats and a margin mean that it is in trouble.
WORKER_SILENCE = timedelta(seconds=5)
LATE = timedelta(seconds=10)
# A database that does not answer within this is down, whatever it may say later.
SILENCE_SECONDS = 2.0
# Trouble that a person must see, and that another process in this one's place would not end: no reason to send the
# webhooks elsewhere.
FOR_PEOPLE = frozenset({"backup", "restored"})


def _state(conn: Connection) -> dict[str, Any]:
    worker_at, outbox_at, timer_at = pulse(conn)
    backup, held = backups.standing(conn), quarantine.waiting(conn)
    checks = {
        "database": "ok",
        "worker": "ok" if worker_at and conn.now - worker_at < WORKER_SILENCE else "down",
        "outbox": "ok" if outbox_at is None or conn.now - outbox_at < LATE else "late",
        "deadlines": "ok" if timer_at is None or conn.now - timer_at < LATE else "late",
        "backup": str(backup.state),
    }
    details = {
        "worker_seconds": _age(conn, worker_at),
        "outbox_seconds": _age(conn, outbox_at),
        "deadlines_seconds": _age(conn, timer_at),
        "backup_seconds": _age(conn, backup.made_at),
        "backup_verified_seconds": _age(conn, backup.last["verified_at"] if backup.last else None),
    }
    if held:
        checks["restored"] = "waiting"
        details["restored_seconds"] = _age(conn, held.since_at)
    return {"checks": checks, "details": details}


def _age(conn: Connection, since: datetime | None) -> float | None:
    """Seconds since then; what is not due yet is not old."""
    return None if since is None else round(max(0.0, (conn.now - since).total_seconds()), 1)


async def readiness(store: Store) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of ``/health/ready``.

    503: down without database or worker, degraded when work is late. 200: all is well, or degraded by what only people
    can mend (a backup is late or failed, something restored waits for a decision).
    """
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            found = await store.read(_state)
    except (StoreAway, TimeoutError):
        found = {"checks": {"database": "down"}, "details": {}}
    troubles = {name: state for name, state in found["checks"].items() if state not in {"ok", "off"}}
    if "down" in troubles.values():
        return 503, {"status": "down", **found}
    if troubles:
        return 200 if troubles.keys() <= FOR_PEOPLE else 503, {"status": "degraded", **found}
    return 200, {"status": "ok", **found}
