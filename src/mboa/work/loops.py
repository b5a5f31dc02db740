"""A loop sleeps until its earliest due row, at most one second, and is woken after each commit that adds work."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mboa.storage.store import StoreAway

T = TypeVar("T")

logger = logging.getLogger(__name__)
# The poll is the truth: a lost wake-up costs at most this.
LONGEST_SLEEP_SECONDS = 1.0
AFTER_TROUBLE_SECONDS = 1.0


class Loop:
    """Runs ``work`` again and again. One step does all that is due and returns the seconds until the next due row.

    The work gets the loop: to say that it turns, to see that it should stop, to rest until woken.
    """

    def __init__(self, name: str, work: Callable[["Loop"], Awaitable[float | None]]) -> None:
        self.name = name
        self.work = work
        self.woken = asyncio.Event()
        self.is_stopping = False
        self.turned_at = time.monotonic()

    def turn(self) -> None:
        """It is alive."""
        self.turned_at = time.monotonic()

    def stop(self) -> None:
        """Finish the step under way and end."""
        self.is_stopping = True
        self.woken.set()

    async def step(self) -> float | None:
        """All that is due now."""
        self.turn()
        return await self.work(self)

    async def run(self) -> None:
        """Until stopped."""
        while not self.is_stopping:
            self.woken.clear()
            await self.rest(await attempt(self.step(), self.name, otherwise=AFTER_TROUBLE_SECONDS))

    async def rest(self, seconds: float | None) -> None:
        """Until woken, at most so long and never longer than a poll."""
        pause = LONGEST_SLEEP_SECONDS if seconds is None else min(LONGEST_SLEEP_SECONDS, seconds)
        if pause > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), pause)


async def attempt(work: Awaitable[T], name: str, otherwise: T, let_through: tuple[type[Exception], ...] = ()) -> T:
    """Do a piece of work whose failure must not stop its neighbours: log it and go on.

    The database being away is expected trouble and no traceback; everything else is a bug to be seen. What is
    ``let_through`` is the caller's to handle.
    """
    try:
        return await work
    except let_through:
        raise
    except StoreAway as away:
        logger.warning("store_away", extra={"loop": name, "reason": str(away)})
    except Exception:  # The worker's edge: one poisonous row must not stop the loop.
        logger.exception("work_failed", extra={"loop": name})
    return otherwise
