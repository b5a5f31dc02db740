"""Somebody writes faster than anybody can be answered: all is kept and heard, more seldom; he is answered once."""

from datetime import timedelta

import pytest

from tests.city import NEED, City, Person
from tests.engines import Database, HandClock

KIND_WORD = "Doucement"


async def floods(city: City, person: Person, messages: int, words: str = "allo") -> None:
    """Many messages at once; the last two numbers of each make them differ."""
    for number in range(messages):
        await city.post(city.double.text(person.address, f"{words} {number % 100}"))


async def unread(city: City) -> int:
    rows = await city.rows("SELECT COUNT(*) AS n FROM v_messages WHERE direction = 'in' AND status = 'received'")
    return int(rows[0]["n"])


async def test_a_flood_is_heard_together_and_answered_once(city: City) -> None:
    mireille = city.client("Mireille")
    await floods(city, mireille, 200)
    await city.settle()
    assert (len(mireille.inbox), mireille.heard(KIND_WORD)) == (1, 1)
    rows = await city.rows("SELECT status, COUNT(*) AS n FROM v_messages WHERE direction = 'in' GROUP BY status")
    assert rows == [{"status": "understood", "n": 200}]


async def test_what_he_needs_is_found_among_it(city: City) -> None:
    mireille = city.client("Mireille")
    await floods(city, mireille, 60)
    await city.post(city.double.text(mireille.address, NEED))
    await floods(city, mireille, 60)
    await city.settle()
    assert "Bonamoussadi" in mireille.last
    assert await city.status() == "confirming"


async def test_then_he_is_heard_every_half_minute_and_asked_once_an_hour(city: City) -> None:
    mireille = city.client("Mireille")
    await floods(city, mireille, 25)
    await city.settle()
    for _ in range(4):
        await floods(city, mireille, 25)
        await city.settle()
        assert await unread(city) == 25
        await city.passes(seconds=30)
        assert await unread(city) == 0
    assert (mireille.heard(KIND_WORD), len(mireille.inbox)) == (1, 5)
    city.clock.advance(3600)
    await floods(city, mireille, 25)
    await city.settle()
    assert mireille.heard(KIND_WORD) == 2


async def test_a_trickle_that_never_stops_is_a_flood_too(city: City) -> None:
    mireille = city.client("Mireille")
    for number in range(34):
        await mireille.writes(f"allo {number}")
        city.clock.advance(0.5)
    assert mireille.heard(KIND_WORD) == 1
    assert await unread(city) == 3


async def test_nobody_else_waits(city: City) -> None:
    mireille, awa = city.client("Mireille"), city.client("Awa")
    await floods(city, mireille, 100)
    await awa.writes(NEED)
    assert "Bonamoussadi" in awa.last
    assert awa.heard(KIND_WORD) == 0


async def test_when_he_has_calmed_down_he_is_heard_at_once(city: City) -> None:
    mireille = city.client("Mireille")
    await floods(city, mireille, 40)
    await city.settle()
    await city.passes(seconds=90)
    await mireille.writes(NEED)
    assert "Bonamoussadi" in mireille.last


async def test_after_an_outage_nobody_is_scolded(city: City) -> None:
    mireille = city.client("Mireille")
    bodies = []
    for number in range(60):
        bodies.append(city.double.text(mireille.address, f"allo {number}"))
        city.clock.advance(240)
    for body in bodies:
        await city.post(body)
    await city.settle()
    assert mireille.heard(KIND_WORD) == 0


async def test_taps_and_pins_of_a_flood_have_one_effect_each(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    recap, payload = mireille.inbox[-1], mireille.inbox[-1].buttons[0].payload
    await city.provider("Paul")
    for number in range(30):
        await city.post(city.double.tap(mireille.address, payload, "Oui", recap.id))
        await city.post(city.double.pin(mireille.address, 4.08 + number / 1000, 9.74))
    await city.settle()
    assert (await city.events()).count("request_created") == 1
    assert await unread(city) == 0


async def test_stop_in_a_flood_is_obeyed_in_silence(city: City) -> None:
    mireille = city.client("Mireille")
    for _ in range(40):
        await city.post(city.double.text(mireille.address, "STOP"))
    await city.settle()
    [person] = await city.rows("SELECT opted_out FROM v_contacts")
    assert (bool(person["opted_out"]), mireille.inbox) == (True, [])


@pytest.mark.parametrize("messages", [1_000])
async def test_a_thousand_webhooks_of_one_number_are_all_taken(city: City, messages: int) -> None:
    mireille = city.client("Mireille")
    body = [city.double.text(mireille.address, f"allo {number}") for number in range(messages)]
    for one in body:
        await city.post(one)
    city.clock.advance(timedelta(minutes=1).total_seconds())
    await city.settle()
    assert (await unread(city), mireille.heard(KIND_WORD)) == (0, 1)


async def test_while_an_operator_answers_nobody_else_speaks(database: Database, clock: HandClock) -> None:
    city = City(database, clock)
    await city.open()
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    hold = "UPDATE contacts SET held_by = 1, held_until_at = :until"
    await city.mboa.office.store.write(lambda conn: conn.run(hold, until=conn.now + timedelta(hours=1)))
    before = len(mireille.inbox)
    await floods(city, mireille, 50)
    await city.settle()
    said = len(mireille.inbox) - before
    await city.close()
    assert said == 0


async def test_where_nothing_is_waited_for_a_gust_is_answered_a_few_times_and_then_once(city: City) -> None:
    mireille = city.client("Mireille")
    for number in range(50):
        await mireille.writes(f"allo {number}")
        city.clock.advance(0.06)
    assert len(mireille.inbox) == 8
    await city.passes(seconds=3)
    assert (len(mireille.inbox), mireille.heard(KIND_WORD), await unread(city)) == (9, 1, 0)


async def test_who_writes_as_fast_as_people_do_is_answered_each_time(city: City) -> None:
    mireille = city.client("Mireille")
    for number in range(12):
        await mireille.writes(f"allo {number}")
        city.clock.advance(0.5)
    assert len(mireille.inbox) == 12
