"""Offers: OUI and NON in time, late, twice, by whom, and never to two."""

import asyncio

from mboa import lifecycle
from tests.city import NEED, City, Person


async def searching(city: City, name: str = "Mireille") -> Person:
    """A client whose request has just been confirmed."""
    client = city.client(name)
    await client.writes(NEED)
    await client.writes("OUI")
    return client


async def test_a_refusal_goes_on_at_once(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    await searching(city)
    await paul.writes("non pas disponible")
    assert await city.offers() == ["declined", "open"]
    assert len(awa.inbox) == 1


async def test_a_late_oui_gets_a_job_that_nobody_has(city: City) -> None:
    paul = await city.provider("Paul")
    mireille = await searching(city)
    await city.passes(minutes=11)
    assert await city.status() == "unserved"
    await paul.writes("oui je prends")
    assert await city.status() == "accepted"
    assert mireille.heard(paul.address) == 1


async def test_a_late_oui_while_another_is_asked_gets_nothing(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    mireille = await searching(city)
    await city.passes(minutes=11)
    await paul.writes("OUI")
    assert await city.offers() == ["expired", "open"]
    assert paul.heard(mireille.address) == 0
    assert len(paul.inbox) == 2
    await awa.writes("OUI")
    await paul.writes("OUI")
    assert await city.offers() == ["expired", "accepted"]
    assert paul.heard(mireille.address) == 0


async def test_a_bare_oui_to_two_offers_is_asked_about(city: City) -> None:
    paul = await city.provider("Paul")
    mireille, ngono = await searching(city), await searching(city, "Ngono")
    await paul.writes("oui")
    assert await city.offers() == ["open", "open"]
    code = (await city.rows("SELECT code FROM offers ORDER BY id DESC"))[0]["code"]
    await paul.writes(f"OUI {code}")
    assert await city.offers() == ["open", "accepted"]
    assert (paul.heard(mireille.address), paul.heard(ngono.address)) == (0, 1)


async def test_a_quoted_answer_names_its_offer(city: City) -> None:
    paul = await city.provider("Paul")
    await searching(city)
    await searching(city, "Ngono")
    await paul.writes("oui", reply_to=paul.inbox[0].id)
    assert await city.offers() == ["accepted", "open"]


async def test_oui_twice_is_one_acceptance(city: City) -> None:
    paul = await city.provider("Paul")
    mireille = await searching(city)
    await paul.taps("OUI")
    await paul.taps("OUI")
    assert await city.offers() == ["accepted"]
    assert mireille.heard(paul.address) == 1


async def test_two_oui_at_the_same_instant(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    for _ in range(100):
        mireille = await searching(city)
        await city.passes(minutes=11)
        # Paul's late OUI to his expired offer and Awa's to her open one arrive together.
        late, timely = (city.double.text(who.address, "oui") for who in (paul, awa))
        await asyncio.gather(city.post(late), city.post(timely))
        await asyncio.gather(*(city.mboa.crew.loops["inbox"].step() for _ in range(2)))
        await city.settle()
        row = (await city.rows("SELECT id FROM v_requests ORDER BY id DESC LIMIT 1"))[0]
        won = await city.rows("SELECT id FROM v_offers WHERE request_id = :id AND status = 'accepted'", id=row["id"])
        assert len(won) == 1
        assert paul.heard(mireille.address) + awa.heard(mireille.address) == 1
        loser = awa if paul.heard(mireille.address) else paul
        assert "Merci, mais" in loser.last
        await mireille.writes("annuler")


async def test_an_offer_that_cannot_be_delivered_goes_on_at_once(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    city.double.fail_next(paul.address, code=131026)
    await searching(city)
    assert await city.offers() == ["undeliverable", "open"]
    assert (len(paul.inbox), len(awa.inbox)) == (0, 1)


async def test_an_offer_that_fails_after_it_was_taken_goes_on(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    await searching(city)
    await city.post(city.double.status(paul.inbox[-1].id, "failed", code=131026))
    await city.settle()
    assert await city.offers() == ["undeliverable", "open"]
    assert len(awa.inbox) == 1


async def test_a_template_outside_the_window_and_words_inside(city: City) -> None:
    paul = await city.provider("Paul")
    await searching(city)
    assert paul.inbox[-1].template == "offer"
    await paul.writes("NON")
    awa = await city.provider("Awa")
    await awa.writes("DISPO")
    assert awa.inbox[-1].template is None
    assert {button.payload.rpartition(":")[2] for button in awa.inbox[-1].buttons} == {"accept", "decline"}


async def test_dispo_gets_the_oldest_waiting_request(city: City) -> None:
    mireille, ngono = await searching(city), await searching(city, "Ngono")
    assert await city.status() == "unserved"
    paul = await city.provider("Paul", available=False)
    await paul.writes("DISPO")
    assert await city.offers() == ["open"]
    await paul.writes("OUI")
    assert (mireille.heard(paul.address), ngono.heard(paul.address)) == (1, 0)


async def test_pause_is_asked_no_more(city: City) -> None:
    paul = await city.provider("Paul")
    await paul.writes("PAUSE")
    await searching(city)
    assert await city.offers() == []
    assert await city.status() == "unserved"


async def test_a_question_about_an_offer_leaves_it_open(city: City) -> None:
    paul = await city.provider("Paul")
    await searching(city)
    await paul.writes("c'est combien ?")
    await paul.writes("hein")
    assert await city.offers() == ["open"]


async def test_the_minutes_count_from_the_sending(city: City) -> None:
    paul = await city.provider("Paul")
    city.double.fail_next(paul.address, code=130429, status=429)
    await searching(city)
    assert paul.inbox == []
    await city.passes(seconds=60)
    assert len(paul.inbox) == 1
    await city.passes(seconds=570)
    assert await city.offers() == ["open"]
    await city.passes(seconds=31)
    assert await city.offers() == ["expired"]


async def test_a_provider_gives_a_job_back(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    mireille = await searching(city)
    await paul.taps("OUI")
    await paul.writes("je dois annuler")
    await paul.taps("Rendre la demande")
    assert await city.offers() == ["withdrawn", "open"]
    await awa.writes("oui")
    assert mireille.heard(awa.address) == 1


async def test_on_the_way_to_a_job_is_no_yes_to_another_offer(city: City) -> None:
    paul = await city.provider("Paul")
    await searching(city)
    await paul.writes("OUI")
    await searching(city, "Ngono")
    await paul.writes("EN ROUTE")
    assert await city.offers() == ["accepted", "open"]
    assert "provider_en_route" in await city.events()


async def test_the_last_one_asked_has_no_next(city: City) -> None:
    for name in ("Paul", "Awa", "Serge"):
        await city.provider(name)
    mireille = await searching(city)
    await mireille.writes("STATUT")
    assert "au suivant" in mireille.last
    for _ in range(2):
        await city.passes(minutes=11)
    await mireille.writes("STATUT")
    assert "au premier qui se libère" in mireille.last


async def test_an_offer_that_waited_too_long_in_the_outbox_is_not_sent(city: City) -> None:
    paul = await city.provider("Paul")
    city.double.fail_next(paul.address, code=130429, status=429)
    mireille = await searching(city)
    await mireille.writes("ANNULER")
    await city.passes(minutes=5)
    assert paul.inbox == []
    assert await city.rows("SELECT id FROM v_messages WHERE status = 'queued'") == []


async def test_a_timer_that_rings_early_does_nothing(city: City) -> None:
    await city.provider("Paul")
    await searching(city)
    await city.mboa.office.transact(lifecycle.expire_offer, "timer", 1)
    assert await city.offers() == ["open"]


async def test_cancel_against_oui_ends_in_one_truth(city: City) -> None:
    paul = await city.provider("Paul")
    for _ in range(20):
        await city.passes(minutes=1)  # nobody may be written to twenty times at once
        mireille = await searching(city)
        told = len(paul.inbox)
        yes, no = city.double.text(paul.address, "oui"), city.double.text(mireille.address, "annuler")
        await asyncio.gather(city.post(yes), city.post(no))
        await asyncio.gather(*(city.mboa.crew.loops["inbox"].step() for _ in range(2)))
        await city.settle()
        assert await city.status() == "cancelled"
        heard = [message.text for message in paul.inbox[told:]]
        # Either he never saw the number, or he was told that the job is off.
        assert mireille.heard(paul.address) == sum(mireille.address in text for text in heard)
        assert any("annul" in text for text in heard)
