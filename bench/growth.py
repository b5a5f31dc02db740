"""The same figures after 10,000, 100,000 and 1,000,000 past requests: what only grows must cost nothing."""

import os
import time
from collections.abc import Callable

from bench import end_to_end, expiry, intake, lateness, restart, seed
from bench.engines import Engine, engines
from bench.report import judge, p99, say
from bench.servers import mboa, receiver
from tests.engines import Database

SIZES = (10_000, 100_000, 1_000_000)
# `MBOA_BENCH_SIZES=1000,10000`: others, for a quick look.
SIZES_VARIABLE = "MBOA_BENCH_SIZES"
GOAL = 1.5
# Offers of the expiry apart from those that the lateness parked.
APART = 5_000_000
CROWD = 50

Measure = Callable[[Engine, Database], float]


def _intake(engine: Engine, database: Database) -> float:
    doors = intake.measure(engine, database, rounds=2)
    return doors.bare.rate / doors.newcomers.rate


def _end_to_end(engine: Engine, database: Database) -> float:
    way, reference = end_to_end.on(engine, database)
    return reference / way.rate


def _crowd(_engine: Engine, database: Database) -> float:
    with receiver() as meta, mboa(database, meta.port) as ours:
        end_to_end.walk(meta, [ours], CROWD)
        return max(end_to_end.walk(meta, [ours], CROWD).spans) / 1000


def _lateness(_engine: Engine, database: Database) -> float:
    late, _query = lateness.measure(database)
    return p99(late)


def _restart(engine: Engine, database: Database) -> float:
    seconds, reference = restart.measure(engine, database)
    return seconds / reference


def _expiry(_engine: Engine, database: Database) -> float:
    return expiry.measure(database, APART, with_roster=False)


# In this order: each leaves its rows to the next. The first two and the restart are beside their reference, so that a
# machine whose neighbours are busy does not pass for growth.
MEASURES: dict[str, tuple[str, Measure]] = {
    "intake": ("bare rate / rate", _intake),
    "end to end": ("bare rate / rate", _end_to_end),
    "50 clients at once, slowest": ("s", _crowd),
    "lateness, p99": ("ms", _lateness),
    "restart": ("x an empty database", _restart),
    f"{expiry.OFFERS:,} offers end": ("s", _expiry),
}


def run() -> None:
    """Both engines: every measure at every size, each beside the smallest. About half an hour."""
    sizes = _sizes()
    for engine in engines():
        smallest: dict[str, float] = {}
        for size in sizes:
            for name, figure in _at(engine, size).items():
                unit = MEASURES[name][0]
                what = f"{engine.name}, {size:,} past: {name}"
                if name not in smallest:
                    smallest[name] = figure
                    say(what, f"{figure:.2f} {unit}")
                else:
                    beside = f"{smallest[name]:.2f} {unit} at {sizes[0]:,}"
                    judge(what, f"{figure:.2f} {unit}", beside, figure / smallest[name], ("<=", GOAL))


def _sizes() -> list[int]:
    given = os.environ.get(SIZES_VARIABLE)
    return [int(size) for size in given.split(",")] if given else list(SIZES)


def _at(engine: Engine, size: int) -> dict[str, float]:
    database = engine.fresh()
    start = time.perf_counter()
    seed.roster(database)
    seed.past(database, size)
    say(f"{engine.name}, {size:,} past: filling", f"{time.perf_counter() - start:.0f} s")
    return {name: measure(engine, database) for name, (_, measure) in MEASURES.items()}
