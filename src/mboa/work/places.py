"""The imported places, fetched into this process when they changed: no restart is needed."""

import asyncio
from datetime import datetime

from mboa.storage import places
from mboa.storage.store import Store
from mboa.understanding import atlas
from mboa.understanding.reading import read_message
from mboa.work.loops import attempt

LOOK_SECONDS = 20.0


class Places:
    """Looks every twenty seconds, in the web role as in the worker's."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._seen: tuple[int, datetime | None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Know what there is before anything is read, then go on looking."""
        await attempt(self.look(), "places", otherwise=None)
        self._task = asyncio.create_task(self._go_on(), name="places")

    async def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def look(self) -> None:
        """Fetch the places if others are kept than at the last look."""
        state = await self.store.read(places.state)
        if state == self._seen:
            return
        atlas.install(await self.store.read(places.everywhere))
        await asyncio.to_thread(read_message, "")  # what is derived from them is made here, and holds nobody up
        self._seen = state

    async def _go_on(self) -> None:
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)
            except TimeoutError:
                await attempt(self.look(), "places", otherwise=None)
