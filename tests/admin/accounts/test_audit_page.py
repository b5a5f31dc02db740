"""What the audit page shows to owners, and the numbers that viewers ask for."""

from mboa.storage.admin import audit
from tests.admin.accounts.people import AWA, engage, noted
from tests.admin.accounts.test_audit import run, unguarded
from tests.admin.stage import at_desk
from tests.city import City


async def written(city: City, notes: int = 7) -> None:
    for number in range(notes):
        await city.mboa.office.store.write(
            audit.note, 1, f"act_{number % 2}", f"provider:{number}", after={"n": number}
        )


async def test_pages_follow_each_other_and_filters_choose(city: City) -> None:
    await engage(city)
    await written(city)
    async with at_desk(city, "owner") as awa:
        first = (await awa.get("/admin/audit?limit=4")).json()
        assert ([item["id"] for item in first["items"]], first["next"], first["broken"]) == ([7, 6, 5, 4], 4, None)
        assert (first["items"][0]["email"], first["items"][0]["after"]) == (AWA, {"n": 6})
        last = (await awa.get("/admin/audit?limit=4&cursor=4")).json()
        assert ([item["id"] for item in last["items"]], last["next"]) == ([3, 2, 1], None)
        for query, ids in (
            ("action=act_1", [6, 4, 2]),
            ("subject=provider:3", [4]),
            ("account=1&action=act_0&limit=1", [7]),
        ):
            assert [item["id"] for item in (await awa.get(f"/admin/audit?{query}")).json()["items"]] == ids
        for query in ("account=2", "account=x", "account=%00", f"account={9**30}", "action=%27", "subject=a%00"):
            assert (await awa.get(f"/admin/audit?{query}")).json()["items"] == [], query
        for query in ("cursor=x", "limit=0", "limit=9999", f"cursor={9**30}"):
            assert (await awa.get(f"/admin/audit?{query}")).status_code == 422, query


async def test_the_page_says_whether_it_is_intact(city: City) -> None:
    await engage(city)
    await written(city)
    async with at_desk(city, "owner", browser=True) as awa:
        page = (await awa.get("/admin/audit")).text
        assert "intactes" in page
        assert "<a href=/admin/providers/6>provider:6</a>" in page
        assert "intact." in (await awa.get("/admin/audit?check=all")).text
        store = city.mboa.office.store
        await run(store, *unguarded(store, "UPDATE audit SET subject = 'provider:9' WHERE id = 3"))
        assert "<b>3</b>" in (await awa.get("/admin/audit")).text
        assert (await awa.get("/admin/audit", headers={"accept": "application/json"})).json()["broken"] == 3


async def test_who_looks_at_a_number_is_noted(city: City) -> None:
    mireille = city.client("Mireille", "+237677123456")
    await mireille.writes("Bonjour")
    contact = (await city.rows("SELECT id FROM v_contacts"))[0]["id"]
    async with at_desk(city, "viewer") as paul, at_desk(city, "viewer", browser=True) as awa:
        assert (await paul.post(f"/admin/contacts/{contact}/reveal")).json() == {"phone": "+237677123456"}
        headers = {"referer": "https://mboa.test/admin/requests/1"}
        page = await awa.post(f"/admin/contacts/{contact}/reveal", headers=headers)
        assert "tel:+237677123456" in page.text
        assert 'href="/admin/requests/1"' in page.text
        assert page.headers["cache-control"] == "no-store"
        assert (await paul.post("/admin/contacts/999/reveal")).status_code == 404
    assert await noted(city) == ["phone_revealed", "phone_revealed"]
