"""The webhook's door: signed messages kept and answered, beside a bare handler that checks and keeps one row."""

from dataclasses import dataclass
from statistics import median

from bench.clients import newcomers
from bench.engines import Engine, engines, transaction
from bench.report import judge, say
from bench.servers import Server, bare, mboa, receiver
from bench.wire import Load, drive
from tests.engines import Database

ROUNDS = 3
ROUND_SECONDS = 1.5
WARM_UP = 300
# Longer than the run: what is kept is heard later, so that the door alone is measured.
HEARD_LATER = {"MBOA_BURST_SECONDS": "3600"}


@dataclass(frozen=True, slots=True)
class Door:
    """Answers per second, and the milliseconds that 99 of 100 did not pass: medians of the rounds."""

    rate: float
    p99: float


def run() -> None:
    """Both engines, and the load generator against a handler that does nothing."""
    with bare(None) as nothing:
        limit = median(_knock(nothing, 5_000).rate for _ in range(ROUNDS))
    say("load generator alone", f"{limit:,.0f} /s", beside="a handler that does nothing, one process beside it")
    for engine in engines():
        ours, reference = measure(engine, engine.fresh())
        beside = f"the bare handler's {reference.rate:,.0f} /s"
        judge(f"{engine.name}: webhook intake", f"{ours.rate:,.0f} /s", beside, ours.rate / reference.rate, (">=", 0.6))
        beside = f"the bare handler's {reference.p99:.1f} ms"
        judge(f"{engine.name}: its p99", f"{ours.p99:.1f} ms", beside, ours.p99 / reference.p99, ("<=", 3))


def measure(engine: Engine, database: Database, rounds: int = ROUNDS) -> tuple[Door, Door]:
    """Mboa's door on this database and the bare handler's on its own, turn by turn."""
    found: list[list[Load]] = [[], []]
    with receiver() as meta, mboa(database, meta.port, **HEARD_LATER) as ours, bare(engine.empty()) as reference:
        turns = [(server, int(_knock(server, WARM_UP).rate * ROUND_SECONDS) + 1) for server in (ours, reference)]
        for _ in range(rounds):
            for (server, requests), loads in zip(turns, found, strict=True):
                loads.append(_knock(server, requests))
    _check(database, WARM_UP + rounds * turns[0][1])
    doors = [
        Door(median(load.rate for load in loads), median(load.percentile(0.99) for load in loads)) for loads in found
    ]
    return doors[0], doors[1]


def _knock(server: Server, requests: int) -> Load:
    return drive([server.port], [request for _, request in newcomers(requests)])


def _check(database: Database, expected: int) -> None:
    """What was answered must be there."""
    with transaction(database) as conn:
        row = conn.one("SELECT COUNT(*) AS kept FROM messages WHERE status = 'received'") or {}
    if row["kept"] != expected:
        raise RuntimeError(f"{row['kept']} messages kept of {expected} answered for")
