"""The mission's four scenarios, told at the public door."""

from tests.city import NEED, City


async def test_success(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    assert "fuite sous l'évier" in mireille.last
    await mireille.taps("OUI")
    assert "Bonamoussadi" in paul.last
    assert mireille.address not in paul.last
    await paul.taps("OUI")
    assert mireille.heard(paul.address) == 1
    assert paul.heard(mireille.address) == 1
    await paul.writes("TERMINE")
    await mireille.writes("OUI")
    assert await city.status() == "completed"
    await mireille.writes("5")
    assert (await city.rows("SELECT rating, rating_count FROM v_providers"))[0]["rating"] == 5


async def test_provider_timeout(city: City) -> None:
    paul, awa = await city.provider("Paul", latitude=4.0877, longitude=9.7394), await city.provider("Awa")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    assert (len(paul.inbox), len(awa.inbox)) == (1, 0)
    await city.passes(seconds=599)
    assert await city.offers() == ["open"]
    await city.passes(seconds=2)
    assert await city.offers() == ["expired", "open"]
    await awa.writes("oui chef")
    assert await city.offers() == ["expired", "accepted"]
    assert mireille.heard(awa.address) == 1
    assert paul.heard(mireille.address) == 0


async def test_no_provider(city: City) -> None:
    for name in ("Paul", "Awa", "Serge", "Ali"):
        await city.provider(name)
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    for _ in range(3):
        await city.passes(seconds=601)
    assert await city.offers() == ["expired"] * 3
    assert await city.status() == "unserved"
    assert mireille.heard("Délai étendu") == 1
    await city.passes(seconds=3600)
    assert mireille.heard("Délai étendu") == 1


async def test_client_cancels(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await mireille.writes("ANNULER")
    assert await city.status() == "cancelled"
    assert await city.offers() == ["withdrawn"]
    assert len(paul.inbox) == 2
    await city.passes(hours=30)
    assert len(paul.inbox) == 2
    live = await city.rows("SELECT id FROM requests WHERE due_at IS NOT NULL OR closed_at IS NULL")
    unsent = await city.rows("SELECT id FROM v_messages WHERE status = 'queued'")
    assert (live, unsent) == ([], [])
