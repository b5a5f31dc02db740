"""Menus, people, danger, other trades, other towns, and the words one may say at any time."""

import pytest

from tests.city import NEED, City, answers_on


async def test_the_menu_after_two_failures_and_a_person_after_three(city: City) -> None:
    mireille = city.client("Mireille")
    for _ in range(2):
        await mireille.writes("blablabla zut")
    assert mireille.inbox[-1].choices or mireille.inbox[-1].buttons
    await mireille.writes("grmbl")
    assert "équipe" in mireille.last
    assert "human_requested" in await city.events()


async def test_another_trade_is_told_what_is_served_and_counted(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("je cherche un mécanicien à Akwa")
    assert "plombier" in mireille.last.lower()
    assert "trade_unserved" in await city.events()
    assert await city.rows("SELECT id FROM v_requests") == []


async def test_another_town_is_told_so_and_counted(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("j'ai besoin d'un plombier à Bafoussam")
    assert "Douala" in mireille.last
    assert "city_unserved" in await city.events()


async def test_danger_gets_the_safety_sentence_first_and_is_urgent(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("la prise fait des étincelles chez moi à Makepe")
    assert "disjoncteur" in mireille.last.split("\n")[0] or "coupez" in mireille.last.lower().split("\n\n")[0]
    assert (await city.rows("SELECT urgent, service FROM v_requests"))[0]["service"] == "electricity"
    assert (await city.rows("SELECT urgent FROM v_requests"))[0]["urgent"]
    assert "danger_reported" in await city.events()


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Hello, my kitchen sink is leaking in Bonamoussadi, tomorrow morning", "en"),
        ("light don go for my house, Makepe side, abeg come now now", "pcm"),
    ],
)
async def test_people_are_answered_in_their_language(city: City, words: str, language: str) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(words)
    assert (await city.rows("SELECT language FROM v_contacts"))[0]["language"] == language
    assert "Répondez" not in mireille.last


async def test_help_human_and_status_at_any_time(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("STATUT")
    assert "aucune demande" in mireille.last
    await mireille.writes("AIDE")
    assert "ANNULER" in mireille.last
    await mireille.writes("je veux parler à quelqu'un")
    assert "équipe" in mireille.last


async def test_an_unknown_quarter_stays_unknown(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("fuite d'eau derrière la boutique de maman Jeanne, urgent")
    row = (await city.rows("SELECT zone, place_text FROM requests"))[0]
    assert row["zone"] is None
    assert "boutique" in row["place_text"]
    await mireille.writes("c'est à Kotto")
    row = (await city.rows("SELECT zone, place_text FROM requests"))[0]
    assert row["zone"] == "kotto"
    assert "boutique" in row["place_text"]


async def test_a_yes_with_another_time_shows_the_recap_again(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    for words, day in (("oui mais plutôt samedi 10h", "samedi"), ("oui dimanche matin", "dimanche")):
        await mireille.writes(words)
        assert await city.status() == "confirming"
        assert day in mireille.last


async def test_another_mans_request_is_refused(city: City) -> None:
    mireille, ngono = city.client("Mireille"), city.client("Ngono")
    await mireille.writes(NEED)
    await ngono.writes("bonjour")
    await city.post(city.double.tap(ngono.address, "request:1:confirm", "OUI"))
    await city.post(city.double.tap(ngono.address, "offer:1:accept", "OUI"))
    await city.settle()
    assert await city.status() == "confirming"


async def test_the_same_trade_twice_is_one_request(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await mireille.writes("j'ai une fuite d'eau à Bonamoussadi")
    assert len(await city.rows("SELECT id FROM v_requests")) == 1


async def test_another_trade_meanwhile_is_a_request_of_its_own(city: City) -> None:
    await city.provider("Paul", "plumbing|electricity")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await mireille.writes("et aussi plus de courant chez moi à Bonamoussadi, urgent")
    await mireille.writes("OUI")
    rows = await city.rows("SELECT service, status FROM v_requests ORDER BY id")
    assert [row["service"] for row in rows] == ["plumbing", "electricity"]
    await mireille.writes("annuler")
    await mireille.taps(answers_on(mireille.inbox[-1])[0][0])
    statuses = [row["status"] for row in await city.rows("SELECT status FROM v_requests ORDER BY id")]
    assert sorted(statuses) == ["cancelled", "offered"]


async def test_the_same_words_twice_show_the_recap_twice(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    first = mireille.last
    await mireille.writes(NEED)
    assert first.startswith(mireille.last), "the same recap, without what only the first answer says"
    assert len(await city.rows("SELECT id FROM v_requests")) == 1
