"""Allowances in the database: the same for all processes, never passed, growing again, and cheap."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from mboa.operations.limits import Allowances, Limit
from mboa.storage import limits
from mboa.storage.store import Connection, Store, StoreAway
from tests.engines import HandClock

STRICT = Limit("strict", 10, seconds=60)
IN_BLOCKS = Limit("in_blocks", 100, seconds=60, block=10)


class Counted:
    """A store that counts what is asked of it."""

    def __init__(self, store: Store) -> None:
        self.store, self.asked = store, 0

    async def write(self, *given: Any) -> Any:
        self.asked += 1
        return await self.store.write(*given)


def process(store: Any, clock: HandClock) -> Allowances:
    """Another process on the same database, under the same clock."""
    return Allowances(store, clock=lambda: clock.now().timestamp())


async def granted(allowances: Allowances, limit: Limit, who: str, times: int) -> int:
    """How many of so many wishes are granted."""
    return sum([await allowances.take(limit, who) == 0 for _ in range(times)])


async def test_one_may_ask_so_often_and_no_more(store: Store, clock: HandClock) -> None:
    assert await granted(process(store, clock), STRICT, "awa", 25) == 10
    assert await granted(process(store, clock), STRICT, "paul", 1) == 1


async def test_two_processes_share_one_allowance(store: Store, clock: HandClock) -> None:
    first, second = process(store, clock), process(store, clock)
    assert await granted(first, STRICT, "awa", 7) + await granted(second, STRICT, "awa", 7) == 10


async def test_it_grows_again(store: Store, clock: HandClock) -> None:
    allowances = process(store, clock)
    assert await granted(allowances, STRICT, "awa", 12) == 10
    clock.advance(13)
    assert await granted(allowances, STRICT, "awa", 5) == 2
    clock.advance(3600)
    assert await granted(allowances, STRICT, "awa", 25) == 10


async def test_the_wait_that_is_told_is_enough(store: Store, clock: HandClock) -> None:
    allowances = process(store, clock)
    await granted(allowances, STRICT, "awa", 10)
    wait = await allowances.take(STRICT, "awa")
    assert 0 < wait <= 6
    clock.advance(wait)
    assert await allowances.take(STRICT, "awa") == 0


async def test_many_at_the_same_moment_pass_no_limit(store: Store, clock: HandClock) -> None:
    processes = [process(store, clock) for _ in range(4)]
    waits = await asyncio.gather(*(processes[n % 4].take(STRICT, "awa") for n in range(40)))
    assert waits.count(0) == 10


async def test_blocks_save_writes_and_pass_no_limit(store: Store, clock: HandClock) -> None:
    counted = Counted(store)
    first, second = process(counted, clock), process(counted, clock)
    done = await granted(first, IN_BLOCKS, "awa", 95) + await granted(second, IN_BLOCKS, "awa", 95)
    assert 90 <= done <= 100
    assert counted.asked <= 12


async def test_a_flood_of_refusals_costs_one_look_a_second(store: Store, clock: HandClock) -> None:
    counted = Counted(store)
    assert await granted(process(counted, clock), STRICT, "awa", 500) == 10
    assert counted.asked == 11


async def test_a_database_that_is_away_refuses_nobody(clock: HandClock) -> None:
    class Away:
        async def write(self, *_: object) -> object:
            raise StoreAway("down")

    assert await granted(process(Away(), clock), STRICT, "awa", 30) == 30


async def test_what_is_whole_again_is_forgotten(store: Store, clock: HandClock) -> None:
    await granted(process(store, clock), STRICT, "awa", 3)
    assert await store.write(limits.forget) == 0
    clock.advance(timedelta(minutes=1).total_seconds())
    assert await store.write(limits.forget) == 1


def spent(conn: Connection, times: int) -> list[float]:
    return [limits.take(conn, "x", 1.0, 3.0) for _ in range(times)]


async def test_waits_are_exact(store: Store) -> None:
    assert await store.write(spent, 5) == pytest.approx([0, 0, 0, 1, 1])
