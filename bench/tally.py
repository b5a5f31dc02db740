"""What one message costs in statements and transactions, from the webhook to the accepted answer."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.clients import WORDS
from bench.story import IDLE, count_statements
from mboa.storage.store import Store
from tests.city import City
from tests.engines import Database, HandClock

AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Cost:
    """Statements and transactions of each of ``at_once`` messages that come together, and of one that comes alone.

    The looks of loops that find nothing are left out of the statements.
    """

    at_once: int
    statements: float
    transactions: float
    statements_alone: int
    transactions_alone: int


def per_message(database: Database) -> Cost:
    """Counted in one process, with the loops stepped."""
    return asyncio.run(_count(database))


async def _count(database: Database) -> Cost:
    city = City(database, HandClock())
    await city.open()
    try:
        statements = count_statements(city.mboa.office.store)
        transactions = count_transactions(city.mboa.office.store)
        await _write(city, 1)
        alone = _sums(statements, transactions)
        await _write(city, AT_ONCE)
        together = _sums(statements, transactions)
    finally:
        await city.close()
    return Cost(AT_ONCE, together[0] / AT_ONCE, together[1] / AT_ONCE, *alone)


async def _write(city: City, number: int) -> None:
    people = [city.client(f"client {index}", f"+23765{number:03}{index:04}") for index in range(number)]
    words = [city.double.text(person.address, WORDS[index % len(WORDS)]) for index, person in enumerate(people)]
    await asyncio.gather(*(city.post(body) for body in words))
    await city.settle()


def _sums(statements: Counter[str], transactions: Counter[str]) -> tuple[int, int]:
    """What was counted since the last look."""
    found = tuple(sum(n for name, n in counts.items() if name not in IDLE) for counts in (statements, transactions))
    statements.clear()
    transactions.clear()
    return found[0], found[1]


def count_transactions(store: Store) -> Counter[str]:
    """Make a store count its transactions, by the function that ran in them."""
    counts: Counter[str] = Counter()

    def counting(transact: Callable[..., Any]) -> Callable[..., Any]:
        async def run_counted(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            counts[fn.__name__] += 1
            return await transact(fn, *args, **kwargs)

        return run_counted

    for way in ("read", "write", "write_first"):
        setattr(store, way, counting(getattr(store, way)))
    return counts
