"""The mission's class: three methods that answer as WhatsApp would."""

import pytest

from mboa.journey import UserJourneyManager
from tests.city import NEED, City


async def test_status_cancellation_and_feedback(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    journeys = UserJourneyManager(city.mboa.office)
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    said = len(mireille.inbox)
    assert "MB-1" in await journeys.handle_status_request(mireille.address)
    await paul.writes("OUI")
    await paul.writes("TERMINE")
    assert "5" in await journeys.handle_feedback(mireille.address, 1, 5)
    assert await city.status() == "completed"
    assert "MB-1" in await journeys.handle_cancellation(mireille.address, 1)
    assert await city.status() == "completed"
    assert len(mireille.inbox) == said + 2


async def test_a_cancellation_tells_the_provider(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    answer = await UserJourneyManager(city.mboa.office).handle_cancellation(mireille.address, 1)
    await city.settle()
    assert "annulée" in answer
    assert await city.offers() == ["withdrawn"]
    assert len(paul.inbox) == 2


async def test_another_mans_request_is_refused(city: City) -> None:
    mireille, ngono = city.client("Mireille"), city.client("Ngono")
    await mireille.writes(NEED)
    await ngono.writes("bonjour")
    journeys = UserJourneyManager(city.mboa.office)
    refusal = await journeys.handle_cancellation(ngono.address, 1)
    assert refusal == await journeys.handle_feedback(ngono.address, 1, 5)
    assert refusal == await journeys.handle_cancellation("+237699999999", 1)
    assert await city.status() == "confirming"


async def test_a_rating_outside_one_to_five_is_an_error(city: City) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        await UserJourneyManager(city.mboa.office).handle_feedback("+237677000001", 1, 6)
