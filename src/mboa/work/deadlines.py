"""Silence: offers whose minutes are over, and requests whose own timer rang."""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass

from mboa import lifecycle, timers
from mboa.office import Office
from mboa.operations.context import working_on
from mboa.storage import offers, requests
from mboa.storage.store import Connection, StoreAway
from mboa.work.loops import AFTER_TROUBLE_SECONDS, Loop, attempt

logger = logging.getLogger(__name__)
AT_ONCE = 64
# Many are looked at, so that those of one trade and zone, who need the same things read, end in one transaction; few
# in each and few at a time, so that a message at the door waits behind few.
OFFERS_AT_ONCE, TOGETHER, SIDE_BY_SIDE = 4096, 48, 3


@dataclass(frozen=True, slots=True)
class Due:
    """What rang: ids of offers and of requests."""

    offers: list[int]
    requests: list[int]


def find_due(conn: Connection) -> Due:
    """The earliest timers that rang."""
    return Due(offers.due(conn, OFFERS_AT_ONCE), requests.due(conn, AT_ONCE))


def seconds_to_next(conn: Connection) -> float | None:
    """Seconds until the earliest timer, by the database's clock."""
    times = [at for at in (offers.next_due(conn), requests.next_due(conn)) if at is not None]
    return max(0.0, (min(times) - conn.now).total_seconds()) if times else None


class Deadlines:
    """The loop over the timers."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._lanes = asyncio.Semaphore(SIDE_BY_SIDE)

    async def step(self, loop: Loop) -> float | None:
        """Ring everything that is due; a timer that fails is tried again a second later."""
        while not loop.is_stopping:
            loop.turn()
            due = await self.office.store.read(find_due)
            rings = [
                *(self._expire_together(neighbours, loop) for neighbours in _cut(due.offers)),
                *(_well(self._ring(number)) for number in due.requests),
            ]
            if not rings:
                return await self.office.store.read(seconds_to_next)
            if not all(await asyncio.gather(*rings)):
                return AFTER_TROUBLE_SECONDS
        return None

    async def _expire_together(self, offer_ids: Sequence[int], loop: Loop) -> bool:
        """End them in one transaction, or, where one of them stops all, each in its own. Whether all went well."""
        async with self._lanes:
            if loop.is_stopping:
                return True
            loop.turn()
            try:
                if len(offer_ids) > 1 and await self._end(offer_ids):
                    return True
            except StoreAway as away:  # for each of them, too
                logger.warning("store_away", extra={"loop": "deadlines", "reason": str(away)})
                return False
            return all(await asyncio.gather(*(_well(self._expire(number)) for number in offer_ids)))

    async def _end(self, offer_ids: Sequence[int]) -> bool:
        ended = _rang(self.office.transact(timers.offers_due, "timer", offer_ids))
        return await attempt(ended, "deadlines", otherwise=False, let_through=(StoreAway,))

    async def _expire(self, offer_id: int) -> None:
        with working_on(offer_id=offer_id):
            await self.office.transact(lifecycle.expire_offer, "timer", offer_id)

    async def _ring(self, request_id: int) -> None:
        with working_on(request_id=request_id):
            await self.office.transact(timers.request_due, "timer", request_id)


def _cut(offer_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(offer_ids), TOGETHER):
        yield offer_ids[start : start + TOGETHER]


async def _well(ring: Awaitable[None]) -> bool:
    """Whether this timer rang; trouble is logged."""
    return await attempt(_rang(ring), "deadlines", otherwise=False)


async def _rang(ring: Awaitable[None]) -> bool:
    await ring
    return True
