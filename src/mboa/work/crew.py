"""The loops of one process, started and stopped together, and the heartbeat that tells whether they turn."""

import asyncio
import os
import socket
import time
from collections.abc import Mapping, Sequence

from mboa.channels.base import Channel
from mboa.office import Office
from mboa.storage import statistics
from mboa.storage.pulse import beat
from mboa.storage.store import Loop as LoopName
from mboa.work.aids import NO_AIDS, Aids
from mboa.work.deadlines import Deadlines
from mboa.work.deliver import Deliver
from mboa.work.housekeeping import Chore, Housekeeping
from mboa.work.listen import Listen
from mboa.work.loops import Loop

HEARTBEAT_SECONDS = 2.0
# A loop that has not come round for this long hangs: then no beat is better than a false one.
HUNG_SECONDS = 20.0
STOP_SECONDS = 8.0


class Crew:
    """Listen, deadlines, deliver; and the chores of the house, which nothing waits for."""

    def __init__(
        self,
        office: Office,
        channels: Mapping[str, Channel],
        chores: Sequence[Chore] = (),
        aids: Aids = NO_AIDS,
    ) -> None:
        self.office = office
        self.aids = aids
        self.channels = channels
        self.deliver = Deliver(office, channels)
        self.loops: dict[LoopName, Loop] = {
            "inbox": Loop("listen", Listen(office, tuple(channels), aids).step),
            "deadlines": Loop("deadlines", Deadlines(office).step),
            "outbox": Loop("deliver", self.deliver.step),
        }
        self.heartbeat = Loop("heartbeat", self._beat)
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.housekeeping = Housekeeping(office, chores, self.name)
        self.housework = Loop("housekeeping", self.housekeeping.step)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the loops; they are woken by the store."""
        await self.deliver.start()
        self.office.store.on_wake(self._wake)
        self._tasks = [asyncio.create_task(loop.run(), name=loop.name) for loop in self._all()]
        self._tasks.append(asyncio.create_task(self.housekeeping.run(self.housework), name="housekeeping"))

    async def stop(self) -> None:
        """Let every loop finish what it has in hand; after eight seconds it is dropped (and its lease will tell)."""
        for loop in (*self._all(), self.housework):
            loop.stop()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _all(self) -> list[Loop]:
        return [*self.loops.values(), self.heartbeat]

    def _wake(self, name: LoopName) -> None:
        self.loops[name].woken.set()

    async def _beat(self, _: Loop) -> float:
        now = time.monotonic()
        if all(now - loop.turned_at < HUNG_SECONDS for loop in self.loops.values()):
            await self.office.store.write(beat, self.name)
        if self.office.store.dialect == "postgresql":
            await self.office.store.write(statistics.keep_up)
        return HEARTBEAT_SECONDS
