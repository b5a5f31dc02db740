"""Figures that the database keeps are the same as a recount of the rows, whatever happened."""

from datetime import timedelta

from mboa.storage.admin import figures
from tests.city import NEED, City, Person

ALWAYS = ("2000-01-01", "2100-01-01")
DAY = "2026-11-23"


async def same(city: City) -> figures.Figures:
    """What is kept, after checking it against the recount."""
    store = city.mboa.office.store
    kept, recounted = [await store.read(fn, *ALWAYS) for fn in (figures.kept, figures.recount)]
    assert kept == recounted
    return kept


async def orders(client: Person, need: str = NEED) -> None:
    """He describes and confirms what he needs."""
    await client.writes(need)
    await client.writes("OUI")


async def busy_day(city: City) -> None:
    """Mireille is served by the second, Ebongue cancels, Rose finds nobody, Jean is not understood."""
    paul, awa = await city.provider("Paul"), await city.provider("Awa")
    mireille, ebongue, rose, jean = (city.client(name) for name in ("Mireille", "Ebongue", "Rose", "Jean"))
    await orders(mireille)
    await city.passes(minutes=2)
    first, second = (paul, awa) if paul.inbox else (awa, paul)
    await first.writes("NON")
    await city.passes(seconds=90)
    await second.writes("OUI")
    await second.writes("TERMINE")
    await mireille.writes("5")
    await orders(ebongue)
    await city.passes(minutes=21)
    await ebongue.writes("ANNULER")
    await ebongue.writes("OUI")
    await orders(rose, NEED.replace("Bonamoussadi", "Akwa"))
    await jean.writes("zzkrt blubb")


async def test_a_busy_day_is_counted_as_it_was(city: City) -> None:
    await busy_day(city)
    kept = await same(city)
    bonamoussadi, akwa = (kept["request_figures"][DAY, "plumbing", zone] for zone in ("bonamoussadi", "akwa"))
    assert (bonamoussadi["created"], bonamoussadi["completed"], bonamoussadi["cancelled"]) == (2, 1, 1)
    assert (bonamoussadi["rated"], bonamoussadi["stars"], akwa["unserved"]) == (1, 5, 1)
    assert kept["answer_figures"][DAY, "plumbing", "bonamoussadi"]["waited_ms"] == 120_000 + 90_000
    assert kept["message_figures"][DAY,]["misunderstood"] == 1


async def test_days_are_those_of_douala(city: City) -> None:
    city.clock.advance(timedelta(hours=15, minutes=30).total_seconds())  # 00:30 in Douala, the day before in London
    await orders(city.client("Mireille"))
    assert {key[0] for key in (await same(city))["request_figures"]} == {"2026-11-24"}
