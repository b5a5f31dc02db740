"""Two problems in one message: one question, two requests; a complaint is none."""

import pytest

from tests.city import City, answers_on

BOTH = "Fuite sous l'évier et la prise du salon ne marche plus, à Makepe demain matin"


async def services(city: City) -> list[str]:
    return [row["service"] for row in await city.rows("SELECT service FROM v_requests ORDER BY id")]


@pytest.mark.parametrize("words", ["oui", "les deux svp", "les 2", "both please", "oui les deux"])
async def test_two_problems_become_two_requests_after_one_question(city: City, words: str) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(BOTH)
    assert "deux dépannages" in mireille.last
    await mireille.writes(words)
    assert await services(city) == ["plumbing", "electricity"], "in the order told"
    assert {row["zone"] for row in await city.rows("SELECT zone FROM v_requests")} == {"makepe"}
    wished = await city.rows("SELECT DISTINCT wished_from_at FROM requests WHERE wished_from_at IS NOT NULL")
    assert len(wished) == 1


async def test_what_is_told_later_holds_for_both_and_the_first_comes_first(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("Fuite sous l'évier et la prise du salon ne marche plus")
    await mireille.writes("les deux")
    await mireille.writes("Makepe demain matin")
    assert "Plomberie" in mireille.last
    assert [row["zone"] for row in await city.rows("SELECT zone FROM v_requests")] == ["makepe", "makepe"]


async def test_each_of_the_two_has_its_recap_and_its_search(city: City) -> None:
    await city.provider("Paul", "plumbing", "makepe")
    await city.provider("Awa", "electricity", "makepe")
    mireille = city.client("Mireille")
    await mireille.writes(BOTH)
    await mireille.taps("Les deux")
    assert "Plomberie" in mireille.last
    await mireille.taps("OUI")
    assert "Électricité" in mireille.last
    assert "Makepe" in mireille.last
    await mireille.writes("oui")
    assert await city.offers() == ["open", "open"]


@pytest.mark.parametrize(
    ("words", "service"),
    [("seulement la fuite", "plumbing"), ("non", "plumbing"), ("juste l'électricien", "electricity")],
)
async def test_one_of_the_two_is_enough(city: City, words: str, service: str) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(BOTH)
    await mireille.writes(words)
    assert await services(city) == [service]
    assert await city.status() == "confirming"


async def test_by_button_the_second_alone(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(BOTH)
    await mireille.taps("Électricité")
    assert await services(city) == ["electricity"]


async def test_a_detail_instead_of_an_answer_goes_on_with_the_first(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("Fuite sous l'évier et la prise du salon ne marche plus")
    await mireille.writes("c'est à Makepe demain matin")
    assert "ensuite" in mireille.last
    assert await city.rows("SELECT service, zone FROM v_requests") == [{"service": "plumbing", "zone": "makepe"}]


async def test_one_of_two_drafts_is_called_off_and_the_other_goes_on(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(BOTH)
    await mireille.writes("les deux")
    await mireille.taps("Annuler")
    assert [row["status"] for row in await city.rows("SELECT status FROM v_requests ORDER BY id")] == [
        "cancelled",
        "confirming",
    ]
    assert "Électricité" in mireille.last


async def test_what_somebody_works_on_already_is_not_asked_about(city: City) -> None:
    await city.provider("Paul", "plumbing", "makepe")
    mireille = city.client("Mireille")
    await mireille.writes("fuite sous l'évier à Makepe demain matin")
    await mireille.writes("OUI")
    await mireille.writes(BOTH)
    assert await services(city) == ["plumbing", "electricity"]
    assert await city.status() == "confirming"


async def test_annuler_between_a_search_and_a_draft_asks_which(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(BOTH)
    await mireille.writes("les deux")
    await mireille.writes("OUI")
    await mireille.writes("annuler")
    assert len(answers_on(mireille.inbox[-1])) == 2
    assert "cancelled" not in [row["status"] for row in await city.rows("SELECT status FROM v_requests")]


async def test_a_complaint_about_a_trade_opens_nothing_and_calls_a_person(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("le plombier n'est pas venu")
    assert "désolés" in mireille.last
    assert await services(city) == []
    assert "human_requested" in await city.events()


async def test_three_advertisements_call_nobody(city: City) -> None:
    seller = city.client("Ngono")
    for _ in range(4):
        await seller.writes("je vends des chaussures pas chères, livraison partout")
        assert "Mboa" in seller.last
        assert not answers_on(seller.inbox[-1])
    assert "human_requested" not in await city.events()


async def test_small_talk_leaves_the_question_standing(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("j'ai une fuite d'eau")
    await mireille.writes("lol")
    assert "Où est-ce" in mireille.last
    await mireille.writes("Makepe demain matin")
    assert await city.status() == "confirming"


async def test_naming_the_second_trade_over_the_first_recap_speaks_of_the_second(city: City) -> None:
    await city.provider("Awa", "electricity", "makepe")
    mireille = city.client("Mireille")
    await mireille.writes(BOTH)
    await mireille.taps("Les deux")
    assert "Plomberie" in mireille.last
    await mireille.writes("la prise du salon d'abord, le courant saute")
    assert "Électricité" in mireille.last
    assert await services(city) == ["plumbing", "electricity"]
    await mireille.writes("oui")
    assert "Plomberie" in mireille.last, "the other one has its turn"
