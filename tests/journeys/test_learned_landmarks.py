"""A landmark that two clients' pins agree on: the next client behind it gets the nearest repairer first."""

import pytest

from mboa.understanding.gazetteer import centre_of
from tests.city import City, Person

ROUND = (4.0877, 9.7424)
NEXT_DOOR = (4.0882, 9.7427)  # some 65 m on
SPOT = "derrière la pharmacie du rond point"


async def job(city: City, paul: Person, name: str, pin: tuple[float, float], words: str = SPOT) -> None:
    """A leak repaired at a pin in Bonamoussadi."""
    client = city.client(name)
    await client.writes(f"fuite d'eau à Bonamoussadi {words} demain matin")
    await city.post(city.double.pin(client.address, *pin))
    await city.settle()
    await client.writes("OUI")
    await paul.writes("OUI")
    await paul.writes("TERMINE")
    await client.writes("5")
    assert await city.status() == "completed"


async def spot_of(city: City, name: str, words: str) -> tuple[float, float]:
    client = city.client(name)
    await client.writes(f"fuite d'eau à Bonamoussadi {words} demain matin")
    await client.writes("OUI")
    rows = await city.rows("SELECT zone, latitude, longitude FROM requests ORDER BY id DESC LIMIT 1")
    assert rows[0]["zone"] == "bonamoussadi"
    return rows[0]["latitude"], rows[0]["longitude"]


async def test_two_clients_who_agree_place_the_third(city: City) -> None:
    paul = await city.provider("Paul", latitude=4.0800, longitude=9.7550)
    await job(city, paul, "Mireille", ROUND)
    await job(city, paul, "Awa", NEXT_DOOR, "pharmacie du rond-point")
    near = await city.provider("Ebongue", latitude=4.0877, longitude=9.7424)
    found = await spot_of(city, "Ngono", "près de la pharmacie du rond point")
    assert found == pytest.approx((4.08795, 9.74255), abs=1e-6)
    assert near.inbox, "the nearest is asked first"


async def test_one_clients_own_words_place_nobody(city: City) -> None:
    paul = await city.provider("Paul")
    await job(city, paul, "Mireille", ROUND)
    assert await spot_of(city, "Awa", SPOT) == centre_of("bonamoussadi")


async def test_pins_that_disagree_place_nobody(city: City) -> None:
    paul = await city.provider("Paul")
    await job(city, paul, "Mireille", ROUND)
    await job(city, paul, "Awa", (4.0847, 9.7394))
    assert await spot_of(city, "Ngono", SPOT) == centre_of("bonamoussadi")


async def test_other_words_and_one_word_alone_place_nobody(city: City) -> None:
    paul = await city.provider("Paul")
    await job(city, paul, "Mireille", ROUND)
    await job(city, paul, "Awa", NEXT_DOOR)
    assert await spot_of(city, "Ngono", "derrière la boulangerie Saker") == centre_of("bonamoussadi")
    assert await spot_of(city, "Ebongue", "derrière la pharmacie") == centre_of("bonamoussadi")


async def test_a_learned_spot_teaches_nothing_itself(city: City) -> None:
    paul = await city.provider("Paul")
    await job(city, paul, "Mireille", ROUND)
    await job(city, paul, "Awa", NEXT_DOOR)
    ngono = city.client("Ngono")
    await ngono.writes(f"fuite d'eau à Bonamoussadi {SPOT} demain matin")
    for person, words in ((ngono, "OUI"), (paul, "OUI"), (paul, "TERMINE"), (ngono, "5")):
        await person.writes(words)
    assert await city.status() == "completed"
    pinned = await city.mboa.office.transact(lambda unit: unit.done_at_pins("bonamoussadi"), "test")
    assert [one.spot for one in pinned] == [NEXT_DOOR, ROUND]
