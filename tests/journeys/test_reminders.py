"""A job that was agreed for later: both sides are reminded of it, in daytime, and nobody asks too early."""

from collections.abc import AsyncIterator

import pytest

from tests.city import City, Person, opened
from tests.engines import Database, HandClock


@pytest.fixture
async def city(database: Database, clock: HandClock) -> AsyncIterator[City]:
    """A city that sleeps at night."""
    async with opened(City(database, clock, quiet_hours="21:30-06:00")) as asleep:
        yield asleep


async def _agreed(city: City, wish: str) -> tuple[Person, Person]:
    paul = await city.provider("Paul", zones="makepe")
    mireille = city.client("Mireille")
    await mireille.writes(f"fuite d'eau à Makepe {wish}")
    await mireille.writes("OUI")
    await paul.writes("OUI")
    return mireille, paul


async def test_the_evening_before_both_are_reminded_once(city: City) -> None:
    mireille, paul = await _agreed(city, "vendredi matin")
    await city.passes(days=3, hours=10)  # Thursday, 19:00
    assert "job_reminded" not in await city.events()
    await city.passes(hours=1)
    assert "rappel, Paul vient, demain (« vendredi matin »)" in mireille.last
    assert mireille.address in paul.last
    heard = len(mireille.inbox), len(paul.inbox)
    await city.passes(hours=12)
    assert (len(mireille.inbox), len(paul.inbox)) == heard


async def test_an_afternoon_is_reminded_of_two_hours_before(city: City) -> None:
    mireille, _ = await _agreed(city, "demain à 16h")
    await city.passes(hours=28)
    assert "job_reminded" not in await city.events()
    await city.passes(hours=1)
    assert "aujourd'hui (« demain à 16h »)" in mireille.last


async def test_nobody_is_reminded_of_what_was_agreed_just_now(city: City) -> None:
    await _agreed(city, "à 12h")
    await city.passes(hours=2)
    assert "job_reminded" not in await city.events()


async def test_after_an_outage_nobody_is_reminded_of_what_has_begun(city: City) -> None:
    await _agreed(city, "demain à 16h")
    await city.passes(hours=32)
    assert "job_reminded" not in await city.events()


async def test_the_reminder_and_the_question_move_with_the_slot(city: City) -> None:
    mireille, _ = await _agreed(city, "aujourd'hui à 18h")
    await mireille.writes("plutôt vendredi matin")
    await city.passes(days=3)
    assert not {"job_checked", "job_reminded"} & set(await city.events())
    await city.passes(hours=11)
    assert "job_reminded" in await city.events()


async def test_whoever_wishes_for_friday_is_not_doubted_on_monday(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("fuite d'eau à Makepe vendredi matin")
    await mireille.writes("OUI")
    await city.passes(days=2)
    assert "request_doubted" not in await city.events()
    paul = await city.provider("Paul", zones="makepe")
    await paul.writes("DISPO")
    assert "vendredi 27 novembre" in paul.last
