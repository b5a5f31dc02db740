"""No current in the whole quarter: the neighbours are asked about before any electrician is looked for."""

import pytest

from tests.city import City

CUT = "tout le quartier est coupé à Makepe depuis ce matin"


async def live(city: City) -> list[str]:
    rows = await city.rows("SELECT status, service FROM v_requests WHERE status <> 'cancelled' ORDER BY id")
    return [row["service"] for row in rows]


@pytest.mark.parametrize(
    "words", ["non", "non eux aussi", "eux aussi sont coupés", "nn c'est partout", "dem no get too"]
)
async def test_neighbours_without_current_are_enéos_affair(city: City, words: str) -> None:
    await city.provider("Paul", "electricity", "makepe")
    mireille = city.client("Mireille")
    await mireille.writes(CUT)
    assert "voisins" in mireille.last
    await mireille.writes(words)
    assert "ENEO" in mireille.last
    assert (await live(city), await city.offers()) == ([], [])


@pytest.mark.parametrize(
    "words", ["oui", "oui ils ont", "les voisins ont la lumière", "seulement chez moi", "only my house"]
)
async def test_neighbours_with_current_mean_an_electrician(city: City, words: str) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("tout le quartier est coupé")
    await mireille.writes(words)
    assert await live(city) == ["electricity"]
    await mireille.writes("Makepe, maintenant")
    assert await city.status() == "confirming"


@pytest.mark.parametrize(("title", "kept"), [("Oui, ils en ont", ["electricity"]), ("Non, eux non plus", [])])
async def test_the_neighbours_by_button(city: City, title: str, kept: list[str]) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(CUT)
    await mireille.taps(title)
    assert await live(city) == kept


@pytest.mark.parametrize("words", ["envoyez quand même", "oui", "je veux un électricien"])
async def test_who_insists_gets_his_electrician_with_what_he_told_before(city: City, words: str) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(CUT)
    await mireille.writes("non")
    await mireille.writes(words)
    rows = await city.rows("SELECT service, zone FROM v_requests WHERE status <> 'cancelled'")
    assert rows == [{"service": "electricity", "zone": "makepe"}]


async def test_who_does_not_insist_is_left_in_peace(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(CUT)
    await mireille.writes("non")
    await mireille.taps("Non, merci")
    assert await live(city) == []
    await mireille.writes("fuite d'eau à Akwa demain matin")
    assert await live(city) == ["plumbing"]


async def test_a_place_is_no_answer_and_is_kept(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("there is no light in the whole area")
    await mireille.writes("I am in Makepe")
    assert "neighbours" in mireille.last
    await mireille.writes("yes they have")
    assert await city.rows("SELECT service, zone FROM v_requests") == [{"service": "electricity", "zone": "makepe"}]


async def test_sparks_are_not_discussed(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("le compteur fait des étincelles à Makepe et tout le quartier est coupé")
    assert "voisins" not in mireille.last
    assert await live(city) == ["electricity"]
