"""Which zone, and when: ambiguous names, wishes without a date, and the slot in what both sides read."""

import pytest

from tests.city import City, answers_on

TWO = "fuite d'eau à Nylon demain matin"


@pytest.mark.parametrize("words", ["Douala", "celui de Douala", "le premier", "1"])
async def test_which_zone_in_words(city: City, words: str) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(TWO)
    assert [title for title, _ in answers_on(mireille.inbox[-1])] == ["Nylon", "Nylon Yaoundé"]
    await mireille.writes(words)
    assert (await city.rows("SELECT zone FROM v_requests"))[0]["zone"] == "nylon"
    assert await city.status() == "confirming"


async def test_which_zone_by_button(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(TWO)
    await mireille.taps("Nylon")
    assert (await city.rows("SELECT zone FROM v_requests"))[0]["zone"] == "nylon"


async def test_the_zone_in_the_other_town_is_not_served(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(TWO)
    await mireille.taps("Nylon Yaoundé")
    assert "city_unserved" in await city.events()
    assert (await city.rows("SELECT zone FROM v_requests"))[0]["zone"] is None


async def test_a_wish_without_a_date_is_asked_for_one(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("fuite d'eau à Makepe après les fêtes")
    assert "quelle date" in mireille.last
    await mireille.writes("le 5 janvier")
    assert "mardi 5 janvier" in mireille.last
    assert await city.status() == "confirming"


@pytest.mark.parametrize("words", ["je ne sais pas encore", "je sais pas"])
async def test_no_date_twice_is_taken_as_it_was_said(city: City, words: str) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("fuite d'eau à Makepe après les fêtes")
    await mireille.writes(words)
    assert "après les fêtes" in mireille.last
    assert await city.status() == "confirming"


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("demain matin", "mardi 24 novembre"),
        ("avant vendredi", "vendredi 27 novembre"),
        ("à partir de mercredi", "mercredi 25"),
    ],
)
async def test_the_wished_slot_stands_in_recap_and_offer(city: City, wish: str, told: str) -> None:
    paul = await city.provider("Paul", zones="makepe")
    mireille = city.client("Mireille")
    await mireille.writes(f"fuite d'eau à Makepe {wish}")
    assert told in mireille.last
    await mireille.writes("OUI")
    assert told in paul.last


async def test_nobody_is_asked_whether_work_wished_for_friday_is_done_on_tuesday(city: City) -> None:
    paul = await city.provider("Paul", zones="makepe")
    mireille = city.client("Mireille")
    await mireille.writes("fuite d'eau à Makepe vendredi matin")
    await mireille.writes("OUI")
    await paul.writes("OUI")
    await city.passes(days=4)
    assert "job_checked" not in await city.events()
    await city.passes(days=1, hours=6)
    assert "job_checked" in await city.events()


async def test_a_voice_note_says_what_exactly(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("plombier à Makepe demain matin")
    assert "exactement" in mireille.last
    await city.post(city.double.voice(mireille.address))
    await city.settle()
    assert await city.status() == "confirming"
