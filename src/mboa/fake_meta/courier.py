"""The courier of webhooks: batched, twice, out of order and late as the profile wants, and again until it is heard."""

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from math import ceil
from typing import TYPE_CHECKING

from mboa.fake_meta.bodies import batch, entry_of, ids_in
from mboa.fake_meta.faults import Fate
from mboa.fake_meta.reading import Json

if TYPE_CHECKING:
    from mboa.fake_meta.double import MetaDouble

# Delivers one body: the HTTP status of the answer, 0 when there was none.
Post = Callable[[bytes], Awaitable[int]]
CONNECTIONS = 16
DELIVERIES_KEPT = 10_000
DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Update:
    """One thing to tell: an entry of a webhook body. ``first`` and ``due`` are seconds since 1970.

    A ``copy`` is the second of a pair of twins: it is not repeated.
    """

    entry: Json
    first: float
    due: float
    attempt: int = 1
    copy: bool = False


class Courier:
    """Carries what the double says to one receiver.

    Meta repeats whatever was not answered with 200, with growing pauses, for up to seven days, and batches anew each
    time. While there is no receiver (``post`` is ``None``) nothing is kept for one. ``deliveries`` tells of every body
    that left: when, which ids, which attempt, what was answered.
    """

    def __init__(self, double: "MetaDouble", post: Post | None = None) -> None:
        self.double = double
        self._post = post
        self.deliveries: deque[Json] = deque(maxlen=DELIVERIES_KEPT)
        self.given_up = 0
        self._waiting: list[tuple[float, int, Update]] = []
        self._numbers = count()
        self._rung = asyncio.Event()
        self._lanes = asyncio.Semaphore(CONNECTIONS)

    def hand_over(self, body: bytes, after: float = 0.0) -> None:
        """Take a webhook body with one update; it leaves in ``after`` seconds, or as late as the profile makes it."""
        if self._post is None:
            return
        weather, now = self.double.weather, self._now()
        due = now + after + weather.within(weather.profile.webhook_seconds)
        self._wait(Update(entry_of(body), now, due))
        if weather.hits(weather.profile.duplicated):
            self._wait(Update(entry_of(body), now, due + weather.within(weather.profile.webhook_seconds), copy=True))

    def report(self, message_id: str, fate: Fate) -> None:
        """Tell what becomes of an accepted message, whose answer met ``fate``."""
        accepted_at = self._now()
        for tick in self.double.weather.ticks(fate):
            happened = datetime.fromtimestamp(accepted_at + tick.happens, UTC)
            self.hand_over(self.double.status(message_id, tick.state, code=tick.code, at=happened), tick.leaves)

    def deliver_to(self, post: Post | None) -> None:
        """Another receiver from now on, or none; what waits for the old one goes there."""
        self._post = post
        self._rung.set()

    def waiting(self) -> int:
        """How many updates are still to be delivered."""
        return len(self._waiting)

    def wake(self) -> None:
        """Look again: the clock was moved."""
        self._rung.set()

    async def step(self) -> float | None:
        """Deliver all that is due, and see the answers; returns seconds until there is more, ``None`` for nothing."""
        await asyncio.gather(*(self._deliver(updates) for updates in self._due()))
        return self._pause()

    async def run(self) -> None:
        """Deliver whatever falls due, for ever; a slow receiver holds up at most 16 bodies at once."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._rung.clear()
                for updates in self._due():
                    task = asyncio.create_task(self._deliver(updates))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                await self._until(self._pause())
        finally:
            for task in under_way:
                task.cancel()

    async def _until(self, pause: float | None) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), pause)
        except TimeoutError:
            return

    def _pause(self) -> float | None:
        return max(self._waiting[0][0] - self._now(), 0.0) if self._waiting and self._post else None

    def _wait(self, update: Update) -> None:
        held = self.double.profile.batch_seconds
        due = ceil(update.due / held) * held if held else update.due
        heapq.heappush(self._waiting, (due, next(self._numbers), update))
        self._rung.set()

    def _due(self) -> list[list[Update]]:
        profile, now, due = self.double.profile, self._now(), []
        while self._post and self._waiting and self._waiting[0][0] <= now:
            due.append(heapq.heappop(self._waiting)[2])
        if profile.shuffled:
            self.double.weather.dice.shuffle(due)
        size = profile.batch_updates
        return [due[start : start + size] for start in range(0, len(due), size)]

    async def _deliver(self, updates: list[Update]) -> None:
        body = batch([update.entry for update in updates], self.double.weather.dice)
        async with self._lanes:
            left_at = self.double.clock()
            status = await self._post(body) if self._post else 0
        self.deliveries.append(
            {
                "at": left_at,
                "status": status,
                "updates": len(updates),
                "ids": [each for update in updates for each in ids_in(update.entry)],
                "attempt": max(update.attempt for update in updates),
            }
        )
        if status != 200:
            for update in updates:
                self._again(update)

    def _again(self, update: Update) -> None:
        profile = self.double.profile
        pause = min(profile.retry_first_seconds * 2.0 ** min(update.attempt - 1, 60), profile.retry_longest_seconds)
        due = self._now() + pause
        if update.copy:
            return
        if due - update.first > profile.retry_days * DAY_SECONDS:
            self.given_up += 1
            return
        self._wait(replace(update, due=due, attempt=update.attempt + 1))

    def _now(self) -> float:
        return self.double.clock().timestamp()
