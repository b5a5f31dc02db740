"""A whole success story: how many SQL statements each message costs, and how many messages each side gets."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.report import say
from mboa.keyring import Keyring
from mboa.storage.migrate import migrate
from mboa.storage.store import Connection, Loop, Row, Store
from tests.city import NEED, City, Person
from tests.engines import Database, HandClock

# The look of a loop that finds nothing to do is not a message's cost.
IDLE = ("due", "pending", "seconds_to_next", "find_due")


class Counting:
    """A connection that counts what is asked of it."""

    def __init__(self, conn: Connection, counts: Counter[str], of: str) -> None:
        self._conn = conn
        self._counts = counts
        self._of = of
        self.now: datetime = conn.now

    @property
    def keys(self) -> Keyring:
        return self._conn.keys

    def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        self._counts[self._of] += 1
        return self._conn.all(sql, **parameters)

    def one(self, sql: str, /, **parameters: Any) -> Row | None:
        self._counts[self._of] += 1
        return self._conn.one(sql, **parameters)

    def run(self, sql: str, /, **parameters: Any) -> int:
        self._counts[self._of] += 1
        return self._conn.run(sql, **parameters)

    def many(self, sql: str, /, rows: Iterable[Row]) -> int:
        given = list(rows)
        self._counts[self._of] += bool(given)
        return self._conn.many(sql, given)

    def wake(self, loop: Loop) -> None:
        self._conn.wake(loop)


def count_statements(store: Store) -> Counter[str]:
    """Make a store count its statements, by the function that ran them."""
    counts: Counter[str] = Counter()

    def counting(transact: Callable[..., Any]) -> Callable[..., Any]:
        async def run_counted(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            def counted(conn: Connection, *inner: Any, **named: Any) -> Any:
                return fn(Counting(conn, counts, fn.__name__), *inner, **named)

            return await transact(counted, *args, **kwargs)

        return run_counted

    for way in ("read", "write", "write_first"):
        setattr(store, way, counting(getattr(store, way)))
    return counts


def run() -> None:
    """Mireille writes, Paul repairs; every message that either of them gets is counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mboa.db"
        migrate("sqlite", path)
        asyncio.run(_tell(Database("sqlite", str(path))))


async def _tell(database: Database) -> None:
    city = City(database, HandClock())
    await city.open()
    try:
        paul = await city.provider("Paul")
        mireille = city.client("Mireille")
        counts = count_statements(city.mboa.office.store)
        for step, (who, words) in enumerate(_story(mireille, paul), start=1):
            before = sum(_working(counts).values())
            await who.writes(words)
            say(f"{step}. {who.name}: {words[:34]}", f"{sum(_working(counts).values()) - before} statements")
            city.clock.advance(60)
        _sum_up(mireille, paul, _working(counts), await city.status())
    finally:
        await city.close()


def _story(mireille: Person, paul: Person) -> list[tuple[Person, str]]:
    return [(mireille, NEED), (mireille, "OUI"), (paul, "OUI"), (paul, "TERMINE"), (mireille, "5")]


def _working(counts: Counter[str]) -> Counter[str]:
    return Counter({name: count for name, count in counts.items() if name not in IDLE})


def _sum_up(mireille: Person, paul: Person, counts: Counter[str], status: str) -> None:
    if status != "completed":
        raise RuntimeError(f"the story ended as {status}")
    sent, heard = len(mireille.inbox) + len(paul.inbox), len(_story(mireille, paul))
    statements = sum(counts.values())
    say("messages to the client / to the provider", f"{len(mireille.inbox)} / {len(paul.inbox)}")
    say("messages sent in all", str(sent), "<= 9")
    parts = ", ".join(f"{name} {count}" for name, count in counts.most_common(4))
    say(
        "statements per message, in or out",
        f"{statements / (sent + heard):.1f}",
        beside=f"{statements} in all: {parts}",
    )
