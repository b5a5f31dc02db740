"""Words and addresses are not kept for ever: after ninety days they are gone, and every figure is as it was."""

from mboa.privacy import blur_what_is_old
from tests.admin.stage import at_desk
from tests.city import NEED, City

WORDS = "SELECT text FROM v_messages WHERE text NOT IN ('', '…')"
PLACE = "pharmacie"


async def finished_job(city: City) -> None:
    """Mireille's leak, mended and rated."""
    paul = await city.provider("Paul")
    mireille = city.client("Mireille")
    for words in (NEED, "OUI"):
        await mireille.writes(words)
    await paul.writes("OUI")
    await paul.writes("TERMINE")
    await mireille.writes("5")
    await mireille.writes("très bon travail chez moi derrière la pharmacie")


async def test_words_and_addresses_go_after_ninety_days_and_totals_stay(city: City) -> None:
    await finished_job(city)
    await city.client("Awa").writes("fuite à Bafoussam derrière la pharmacie")
    assert "city_unserved" in await city.events()
    before = await city.rows("SELECT service, zone, status FROM v_requests")
    await city.passes(days=89)
    assert await blur_what_is_old(city.mboa.office) == 0
    assert await city.rows(WORDS) != []
    await city.passes(days=2)
    assert await blur_what_is_old(city.mboa.office) > 5
    assert await city.rows(WORDS) == []
    assert await city.rows("SELECT service, zone, status FROM v_requests") == before
    assert await city.rows(f"SELECT id FROM v_events WHERE CAST(data AS TEXT) LIKE '%{PLACE}%'") == []
    assert await blur_what_is_old(city.mboa.office) == 0


async def test_what_is_blurred_is_still_shown_as_a_story(city: City) -> None:
    await finished_job(city)
    await city.post_value({"messages": "nobody can read this"})
    await city.passes(days=91)
    await blur_what_is_old(city.mboa.office)
    async with at_desk(city, "owner", browser=True) as desk:
        for path in ("/admin/requests/1", "/admin/conversations/2", "/admin/parked"):
            answer = await desk.get(path)
            assert answer.status_code == 200, path
            assert PLACE not in answer.text, path
    async with at_desk(city) as desk:
        assert (await desk.get("/admin/requests?q=pharmacie")).json()["items"] == []


async def test_what_is_young_stays(city: City) -> None:
    await finished_job(city)
    await city.passes(days=60)
    awa = city.client("Awa")
    await awa.writes("plus de courant à Makepe")
    await city.passes(days=31)
    await blur_what_is_old(city.mboa.office)
    kept = [row["text"] for row in await city.rows(WORDS)]
    assert "plus de courant à Makepe" in kept
    assert not any(PLACE in text for text in kept)
