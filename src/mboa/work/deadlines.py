"""Silence: offers whose minutes are over, and requests whose own timer rang."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from mboa import lifecycle, timers
from mboa.office import Office
from mboa.operations.context import working_on
from mboa.storage import offers, requests
from mboa.storage.store import Connection
from mboa.work.loops import AFTER_TROUBLE_SECONDS, Loop, attempt

AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Due:
    """What rang: ids of offers and of requests."""

    offers: list[int]
    requests: list[int]


def find_due(conn: Connection) -> Due:
    """The earliest timers that rang."""
    return Due(offers.due(conn, AT_ONCE), requests.due(conn, AT_ONCE))


def seconds_to_next(conn: Connection) -> float | None:
    """Seconds until the earliest timer, by the database's clock."""
    times = [at for at in (offers.next_due(conn), requests.next_due(conn)) if at is not None]
    return max(0.0, (min(times) - conn.now).total_seconds()) if times else None


class Deadlines:
    """The loop over the timers."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def step(self, loop: Loop) -> float | None:
        """Ring everything that is due; a timer that fails is tried again a second later."""
        while not loop.is_stopping:
            loop.turn()
            due = await self.office.store.read(find_due)
            rings = [
                *(_rung(self._expire(number)) for number in due.offers),
                *(_rung(self._ring(number)) for number in due.requests),
            ]
            if not rings:
                return await self.office.store.read(seconds_to_next)
            done = await asyncio.gather(*(attempt(ring, "deadlines", otherwise=False) for ring in rings))
            if not all(done):
                return AFTER_TROUBLE_SECONDS
        return None

    async def _expire(self, offer_id: int) -> None:
        with working_on(offer_id=offer_id):
            await self.office.transact(lifecycle.expire_offer, "timer", offer_id)

    async def _ring(self, request_id: int) -> None:
        with working_on(request_id=request_id):
            await self.office.transact(timers.request_due, "timer", request_id)


async def _rung(ring: Awaitable[None]) -> bool:
    await ring
    return True
