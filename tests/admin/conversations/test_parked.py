"""Parked webhooks are seen, shown as inert text, and tried again by the same rule as on the command line."""

from mboa.storage.parked import parked
from tests.admin.stage import at_desk
from tests.city import City

STRANGE = b'{"from": "237677009999", "text": "<script>not what Meta sends</script>"'


async def strange(city: City) -> int:
    """A signed body that nobody can read is on the disk."""
    await city.post(STRANGE)
    (row,) = await city.mboa.office.store.read(parked)
    return int(row["id"])


async def poisoned(city: City) -> int:
    """A message that was kept and cannot be heard."""
    await city.post(city.double.photo(city.client("Ebongue").address, "poison"))
    await city.mboa.office.store.write(lambda conn: conn.run("UPDATE messages SET body_json = '{'"))
    for _ in range(5):
        await city.passes(seconds=2)
    (row,) = await city.mboa.office.store.read(parked)
    return int(row["id"])


async def test_an_operator_sees_what_came_and_a_viewer_only_that_it_came(city: City) -> None:
    number = await strange(city)
    async with at_desk(city, "viewer") as viewer, at_desk(city, browser=True) as odile:
        seen, listed = (await viewer.get(f"/admin/parked/{number}")).json(), (await viewer.get("/admin/parked")).json()
        page = (await odile.get(f"/admin/parked/{number}")).text
    assert (seen["raw"], [item["id"] for item in listed["items"]], listed["next"]) == (None, [number], None)
    assert "237677009999" in page
    assert "<script>not" not in page
    assert "&lt;script&gt;not" in page


async def test_what_can_be_heard_again_is_heard(city: City) -> None:
    number = await poisoned(city)
    async with at_desk(city) as odile:
        await city.mboa.office.store.write(lambda conn: conn.run("UPDATE messages SET body_json = '{}'"))
        assert (await odile.post(f"/admin/parked/{number}/retry")).json() == {"id": number, "taken": True}
        await city.settle()
        assert (await odile.post(f"/admin/parked/{number}/retry")).status_code == 404
    assert len(city.double.phone("+237677000001")) == 1
    assert await city.mboa.office.store.read(parked) == []


async def test_what_still_cannot_be_read_stays(city: City) -> None:
    number = await strange(city)
    async with at_desk(city) as odile:
        answer = await odile.post(f"/admin/parked/{number}/retry")
        assert (answer.status_code, answer.json()["id"]) == (409, number)
        assert len((await odile.get("/admin/parked")).json()["items"]) == 1


async def test_a_poisoned_message_has_a_page_all_the_same(city: City) -> None:
    number = await poisoned(city)
    async with at_desk(city) as odile, at_desk(city, browser=True) as browser:
        assert (await odile.get(f"/admin/conversations/1/messages/{number}")).json()["message"]["status"] == "parked"
        for path in ("/admin/conversations/1", "/admin/parked", f"/admin/parked/{number}"):
            assert (await browser.get(path)).status_code == 200
        assert (await odile.post(f"/admin/conversations/1/messages/{number}/replay")).status_code == 409
