"""Meta promises neither order nor once. What is promised here:

* Whatever the order in which the messages of *different* people and the statuses of messages arrive, however often
  each arrives, however they are batched, and whether a status comes before the answer to the send it is about: the
  requests, offers, diary and messages end the same.
* One person's *own* messages that wait together are heard in the order in which he wrote them (Meta's timestamps, whole
  seconds; within a second, the order of delivery). What was heard is not unheard: when one comes after a later one was
  acted on, the end may differ (NON after OUI is not OUI after NON), but every invariant holds, and nothing is lost or
  said twice.
"""

import asyncio
import os
from collections import Counter
from random import Random

import pytest

from mboa.fake_meta.double import Received
from mboa.understanding.gazetteer import Zone, zones
from mboa.understanding.understand import understand
from tests.city import City
from tests.engines import Database, HandClock
from tests.invariants import look, violations
from tests.order.world import SCRIPT, End, World, batch, end_of

# A wave is fifty worlds side by side, each a permutation of its own.
WAVES, WORLDS = int(os.environ.get("MBOA_ORDER_WAVES", "20")), 50
_VIEWS = {
    "requests": "SELECT id AS request_id, status, service, urgent FROM v_requests",
    "offers": "SELECT request_id, position, status FROM v_offers ORDER BY position",
    "events": "SELECT request_id, name FROM v_events ORDER BY id",
    "messages": "SELECT request_id, direction, kind, status FROM v_messages",
}


class Post:
    """Meta with many worlds: it delivers what waits in any order, in batches, early, late and twice."""

    def __init__(self, city: City, chance: Random) -> None:
        self.city, self.chance = city, chance
        self.worlds: dict[str, World] = {}
        self.early: list[asyncio.Task[object]] = []
        city.double.on_accept = self._accepted

    async def enter(self, number: int, zone: Zone) -> None:
        """A quarter with two plumbers, and somebody who needs one."""
        names = (f"Paul {zone.slug}", f"Awa {zone.slug}")
        providers = [await self.city.provider(name, zones=zone.slug) for name in names]
        phone = f"+23767900{number:04}"
        phones = (providers[0].address, providers[1].address)
        world = World(self.city.double, Random(self.chance.random()), zone.slug, zone.name, phone, phones)
        self.worlds |= dict.fromkeys((phone, *phones), world)
        world.begin()

    def _accepted(self, message: Received) -> None:
        world = self.worlds[message.address]
        world.received(message)
        if self.chance.random() < 0.1:
            # Delivered before we know that it was taken: the answer to the send is still on its way.
            early = self.city.post(self.city.double.status(message.id, "delivered"))
            self.early.append(asyncio.get_running_loop().create_task(early))

    async def deliver(self) -> None:
        """Until nobody has anything to say: some webhooks, then some work, in any order, and a second passes."""
        worlds = [world for phone, world in self.worlds.items() if phone == world.mireille]
        while any(world.waiting for world in worlds):
            bodies = [body for world in worlds for body in world.next()]
            self.chance.shuffle(bodies)
            while bodies:
                size = self.chance.randint(1, 60)
                await self.city.post(batch(bodies[:size]))
                bodies = bodies[size:]
            loops = list(self.city.mboa.crew.loops.values())
            for loop in self.chance.sample(loops, self.chance.randint(1, len(loops))):
                await loop.step()
            await self._come_to_rest(worlds)
        await asyncio.gather(*self.early)
        await self.city.settle()

    async def _come_to_rest(self, worlds: list[World]) -> None:
        """A second passes; when nothing waits any more, until what is written has been sent at the line's pace."""
        self.city.clock.advance(1)
        for _ in range(5):
            if not any(world.waiting for world in worlds):
                await self.city.passes(seconds=1)


def known_quarters() -> list[Zone]:
    """Quarters whose name is understood in the middle of a sentence."""
    found = []
    for zone in zones():
        read = understand(f"Bonjour, j'ai une fuite sous l'évier à {zone.name}, demain matin")
        if zone.city == "douala" and read.sure and read.place is not None and read.place.zone == zone.slug:
            found.append(zone)
    return found


async def wave(database: Database, number: int) -> tuple[Counter[End], int]:
    """Many worlds, each permuted in its own way: how they ended, and how many messages were heard."""
    city, chance = City(database, HandClock()), Random(number)
    await city.open()
    post = Post(city, chance)
    for place, zone in enumerate(known_quarters()[:WORLDS]):
        await post.enter(place, zone)
    await post.deliver()
    rows = {name: await city.rows(sql) for name, sql in _VIEWS.items()}
    views = await city.mboa.office.store.read(look)
    await city.close()
    assert violations(views, list(city.double.log), now=city.clock()) == []
    heard = sum(row["direction"] == "in" and row["status"] == "understood" for row in rows["messages"])
    return Counter(end_of(rows, row["request_id"]) for row in rows["requests"]), heard


def assert_one_end(ends: Counter[End], heard: int) -> None:
    """All worlds ended alike, and as the story goes; every word was heard once."""
    assert list(ends.values()) == [WORLDS], ends
    (end,) = ends
    assert (end.requests, end.offers) == (("completed plumbing False",), ("declined", "accepted"))
    assert {"2 x offer read", "1 x provider_found read", "1 x client_contact read"} <= set(end.messages)
    assert heard == WORLDS * len(("need", *SCRIPT))


@pytest.mark.parametrize("number", range(WAVES))
async def test_any_order_ends_the_same_on_sqlite(sqlite_database: Database, number: int) -> None:
    assert_one_end(*await wave(sqlite_database, number))


@pytest.mark.parametrize("number", range(WAVES, WAVES + 2))
async def test_any_order_ends_the_same_on_postgresql(postgresql_database: Database, number: int) -> None:
    assert_one_end(*await wave(postgresql_database, number))
