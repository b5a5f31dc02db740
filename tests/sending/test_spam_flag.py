"""131048: Meta lets the number write to nobody outside their window for a while."""

import pytest

from tests.city import NEED, Person
from tests.sending.stage import ELECTRICITY, Town, errors, offers_in


async def job_of_yesterday(town: Town, client: str, provider: str, need: str, trade: str) -> tuple[Person, Person]:
    """A client, and the provider who has had her job for a day: both windows have closed."""
    repairer = await town.provider(provider, services=trade)
    person = await town.asked_for(client, need)
    await repairer.writes("OUI")
    return person, repairer


async def test_people_outside_their_window_wait_an_hour(town: Town) -> None:
    mireille, paul = await job_of_yesterday(town, "Mireille", "Paul", NEED, "plumbing")
    ngono, awa = await job_of_yesterday(town, "Ngono", "Awa", ELECTRICITY, "electricity")
    await town.passes(hours=25)
    town.double.fail_next(mireille.address, code=131048)
    await paul.writes("EN ROUTE")
    await awa.writes("EN ROUTE")
    tried = [entry["code"] for entry in town.double.log if entry["kind"] == "template"][-1:]
    await town.passes(minutes=59)
    assert tried == [131048]
    assert "en route" not in mireille.last + ngono.last
    await town.ticks(61, seconds=1)
    assert "en route" in mireille.last
    assert "en route" in ngono.last


async def test_people_who_write_are_answered_meanwhile(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    mireille, paul = await job_of_yesterday(town, "Mireille", "Paul", NEED, "plumbing")
    await town.passes(hours=25)
    town.double.fail_next(mireille.address, code=131048)
    await paul.writes("EN ROUTE")
    brenda = town.client("Brenda")
    await brenda.writes("bonjour")
    assert len(brenda.inbox) == 1
    assert errors(caplog.records) == []


async def test_an_offer_goes_to_whoever_can_be_reached_at_once(town: Town) -> None:
    paul, awa = await town.provider("Paul"), await town.provider("Awa")
    serge = await town.awake("Serge")
    town.double.fail_next(paul.address, code=131048)
    await town.asked_for()
    assert await town.offers() == ["undeliverable", "undeliverable", "open"]
    assert [len(offers_in(each)) for each in (paul, awa, serge)] == [0, 0, 1]
    await town.passes(minutes=61)
    assert (paul.inbox, awa.inbox) == ([], [])
