"""Is it alive, and is it well? Every answer is read from the rows at the moment of asking."""

import asyncio
from datetime import timedelta
from typing import Any

from mboa.storage.pulse import pulse
from mboa.storage.store import Connection, Store, StoreAway

# A loop polls at least every second; three missed beats and a margin mean that it is in trouble.
WORKER_SILENCE = timedelta(seconds=5)
LATE = timedelta(seconds=10)
# A database that does not answer within this is down, whatever it may say later.
SILENCE_SECONDS = 2.0


def _checks(conn: Connection) -> dict[str, str]:
    worker_at, outbox_at, timer_at = pulse(conn)
    return {
        "database": "ok",
        "worker": "ok" if worker_at and conn.now - worker_at < WORKER_SILENCE else "down",
        "outbox": "ok" if outbox_at is None or conn.now - outbox_at < LATE else "late",
        "deadlines": "ok" if timer_at is None or conn.now - timer_at < LATE else "late",
    }


async def readiness(store: Store) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of ``/health/ready``: down without database or worker, degraded when work is late."""
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            checks = await store.read(_checks)
    except (StoreAway, TimeoutError):
        checks = {"database": "down"}
    if "down" in checks.values():
        return 503, {"status": "down", "checks": checks}
    if "late" in checks.values():
        return 503, {"status": "degraded", "checks": checks}
    return 200, {"status": "ok", "checks": checks}
