"""Housekeeping: chores that come round. Of all processes one does each; a slow or failing chore holds nobody up.

What a chore does runs beside the loops: a chore with heavy work does it in a thread or a process of its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from mboa.office import Office
from mboa.storage import chores
from mboa.storage.store import StoreAway
from mboa.work.loops import Loop, attempt

logger = logging.getLogger(__name__)
# A chore whose process died is free again after this; whoever does it puts that off every so often.
LEASE_SECONDS, RENEWAL_SECONDS = 60.0, 15.0
LOOK_SECONDS = 1.0


class ChoreFailed(Exception):
    """It could not be done, for the reason given: kept, logged without a traceback, tried again later."""


@dataclass(frozen=True, slots=True)
class Chore:
    """``work`` is awaited every ``every_seconds`` (0: never) by one process; what it raises is kept as its failure.

    It is cancelled when the process stops, and must end soon then.
    """

    name: str
    every_seconds: float
    work: Callable[[], Awaitable[object]]


class Housekeeping:
    """The loop over the chores. ``worker`` names this process among all."""

    def __init__(self, office: Office, chores: Sequence[Chore], worker: str) -> None:
        self.office = office
        self.chores = {chore.name: chore for chore in chores}
        self.worker = worker
        self._entered = False
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def step(self, _: Loop) -> float | None:
        """Begin every chore that is due."""
        if not self._entered:
            periods = {chore.name: chore.every_seconds for chore in self.chores.values()}
            await self.office.store.write(chores.enter, periods)
            self._entered = True
        for name in await self.office.store.read(chores.due):
            if name in self.chores and name not in self._under_way:
                await self._begin(self.chores[name])
        return LOOK_SECONDS

    async def run(self, loop: Loop) -> None:
        """Until the loop is stopped; then let go of what is under way."""
        await loop.run()
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, chore: Chore) -> None:
        if await self.office.store.write(chores.claim, chore.name, self.worker, LEASE_SECONDS):
            task = asyncio.create_task(self._do(chore), name=f"chore {chore.name}")
            self._under_way[chore.name] = task
            task.add_done_callback(lambda _: self._under_way.pop(chore.name, None))

    async def _do(self, chore: Chore) -> None:
        store = self.office.store
        holding = asyncio.create_task(self._hold(chore.name))
        try:
            error = await attempt(_outcome(chore), f"chore {chore.name}", otherwise="it failed: the log says why")
        except asyncio.CancelledError:
            await attempt(store.write(chores.let_go, chore.name, self.worker), "housekeeping", otherwise=None)
            raise
        finally:
            holding.cancel()
        if error is None:
            await attempt(store.write(chores.done, chore.name, self.worker), "housekeeping", otherwise=None)
        else:
            await attempt(store.write(chores.failed, chore.name, self.worker, error), "housekeeping", otherwise=None)

    async def _hold(self, name: str) -> None:
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            work = self.office.store.write(chores.keep_hold, name, self.worker, LEASE_SECONDS)
            await attempt(work, "housekeeping", otherwise=None)


async def _outcome(chore: Chore) -> str | None:
    """Why it failed, or nothing. What is no :class:`ChoreFailed` is a bug, and seen as one in the log."""
    try:
        await chore.work()
    except ChoreFailed as failure:
        logger.error("chore_failed", extra={"chore": chore.name, "reason": str(failure)})
        return str(failure)
    except StoreAway as away:
        logger.warning("store_away", extra={"loop": f"chore {chore.name}", "reason": str(away)})
        return str(away)
    return None
