"""How many people whose window is closed may be written to in a day, and what a spam flag stops."""

from typing import Any

import pytest

from tests.city import Person
from tests.sending.stage import ELECTRICITY, Town, offers_in


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"whatsapp_recipients_per_day": 2}


async def cold(town: Town, *names: str) -> list[Person]:
    """Providers who never wrote."""
    return [await town.provider(name) for name in names]


async def is_unreachable(town: Town, provider: Person) -> None:
    """His offer fails after it was taken: his window stays closed, and the next provider is asked."""
    await town.is_told(provider.inbox[-1], "failed", code=131026)


async def test_beyond_the_limit_one_whose_window_is_open_is_asked(town: Town) -> None:
    paul, awa = await cold(town, "Paul", "Awa")
    ebongue, serge = await town.provider("Ebongue"), await town.awake("Serge")
    for name in ("Mireille", "Ngono"):
        await town.asked_for(name)
    assert [len(each.inbox) for each in (paul, awa, ebongue)] == [1, 1, 0]
    await town.asked_for("Brenda")
    assert [len(offers_in(each)) for each in (paul, awa, ebongue, serge)] == [1, 1, 0, 1]
    assert await town.offers() == ["open", "open", "undeliverable", "open"]


async def test_the_limit_is_gone_after_a_day(town: Town) -> None:
    paul, awa = await cold(town, "Paul", "Awa")
    ebongue = await town.provider("Ebongue", services="electricity")
    await town.asked_for()
    await is_unreachable(town, paul)
    await town.passes(hours=23, minutes=59)
    await town.asked_for("Ngono", ELECTRICITY)
    assert [len(each.inbox) for each in (paul, awa, ebongue)] == [1, 1, 0]
    await town.passes(minutes=1)
    await town.asked_for("Brenda", ELECTRICITY)
    assert len(offers_in(ebongue)) == 1


async def test_the_same_person_counts_once(town: Town) -> None:
    paul, awa = await cold(town, "Paul", "Awa")
    for name in ("Mireille", "Ngono", "Brenda"):
        await town.asked_for(name)
        await is_unreachable(town, paul)
    assert (len(paul.inbox), len(awa.inbox)) == (3, 3)


async def test_who_wrote_within_the_day_counts_not_at_all(town: Town) -> None:
    serge = await town.awake("Serge")
    for name in ("Mireille", "Ngono", "Brenda"):
        await town.asked_for(name)
    assert len(offers_in(serge)) == 3
