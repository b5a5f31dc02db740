"""How late a due deadline is attended to while 100,000 others are parked and nothing else happens."""

import time
from datetime import UTC, datetime, timedelta

from bench import seed
from bench.engines import engines, reading
from bench.report import p50, p99, spans, within
from bench.servers import lead, mboa, receiver
from mboa.storage import offers
from mboa.storage.store import Row
from tests.engines import Database

PARKED = 100_000
RINGS = 200
RINGS_PER_SECOND = 40
PATIENCE_SECONDS = 60.0
_RUNG = "SELECT expires_at, answered_at FROM offers WHERE status = 'expired' AND answered_at > :since"


def run() -> None:
    """Both engines."""
    for engine in engines():
        database = engine.fresh()
        seed.roster(database)
        late, query = measure(database)
        beside = f"p50 {p50(late):.1f} ms; the query for the next deadline takes {query:.3f} ms"
        within(f"{engine.name}: lateness among {PARKED:,}, p99", p99(late), 50, "ms", beside)


def measure(database: Database) -> tuple[list[float], float]:
    """Sorted milliseconds between the end of an offer and the transaction that settles it, and of the query for the
    next deadline."""
    seed.open_offers(database, PARKED, datetime.now(UTC) + timedelta(days=1))
    with reading(database) as conn:
        query = p50(spans(100, lambda: offers.next_due(conn)))
    with receiver() as meta:
        start = datetime.now(UTC) + lead(database, meta.port)
        seed.spread(database, [start + timedelta(seconds=number / RINGS_PER_SECOND) for number in range(RINGS)])
        with mboa(database, meta.port):
            if datetime.now(UTC) > start:
                raise RuntimeError("this start took three times as long as the one before")
            time.sleep((start - datetime.now(UTC)).total_seconds() + RINGS / RINGS_PER_SECOND)
            rung = _wait(database, start)
    return sorted((row["answered_at"] - row["expires_at"]) / timedelta(milliseconds=1) for row in rung), query


def _wait(database: Database, start: datetime) -> list[Row]:
    until = time.monotonic() + PATIENCE_SECONDS
    while len(rung := _rung(database, start)) < RINGS:
        if time.monotonic() > until:
            raise RuntimeError(f"{len(rung)} of {RINGS} deadlines rang")
        time.sleep(0.5)
    return rung


def _rung(database: Database, start: datetime) -> list[Row]:
    with reading(database) as conn:
        return conn.all(_RUNG, since=start - timedelta(seconds=1))
