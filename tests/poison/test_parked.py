"""What cannot be heard is parked after five tries: to be seen, with its reason, while everybody else goes on."""

from mboa.storage.parked import hear_again, parked
from tests.city import NEED, City

BREAK = "UPDATE messages SET body_json = '{' WHERE text = 'poison'"
MEND = "UPDATE messages SET body_json = '{}' WHERE text = 'poison'"
POISON = "SELECT status, attempts, error FROM v_messages WHERE text = 'poison'"


async def poisoned(city: City) -> None:
    """Ebongue's message is on the disk, and cannot be read any more."""
    ebongue = city.client("Ebongue")
    await city.post(city.double.photo(ebongue.address, "poison"))
    await city.mboa.office.store.write(lambda conn: conn.run(BREAK))


async def test_five_tries_and_it_is_parked_with_its_reason(city: City) -> None:
    await poisoned(city)
    for tries in range(1, 5):
        await city.passes(seconds=2)
        assert [(row["status"], row["attempts"]) for row in await city.rows(POISON)] == [("received", tries)]
    await city.passes(seconds=2)
    assert [(row["status"], row["attempts"]) for row in await city.rows(POISON)] == [("parked", 5)]
    assert (await city.rows(POISON))[0]["error"]
    await city.passes(hours=1)
    assert (await city.rows(POISON))[0]["attempts"] == 5


async def test_everybody_else_is_heard_meanwhile(city: City) -> None:
    await poisoned(city)
    mireille, paul = city.client("Mireille"), await city.provider("Paul")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    assert await city.status() == "accepted"
    assert mireille.heard(paul.address) == 1


async def test_a_message_that_can_be_heard_again_is_heard(city: City) -> None:
    await poisoned(city)
    await city.passes(seconds=2)
    await city.mboa.office.store.write(lambda conn: conn.run(MEND))
    await city.passes(seconds=2)
    assert [row["status"] for row in await city.rows(POISON)] == ["understood"]
    assert len(city.double.phone("+237677000001")) == 1


async def test_his_own_other_words_are_heard(city: City) -> None:
    await poisoned(city)
    await city.post(city.double.text("+237677000001", NEED))
    for _ in range(6):
        await city.passes(seconds=2)
    assert [row["status"] for row in await city.rows(POISON)] == ["parked"]
    assert await city.status() == "confirming"


async def test_a_parked_message_is_seen_and_heard_when_tried_again(city: City) -> None:
    await poisoned(city)
    for _ in range(5):
        await city.passes(seconds=2)
    store = city.mboa.office.store
    (row,) = await store.read(parked)
    await store.write(lambda conn: conn.run(MEND))
    assert [await store.write(hear_again, row["id"]) for _ in range(2)] == [True, False]
    await city.settle()
    assert [found["status"] for found in await city.rows(POISON)] == ["understood"]
    assert (len(city.double.phone("+237677000001")), await store.read(parked)) == (1, [])


async def test_tried_again_in_vain_it_is_parked_again(city: City) -> None:
    await poisoned(city)
    for _ in range(2):
        for _ in range(6):
            await city.passes(seconds=2)
        (row,) = await city.mboa.office.store.read(parked)
        assert await city.mboa.office.store.write(hear_again, row["id"])
    assert [found["attempts"] for found in await city.rows(POISON)] == [0]
