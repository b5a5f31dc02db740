"""What this house taught the understanding, fetched into this process when it changed: no restart is needed."""

import asyncio
import logging

from mboa.storage import learned
from mboa.storage.store import Store
from mboa.understanding.learned import Lesson, install
from mboa.work.loops import attempt
from mboa.work.reading import forget_readings

logger = logging.getLogger(__name__)
LOOK_SECONDS = 10.0


class Lessons:
    """Looks every ten seconds, in the web role as in the worker's."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Know them before anything is read, then go on looking."""
        await attempt(self.look(), "lessons", otherwise=None)
        self._task = asyncio.create_task(self._go_on(), name="lessons")

    async def stop(self) -> None:
        """Look no more, and know none."""
        self._stopping.set()
        if self._task is not None:
            await self._task
        _install(())

    async def look(self) -> None:
        """Fetch what is in force; raises :class:`mboa.storage.store.StoreAway`."""
        _install(tuple(Lesson(**row) for row in await self.store.read(learned.in_force)))

    async def _go_on(self) -> None:
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)
            except TimeoutError:
                await attempt(self.look(), "lessons", otherwise=None)


def _install(lessons: tuple[Lesson, ...]) -> None:
    if install(lessons):
        forget_readings()
        logger.info("lessons_installed", extra={"count": len(lessons)})
