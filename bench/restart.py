"""From SIGKILL to ready with 100,000 open offers, beside an empty database."""

import time
from datetime import UTC, datetime, timedelta
from statistics import median

from bench import seed
from bench.clients import newcomers
from bench.engines import Engine, engines
from bench.report import judge
from bench.servers import Receiver, mboa, receiver
from bench.wire import drive
from tests.engines import Database

OPEN = 100_000
ROUNDS = 3
# So that the killed process leaves something behind to be recovered.
WRITTEN = 100


def run() -> None:
    """Both engines."""
    for engine in engines():
        full = engine.fresh()
        seed.roster(full)
        seed.open_offers(full, OPEN, datetime.now(UTC) + timedelta(days=1))
        seconds, reference = measure(engine, full)
        beside = f"an empty database, {reference:.2f} s"
        what = f"{engine.name}: SIGKILL to ready, {OPEN:,} open offers"
        judge(what, f"{seconds:.2f} s", beside, seconds / reference, ("<=", 1.5))


def measure(engine: Engine, full: Database) -> tuple[float, float]:
    """Median seconds from the start to ready after a kill, on this database and on an empty one, turn by turn."""
    databases = (full, engine.fresh())
    found: tuple[list[float], list[float]] = ([], [])
    with receiver() as meta:
        for database in databases:
            _start_and_kill(database, meta)
        for _ in range(ROUNDS):
            for database, seconds in zip(databases, found, strict=True):
                seconds.append(_start_and_kill(database, meta))
    return median(found[0]), median(found[1])


def _start_and_kill(database: Database, meta: Receiver) -> float:
    start = time.perf_counter()
    with mboa(database, meta.port) as server:
        seconds = time.perf_counter() - start
        drive([server.port], [request for _, request in newcomers(WRITTEN)])
        server.process.kill()
        server.process.wait()
    return seconds
