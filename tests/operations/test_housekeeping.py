"""Chores: each is done by one process, when it is due; a slow or failing one holds nobody up."""

import asyncio
from collections.abc import Awaitable, Callable

from mboa.office import Office
from mboa.storage import chores
from mboa.storage.store import Row
from mboa.work.housekeeping import Chore, ChoreFailed, Housekeeping
from mboa.work.loops import Loop
from tests.city import City
from tests.engines import eventually

HOUR = 3600.0


class Worker:
    """One process's housekeeping, stepped by hand; ``done`` counts how often its chore went well."""

    def __init__(
        self, office: Office, name: str, *, every: float = HOUR, work: Callable[[], Awaitable[None]] | None = None
    ):
        self.done = 0
        self.keeping = Housekeeping(office, [Chore("sweep", every, work or self._sweep)], name)
        self.loop = Loop("housekeeping", self.keeping.step)

    async def _sweep(self) -> None:
        self.done += 1

    async def comes_round(self) -> None:
        """One look, and all that it begins."""
        await self.loop.step()
        while tasks := list(self.keeping._under_way.values()):
            await asyncio.wait(tasks)


async def sweep(office: Office) -> Row:
    """The chore as the database knows it."""
    return (await office.store.read(chores.chores))["sweep"]


async def test_a_chore_comes_round_when_its_period_is_over(city: City) -> None:
    worker = Worker(city.mboa.office, "a")
    for minutes, done in ((0, 0), (59, 0), (1, 1), (59, 1), (1, 2)):
        city.clock.advance(60 * minutes)
        await worker.comes_round()
        assert worker.done == done


async def test_of_two_workers_one_does_it(city: City) -> None:
    first, second = Worker(city.mboa.office, "a"), Worker(city.mboa.office, "b")
    await asyncio.gather(first.comes_round(), second.comes_round())
    for _ in range(5):
        city.clock.advance(HOUR)
        await asyncio.gather(first.comes_round(), second.comes_round())
    assert first.done + second.done == 5
    claimed = await city.mboa.office.store.write(chores.claim, "sweep", "c", 60.0)
    assert not claimed, "whoever looked before it was done, and comes after, has nothing to do"


async def test_what_went_wrong_is_kept_until_it_goes_well(city: City) -> None:
    words = ["no room", "no room", ""]

    async def work() -> None:
        if said := words.pop(0):
            raise ChoreFailed(said)

    worker = Worker(city.mboa.office, "a", work=work)
    await worker.comes_round()
    city.clock.advance(HOUR)
    await worker.comes_round()
    assert (await sweep(city.mboa.office))["error"] == "no room"
    city.clock.advance(299)
    await worker.comes_round()
    assert len(words) == 2, "it is tried again after five minutes, not before"
    for _ in range(2):
        city.clock.advance(301)
        await worker.comes_round()
    assert (await sweep(city.mboa.office))["error"] is None


async def test_a_bug_in_a_chore_is_a_failure_of_that_chore(city: City) -> None:
    async def work() -> None:
        raise ZeroDivisionError

    worker = Worker(city.mboa.office, "a", work=work)
    await worker.comes_round()
    city.clock.advance(HOUR)
    await worker.comes_round()
    assert (await sweep(city.mboa.office))["error"] == "it failed: the log says why"


async def test_a_dead_workers_chore_is_free_after_its_lease(city: City) -> None:
    worker = Worker(city.mboa.office, "b")
    await worker.comes_round()
    city.clock.advance(HOUR)
    assert await city.mboa.office.store.write(chores.claim, "sweep", "dead", 60.0)
    assert not await city.mboa.office.store.write(chores.claim, "sweep", "c", 60.0)
    await worker.comes_round()
    assert worker.done == 0
    city.clock.advance(61)
    await worker.comes_round()
    assert worker.done == 1


async def test_a_slow_chore_holds_nobody_up_and_ends_with_its_process(city: City) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(HOUR)

    worker = Worker(city.mboa.office, "a", work=work)
    await worker.loop.step()
    city.clock.advance(HOUR)
    running = asyncio.create_task(worker.keeping.run(worker.loop))
    await asyncio.wait_for(begun.wait(), 5)
    assert await worker.loop.step() is not None
    worker.loop.stop()
    await asyncio.wait_for(running, 5)

    async def is_free() -> bool:
        return (await sweep(city.mboa.office))["held_by"] is None

    await eventually(is_free)


async def test_a_chore_that_is_never_due_is_never_done(city: City) -> None:
    worker = Worker(city.mboa.office, "a", every=0)
    await worker.comes_round()
    city.clock.advance(1000 * HOUR)
    await worker.comes_round()
    assert worker.done == 0
