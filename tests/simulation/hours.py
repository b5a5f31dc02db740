"""An event loop whose time is the clock in the hand: a pause of a minute in the product is over at once.

What is handed to a thread is done at once instead: it takes no time on this clock.
"""

import asyncio
import math
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar

from tests.engines import HandClock
from tests.simulation.crash import Crash

T = TypeVar("T")


class _Impatient(selectors.DefaultSelector):
    """Instead of waiting it moves the clock on."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; if nothing is, it is ``timeout`` seconds later at once."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise AssertionError("everybody waits for somebody else")
        if not ready and timeout:
            # Whole microseconds, and never too early: the clock knows no smaller ones.
            self._clock.advance(math.ceil(timeout * 1e6) / 1e6)
        return ready


class HandLoop(asyncio.SelectorEventLoop):
    """The loop of a world in memory."""

    def __init__(self, clock: HandClock) -> None:
        self._hand = clock
        self._start = clock.now()
        super().__init__(_Impatient(clock))

    def time(self) -> float:
        """Seconds on the clock in the hand."""
        return (self._hand.now() - self._start).total_seconds()

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Do it here and now."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - Whatever it is, it is told to whoever awaits it.
            done.set_exception(error)
        return done


def quiet_about_crashes(loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """An exception handler: tasks that died with their process are no news."""
    if not isinstance(context.get("exception"), Crash):
        loop.default_exception_handler(dict(context))
