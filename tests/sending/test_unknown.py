"""Answers that do not come: one repeat where nobody knows, and nobody else waits."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from tests.city import Person
from tests.engines import HandClock, eventually
from tests.sending.stage import Town, offers_in


class CountingClock(HandClock):
    """A clock that counts how often it is looked at: once in each transaction."""

    looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return super().__call__()


@pytest.fixture
def clock() -> CountingClock:
    return CountingClock()


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"unknown_outcome_seconds": 40}


def nobody_knows(town: Town, person: Person, times: int = 1) -> None:
    """Something on the way breaks after the request has left."""
    for _ in range(times):
        town.double.fail_next(person.address, code=None, status=500)


async def test_without_a_receipt_there_is_one_repeat(town: Town) -> None:
    mireille = town.client("Mireille")
    nobody_knows(town, mireille)
    await mireille.writes("bonjour")
    await town.ticks(39, seconds=1)
    assert len(town.road.attempts) == 1
    await town.ticks(200, seconds=1)
    assert town.taken(mireille) == [40.0]
    assert await town.sent_rows() == [("sent", 2)]


async def test_a_second_answer_that_is_lost_is_the_end(town: Town) -> None:
    mireille = town.client("Mireille")
    nobody_knows(town, mireille, times=3)
    await mireille.writes("bonjour")
    await town.ticks(40, seconds=10)
    assert town.seconds(town.road.attempts) == [0.0, 40.0]
    assert [status for status, _ in await town.sent_rows()] == ["failed"]


async def test_a_receipt_spares_the_repeat(town: Town) -> None:
    mireille = town.client("Mireille")
    nobody_knows(town, mireille)
    await mireille.writes("bonjour")
    key = town.double.log[-1]["payload"]["biz_opaque_callback_data"]
    status = {"id": "wamid.found", "status": "sent", "biz_opaque_callback_data": key, "timestamp": "1795420800"}
    await town.post_value({"statuses": [{**status, "recipient_id": mireille.address[1:]}]})
    await town.ticks(20, seconds=10)
    assert len(town.road.attempts) == 1
    assert await town.sent_rows() == [("sent", 1)]


async def test_the_next_message_waits_behind_and_nothing_spins(town: Town, clock: CountingClock) -> None:
    mireille = town.client("Mireille")
    nobody_knows(town, mireille)
    for words in ("bonjour", "menu", "aide"):
        await mireille.writes(words)
    before, deliver = clock.looks, asyncio.create_task(town.mboa.crew.loops["outbox"].run())
    await asyncio.sleep(0.6)
    town.mboa.crew.loops["outbox"].stop()
    await deliver
    assert clock.looks - before <= 6
    town.mboa.crew.loops["outbox"].is_stopping = False
    assert len(town.road.attempts) == 1
    await town.ticks(4, seconds=10)
    assert town.taken(mireille) == [40.0] * 3


async def test_the_second_message_follows_the_receipt_at_once(town: Town) -> None:
    mireille = town.client("Mireille")
    nobody_knows(town, mireille)
    await mireille.writes("bonjour")
    await mireille.writes("menu")
    key = town.double.log[-1]["payload"]["biz_opaque_callback_data"]
    status = {"id": "wamid.found", "status": "delivered", "biz_opaque_callback_data": key, "timestamp": "1795420800"}
    await town.post_value({"statuses": [{**status, "recipient_id": mireille.address[1:]}]})
    await town.settle()
    assert town.taken(mireille) == [0.0]


async def test_an_offer_nobody_knows_about_is_repeated_with_all_its_minutes(town: Town) -> None:
    paul, awa = await town.provider("Paul"), await town.provider("Awa")
    nobody_knows(town, paul)
    await town.asked_for()
    await town.passes(seconds=40)
    assert len(offers_in(paul)) == 1
    await town.passes(minutes=9, seconds=59)
    assert await town.offers() == ["open"]
    await town.passes(seconds=1)
    assert await town.offers() == ["expired", "open"]
    assert len(offers_in(awa)) == 1


async def test_a_slow_answer_holds_up_nobody_else(town: Town) -> None:
    mireille, paul = town.client("Mireille"), town.client("Paul")
    town.road.silent_to[mireille.address] = released = asyncio.Event()
    for person in (mireille, paul, mireille):
        await town.post(town.double.text(person.address, "bonjour" if not person.inbox else "menu"))
    settling = asyncio.create_task(town.settle())
    await eventually(lambda: received(paul, 1))
    assert not settling.done()
    released.set()
    await settling
    assert (len(mireille.inbox), len(paul.inbox)) == (1, 1)


async def test_behind_a_slow_answer_the_order_is_kept(town: Town) -> None:
    mireille, paul = town.client("Mireille"), town.client("Paul")
    town.road.silent_to[mireille.address] = released = asyncio.Event()
    inbox, outbox = town.mboa.crew.loops["inbox"], town.mboa.crew.loops["outbox"]
    await town.post(town.double.text(mireille.address, "bonjour"))
    await inbox.step()
    sending = asyncio.create_task(outbox.step())
    for person in (mireille, paul):
        await town.post(town.double.text(person.address, "menu"))
    await inbox.step()
    outbox.woken.set()
    await eventually(lambda: received(paul, 1))
    assert len(town.road.attempts) == 2
    released.set()
    await sending
    assert [message.kind for message in mireille.inbox] == ["buttons", "list"]


async def received(person: Person, count: int) -> bool:
    """Whether the phone shows so many messages."""
    return len(person.inbox) == count
