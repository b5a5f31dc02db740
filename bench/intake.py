"""The webhook's door: signed messages kept and answered, beside a bare handler that checks and keeps one row."""

from dataclasses import dataclass
from statistics import median

from bench.clients import again, newcomers
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


@dataclass(frozen=True, slots=True)
class Doors:
    """Mboa's door when people write for the first time, and when they write again; and the bare handler's."""

    newcomers: Door
    known: Door
    bare: Door


def run() -> None:
    """Both engines, and the load generator against a handler that does nothing."""
    with bare(None) as nothing:
        limit = median(_knock(nothing, [one for _, one in newcomers(5_000)]).rate for _ in range(ROUNDS))
    say("load generator alone", f"{limit:,.0f} /s", beside="a handler that does nothing, one process beside it")
    for engine in engines():
        doors = measure(engine, engine.fresh())
        for who, ours in (("from people it knows", doors.known), ("from newcomers", doors.newcomers)):
            what, beside = f"{engine.name}: webhooks {who}", f"the bare handler's {doors.bare.rate:,.0f} /s"
            judge(what, f"{ours.rate:,.0f} /s", beside, ours.rate / doors.bare.rate, (">=", 0.6))
            beside = f"the bare handler's {doors.bare.p99:.1f} ms"
            judge(f"{what}, p99", f"{ours.p99:.1f} ms", beside, ours.p99 / doors.bare.p99, ("<=", 3))


def measure(engine: Engine, database: Database, rounds: int = ROUNDS) -> Doors:
    """Mboa's door on this database and the bare handler's on its own, turn by turn."""
    first: list[Load] = []
    second: list[Load] = []
    others: list[Load] = []
    with receiver() as meta, mboa(database, meta.port, **HEARD_LATER) as ours, bare(engine.empty()) as reference:
        number, bare_number = (_number(server) for server in (ours, reference))
        for _ in range(rounds):
            people = newcomers(number)
            first.append(_knock(ours, [request for _, request in people]))
            others.append(_knock(reference, [request for _, request in newcomers(bare_number)]))
            second.append(_knock(ours, [request for _, request in again([phone for phone, _ in people])]))
    _check(database, WARM_UP + 2 * rounds * number)
    return Doors(_door(first), _door(second), _door(others))


def _number(server: Server) -> int:
    """So many requests take about a round."""
    return int(_knock(server, [request for _, request in newcomers(WARM_UP)]).rate * ROUND_SECONDS) + 1


def _door(loads: list[Load]) -> Door:
    return Door(median(load.rate for load in loads), median(load.percentile(0.99) for load in loads))


def _knock(server: Server, requests: list[bytes]) -> Load:
    return drive([server.port], requests)


def _check(database: Database, expected: int) -> None:
    """What was answered must be there."""
    with transaction(database) as conn:
        row = conn.one("SELECT COUNT(*) AS kept FROM messages WHERE status = 'received'") or {}
    if row["kept"] != expected:
        raise RuntimeError(f"{row['kept']} messages kept of {expected} answered for")
