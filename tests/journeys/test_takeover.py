"""A person is answered by an operator: the bot is silent, nobody is forgotten, and nobody is answered twice."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.admin.conversations.stage import Chair, contact_of
from tests.admin.stage import at_desk
from tests.city import NEED, City, Person

Held = tuple[Person, Chair]


@pytest.fixture
async def held(city: City) -> AsyncIterator[Held]:
    """Mireille has said bonjour, and Odile of the house answers her now."""
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    async with at_desk(city) as odile:
        chair = Chair(city, odile, await contact_of(city, mireille))
        assert (await chair.takes()).status_code == 200
        yield mireille, chair


async def test_the_bot_is_silent_while_an_operator_answers(city: City, held: Held) -> None:
    mireille, odile = held
    before = len(mireille.inbox)
    for text in (NEED, "vous êtes là ?", "OUI", "STATUT"):
        await mireille.writes(text)
    assert len(mireille.inbox) == before
    assert await city.rows("SELECT id FROM v_requests") == []
    contact = (await odile.sees())["contact"]
    assert (contact["needs_human"], contact["held_by_me"]) == (True, True)


async def test_she_gets_the_operators_words_once(city: City, held: Held) -> None:
    mireille, odile = held
    await mireille.writes("j'ai une question")
    before = len(mireille.inbox)
    answers = [await odile.writes("Bonjour Mireille, je vous écoute.", once="form-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [message.text for message in mireille.inbox[before:]] == ["Bonjour Mireille, je vous écoute."]


async def test_handed_back_the_bot_answers_again(city: City, held: Held) -> None:
    mireille, odile = held
    await mireille.writes("j'ai une question")
    await odile.writes("Dites-moi votre besoin.")
    before = len(mireille.inbox)
    await odile.hands_back()
    assert len(mireille.inbox) == before
    await mireille.writes(NEED)
    assert await city.status() == "confirming"
    assert len(mireille.inbox) == before + 1


async def test_what_nobody_answered_is_taken_up_at_hand_back(city: City, held: Held) -> None:
    mireille, odile = held
    await mireille.writes(NEED)
    assert await city.status() == "none"
    await odile.hands_back()
    assert await city.status() == "confirming"
    assert (await odile.sees())["contact"]["needs_human"] is False


async def test_a_forgotten_hold_ends_by_itself(city: City, held: Held) -> None:
    mireille, odile = held
    await city.passes(hours=1)
    await mireille.writes(NEED)
    await city.passes(minutes=59)
    assert await city.status() == "none"
    await city.passes(minutes=1)
    assert await city.status() == "confirming"
    assert (await odile.sees())["contact"]["held_by"] is None


async def test_an_old_question_is_not_answered_out_of_the_blue(city: City, held: Held) -> None:
    mireille, odile = held
    await odile.writes("Un instant.")
    await mireille.writes(NEED)
    before = len(mireille.inbox)
    await city.passes(hours=1)
    await odile.takes()
    await mireille.writes("merci, c'est bon")
    await city.mboa.office.store.write(
        lambda conn: conn.run("UPDATE contacts SET held_until_at = :at WHERE id = 1", at=conn.now + timedelta(hours=3))
    )
    await city.passes(hours=3)
    assert (await city.status(), len(mireille.inbox)) == ("none", before)
    assert {row["status"] for row in await city.rows("SELECT status FROM v_messages WHERE direction = 'in'")} == {
        "understood"
    }


async def test_stop_is_obeyed_all_the_same(city: City, held: Held) -> None:
    mireille, odile = held
    await mireille.writes("STOP")
    refused = await odile.writes("Vous êtes sûre ?")
    assert (refused.status_code, refused.json()["reason"]) == (409, "opted_out")
    assert (await odile.sees())["contact"]["opted_out"] is True
    assert mireille.heard("sûre") == 0


async def test_danger_is_answered_at_once(city: City, held: Held) -> None:
    mireille, _ = held
    before = len(mireille.inbox)
    await mireille.writes("ça sent le gaz dans toute la maison")
    await mireille.writes("vous êtes là ?")
    assert len(mireille.inbox) == before + 1
    assert "Gaz" in mireille.last
    assert "danger_reported" in await city.events()


async def asked(city: City) -> tuple[Person, Person]:
    """Mireille's request is offered to Paul."""
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    assert paul.heard("OUI") == 1
    return paul, mireille


async def test_a_held_provider_still_answers_his_open_offer(city: City) -> None:
    paul, mireille = await asked(city)
    async with at_desk(city) as odile:
        await Chair(city, odile, await contact_of(city, paul)).takes()
        await paul.writes("OUI")
    assert await city.status() == "accepted"
    assert (paul.heard(mireille.address), mireille.heard(paul.address)) == (1, 1)


async def test_oui_to_the_operator_is_no_oui_to_the_offer(city: City) -> None:
    paul, _ = await asked(city)
    async with at_desk(city) as odile:
        chair = Chair(city, odile, await contact_of(city, paul))
        await paul.writes("bonjour")
        await chair.takes()
        assert (await chair.writes("Paul, tu es à Makepe ?")).status_code == 201
        await paul.writes("oui")
        assert await city.offers() == ["open"]
        await paul.taps("OUI")
    assert await city.offers() == ["accepted"]


async def test_a_held_provider_is_offered_nothing(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    async with at_desk(city) as odile:
        await Chair(city, odile, await contact_of(city, paul)).takes()
        await mireille.writes(NEED)
        await mireille.writes("OUI")
    assert (await city.status(), await city.offers(), paul.inbox) == ("unserved", [], [])


async def test_an_offer_on_its_way_goes_to_the_next(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await city.post(city.double.text(mireille.address, "OUI"))
    await city.mboa.crew.loops["inbox"].step()
    async with at_desk(city) as odile:
        first = await city.rows("SELECT p.contact_id FROM v_offers o JOIN v_providers p ON p.id = o.provider_id")
        await Chair(city, odile, first[0]["contact_id"]).takes()
    assert sorted([len(paul.inbox), len(awa.inbox)]) == [0, 1]
    assert sorted(await city.offers()) == ["open", "undeliverable"]


async def test_news_of_her_request_wait_for_the_hand_back(city: City) -> None:
    paul, mireille = await asked(city)
    async with at_desk(city) as client:
        odile = Chair(city, client, await contact_of(city, mireille))
        await odile.takes()
        before = len(mireille.inbox)
        await paul.writes("OUI")
        assert len(mireille.inbox) == before
        await odile.writes("On vous trouve quelqu'un.")
        assert len(mireille.inbox) == before + 1
        await odile.hands_back()
    assert mireille.heard(paul.address) == 1


async def test_a_timer_neither_asks_nor_decides_meanwhile(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("Fuite sous l'évier à Bonamoussadi, dès que possible")
    await mireille.writes("OUI")
    before = len(mireille.inbox)
    async with at_desk(city) as client:
        odile = Chair(city, client, await contact_of(city, mireille))
        for _ in range(6):
            await odile.takes()
            await city.passes(hours=1)
            await odile.writes("On cherche toujours.")
        assert {message.text for message in mireille.inbox[before:]} == {"On cherche toujours."}
        assert await city.status() == "unserved"
        await city.passes(hours=2)
    assert mireille.heard("toujours besoin") == 1


async def test_two_operators_do_not_answer_unknowingly(city: City, held: Held) -> None:
    mireille, odile = held
    holder = (await odile.sees())["contact"]["held_by"]
    async with at_desk(city) as client:
        serge = Chair(city, client, await contact_of(city, mireille))
        for refused in (await serge.takes(), await serge.writes("Bonjour !"), await serge.hands_back()):
            assert (refused.status_code, refused.json()["held_by"]) == (409, holder)
        assert (await serge.takes(instead_of=holder)).status_code == 200
        assert (await odile.writes("Me revoici.")).status_code == 409
        assert (await serge.writes("Bonjour !")).status_code == 201
    assert (mireille.heard("Bonjour !"), mireille.heard("Me revoici.")) == (1, 0)


async def test_a_newer_message_is_read_before_it_is_answered(city: City, held: Held) -> None:
    mireille, odile = held
    seen = (await odile.sees())["messages"][-1]["id"]
    await mireille.writes("finalement c'est réglé")
    refused = await odile.writes("J'envoie quelqu'un.", seen=seen)
    assert (refused.status_code, refused.json()["reason"]) == (409, "newer")
    assert mireille.heard("J'envoie quelqu'un.") == 0
    assert (await odile.writes("Très bien.", seen=refused.json()["newest"])).status_code == 201


async def test_an_answer_of_the_bot_on_its_way_is_not_sent(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    before = len(mireille.inbox)
    await city.post(city.double.text(mireille.address, NEED))
    await city.mboa.crew.loops["inbox"].step()
    async with at_desk(city) as odile:
        await Chair(city, odile, await contact_of(city, mireille)).takes()
    await city.passes(minutes=5)
    assert len(mireille.inbox) == before


async def test_a_closed_window_takes_a_template(city: City, held: Held) -> None:
    mireille, odile = held
    await city.passes(hours=25)
    await odile.takes()
    refused = await odile.writes("Bonjour, êtes-vous là ?")
    assert (refused.status_code, refused.json()["reason"]) == (409, "window_closed")
    assert {one["name"] for one in refused.json()["templates"]} == {"request_update", "number_request"}
    sent = await odile.writes("", template="request_update", parameters={"code": "MB-1", "change": "Paul vient à 15 h"})
    assert sent.status_code == 201
    assert "Paul vient à 15 h" in mireille.last
