"""How webhooks travel: batched, twice, out of order, late, and again until they are heard."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import orjson
import pytest

from mboa.channels.whatsapp.webhook import parse
from mboa.fake_meta.bodies import batch, entry_of
from mboa.fake_meta.courier import Courier
from mboa.fake_meta.double import MetaDouble
from mboa.fake_meta.faults import PROFILES, changed
from tests.engines import HandClock
from tests.fake_meta.stage import PAUL, offer, statuses, words


class Bot:
    """A receiver that answers 200, or as it was told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answers: list[int] = []

    def __call__(self, body: bytes) -> Awaitable[int]:
        self.bodies.append(body)
        return self._answer(self.answers.pop(0) if self.answers else 200)

    async def _answer(self, status: int) -> int:
        return status

    @property
    def ids(self) -> list[str]:
        """The messages it was told of, in order."""
        return [message.external_id for body in self.bodies for message in parse(body).messages]


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def road(clock: HandClock, bot: Bot) -> Callable[..., Courier]:
    """A courier to the bot, with some knobs turned."""

    def build(**knobs: Any) -> Courier:
        return Courier(MetaDouble(clock, changed(PROFILES["lenient"], knobs), seed=5), bot)

    return build


def writes(courier: Courier, count: int) -> list[str]:
    """Paul writes; the ids of his messages."""
    bodies = [courier.double.text(PAUL, f"message {number}") for number in range(count)]
    for body in bodies:
        courier.hand_over(body)
    return [parse(body).messages[0].external_id for body in bodies]


async def test_a_message_arrives_once(road: Callable[..., Courier], bot: Bot) -> None:
    courier = road()
    ids = writes(courier, 3)
    assert await courier.step() is None
    assert bot.ids == ids
    assert len(bot.bodies) == 3
    assert [delivery["ids"] for delivery in courier.deliveries] == [[each] for each in ids]


async def test_a_thousand_updates_fit_into_one_body(road: Callable[..., Courier], bot: Bot) -> None:
    courier = road(batch_updates=1_000)
    ids = writes(courier, 1_001)
    await courier.step()
    assert bot.ids == ids
    assert [len(parse(body).messages) for body in bot.bodies] == [1_000, 1]


async def test_batches_come_in_all_three_shapes(road: Callable[..., Courier], bot: Bot) -> None:
    courier = road(batch_updates=4)
    ids = writes(courier, 120)
    await courier.step()
    envelopes = [orjson.loads(body) for body in bot.bodies]
    shapes = {(len(one["entry"]), len(one["entry"][0]["changes"])) for one in envelopes}
    assert shapes == {(4, 1), (1, 4), (1, 1)}
    assert bot.ids == ids


def test_no_shape_of_a_batch_loses_anything(clock: HandClock) -> None:
    meta = MetaDouble(clock)
    bodies = [meta.text(PAUL, words) for words in ("un", "deux")]
    bodies += [meta.status(meta.accept(offer())[1]["messages"][0]["id"], "sent") for _ in range(2)]
    for seed in range(20):
        whole = batch([entry_of(body) for body in bodies], Random(seed))
        assert [message.text for message in parse(whole).messages] == ["un", "deux"]
        assert statuses(whole) == ["sent", "sent"]


async def test_everything_comes_twice(road: Callable[..., Courier], bot: Bot) -> None:
    courier = road(duplicated=1.0)
    ids = writes(courier, 5)
    await courier.step()
    assert sorted(bot.ids) == sorted(ids * 2)


async def test_everything_comes_out_of_order(road: Callable[..., Courier], bot: Bot) -> None:
    courier = road(shuffled=True)
    ids = writes(courier, 20)
    await courier.step()
    assert bot.ids != ids
    assert sorted(bot.ids) == sorted(ids)


async def test_everything_comes_late(road: Callable[..., Courier], bot: Bot, clock: HandClock) -> None:
    courier = road(webhook_seconds=[60, 90])
    ids = writes(courier, 10)
    pause = await courier.step()
    assert bot.ids == []
    assert pause is not None
    assert 60 <= pause <= 90
    clock.advance(90)
    assert await courier.step() is None
    assert sorted(bot.ids) == sorted(ids)


async def test_updates_wait_for_their_batch(road: Callable[..., Courier], bot: Bot, clock: HandClock) -> None:
    courier = road(batch_updates=100, batch_seconds=10.0)
    clock.advance(1)
    first = writes(courier, 2)
    clock.advance(5)
    ids = first + writes(courier, 2)
    assert await courier.step() == 4
    clock.advance(4)
    await courier.step()
    assert bot.ids == ids
    assert len(bot.bodies) == 1


async def test_what_is_not_heard_is_repeated_with_growing_pauses(
    road: Callable[..., Courier], bot: Bot, clock: HandClock
) -> None:
    courier = road()
    bot.answers = [503, 0, 404, 302]
    ids = writes(courier, 1)
    pauses = []
    while (pause := await courier.step()) is not None:
        pauses.append(pause)
        clock.advance(pause)
    assert pauses == [1, 2, 4, 8]
    assert bot.ids == ids * 5
    assert [delivery["status"] for delivery in courier.deliveries] == [503, 0, 404, 302, 200]


async def test_what_is_repeated_is_batched_anew(road: Callable[..., Courier], bot: Bot, clock: HandClock) -> None:
    courier = road(batch_updates=10)
    bot.answers = [500]
    first = writes(courier, 2)
    await courier.step()
    clock.advance(1)
    ids = first + writes(courier, 2)
    await courier.step()
    assert len(bot.bodies) == 2
    assert sorted(bot.ids[2:]) == sorted(ids)


async def test_after_seven_days_meta_gives_up(road: Callable[..., Courier], bot: Bot, clock: HandClock) -> None:
    courier = road(duplicated=1.0)
    bot.answers = [500] * 1_000
    writes(courier, 1)
    began, pause = clock(), await courier.step()
    while pause is not None:
        clock.advance(pause)
        last, pause = clock(), await courier.step()
    assert 6.9 < (last - began).total_seconds() / 86_400 <= 7
    assert courier.given_up == 1
    assert courier.deliveries[-1]["attempt"] > 100


async def test_an_accepted_message_is_reported(road: Callable[..., Courier], bot: Bot, clock: HandClock) -> None:
    courier = road(read_share=1.0, status_seconds=[4, 4])
    _, answer = courier.double.accept(offer())
    courier.report(answer["messages"][0]["id"], "normal")
    moments = []
    while (pause := await courier.step()) is not None:
        moments.append(pause)
        clock.advance(pause)
    assert moments == [1, 3, 8]
    assert [statuses(body) for body in bot.bodies] == [["sent"], ["delivered"], ["read"]]
    told = [parse(body).receipts[0] for body in bot.bodies]
    assert [(receipt.key, (receipt.pricing or {})["category"]) for receipt in told] == [("o-1", "utility")] * 3
    assert [(clock() - receipt.at).total_seconds() for receipt in told if receipt.at] == [11, 8, 0]


async def test_sent_may_arrive_after_delivered(road: Callable[..., Courier], bot: Bot, clock: HandClock) -> None:
    courier = road(read_share=0.0, statuses_downgraded=1.0)
    _, answer = courier.double.accept(offer())
    courier.report(answer["messages"][0]["id"], "normal")
    while (pause := await courier.step()) is not None:
        clock.advance(pause)
    assert [statuses(body) for body in bot.bodies] == [["delivered"], ["sent"]]


async def test_without_a_receiver_nothing_piles_up(clock: HandClock, bot: Bot) -> None:
    courier = Courier(MetaDouble(clock))
    writes(courier, 3)
    assert (courier.waiting(), await courier.step()) == (0, None)
    courier.deliver_to(bot)
    ids = writes(courier, 1)
    await courier.step()
    assert bot.ids == ids


async def test_messages_and_statuses_share_a_batch(road: Callable[..., Courier], bot: Bot, clock: HandClock) -> None:
    courier = road(batch_updates=1_000, batch_seconds=60.0, read_share=1.0)
    ids = writes(courier, 10)
    for _ in range(10):
        courier.report(courier.double.accept(words())[1]["messages"][0]["id"], "normal")
    clock.advance(60)
    await courier.step()
    assert len(bot.bodies) == 1
    assert bot.ids == ids
    assert sorted(statuses(bot.bodies[0])) == sorted(["sent", "delivered", "read"] * 10)
