"""What Meta says of a message after it took it, and what follows when it says nothing."""

from tests.sending.stage import Town, offers_in


async def test_an_answer_that_failed_for_a_passing_reason_is_sent_three_times_at_most(town: Town) -> None:
    mireille = town.client("Mireille")
    await mireille.writes("bonjour")
    for taken in (1, 2, 3):
        assert len(mireille.inbox) == taken
        await town.is_told(mireille.inbox[-1], "failed", code=131000)
        assert len(mireille.inbox) == taken
        await town.ticks(12, seconds=5)
    assert len(mireille.inbox) == 3
    assert await town.sent_rows() == [("failed", 3)]
    assert len({message.key for message in mireille.inbox}) == 1
    town.double.log.clear()  # three times on Meta's own word is no repeat of ours


async def test_an_answer_sent_anew_and_delivered_is_at_rest(town: Town) -> None:
    mireille = town.client("Mireille")
    await mireille.writes("bonjour")
    await town.is_told(mireille.inbox[0], "failed", code=131000)
    await town.passes(seconds=10)
    await town.is_told(mireille.inbox[1], "delivered")
    await town.ticks(10, minutes=1)
    assert await town.sent_rows() == [("delivered", 2)]
    town.double.log.clear()


async def test_what_comes_after_an_answer_sent_anew_waits_for_it(town: Town) -> None:
    mireille = town.client("Mireille")
    await mireille.writes("bonjour")
    await town.is_told(mireille.inbox[0], "failed", code=131000)
    await mireille.writes("menu")
    assert len(mireille.inbox) == 1
    await town.passes(seconds=10)
    first, again, menu = (message.key for message in mireille.inbox)
    assert first == again != menu
    town.double.log.clear()


async def test_an_outage_before_leaves_the_three_tries_whole(town: Town) -> None:
    mireille = town.client("Mireille")
    town.road.cut = True
    await mireille.writes("bonjour")
    await town.ticks(30, seconds=5)
    town.road.cut = False
    await town.ticks(3, minutes=1)
    await town.is_told(mireille.inbox[0], "failed", code=131000)
    await town.ticks(3, minutes=1)
    assert len(mireille.inbox) == 2
    town.double.log.clear()


async def test_an_offer_that_failed_for_a_passing_reason_goes_to_the_next_provider(town: Town) -> None:
    paul, awa = await town.provider("Paul"), await town.provider("Awa")
    await town.asked_for()
    await town.is_told(paul.inbox[0], "failed", code=131000)
    assert await town.offers() == ["undeliverable", "open"]
    assert (len(offers_in(paul)), len(offers_in(awa))) == (1, 1)


async def test_a_failure_after_delivery_is_not_believed(town: Town) -> None:
    paul = await town.provider("Paul")
    await town.asked_for()
    await town.is_told(paul.inbox[0], "delivered")
    await town.is_told(paul.inbox[0], "failed", code=131000)
    assert await town.offers() == ["open"]


async def test_one_id_for_every_message(town: Town) -> None:
    town.road.one_id = "wamid.the-same-for-all"
    people = [town.client("Mireille"), town.client("Paul"), town.client("Awa")]
    for person in people:
        await person.writes("bonjour")
        await person.writes("menu")
    await town.ticks(20, seconds=30)
    assert await town.sent_rows() == [("sent", 1)] * 6
    assert [len(person.inbox) for person in people] == [2, 2, 2]


async def test_receipts_with_one_id_for_every_message(town: Town) -> None:
    town.road.one_id = "wamid.the-same-for-all"
    mireille = town.client("Mireille")
    for words, state in (("bonjour", "sent"), ("menu", "delivered"), ("aide", "read")):
        await mireille.writes(words)
        status = {"id": town.road.one_id, "status": state, "timestamp": "1795420800"}
        told = {"biz_opaque_callback_data": mireille.inbox[-1].key, "recipient_id": mireille.address[1:]}
        await town.post_value({"statuses": [{**status, **told}]})
    await town.ticks(20, seconds=30)
    assert await town.sent_rows() == [("sent", 1), ("delivered", 1), ("read", 1)]
