"""Paul leaves, is blocked, or comes back: what he had in hand goes on without him, and nobody hears anything wrong."""

from tests.admin.stage import at_desk
from tests.city import NEED, City, Person


async def asked(city: City) -> tuple[Person, Person, Person]:
    """Mireille's request is offered to Paul (he has the id 1), and Awa could take it, too."""
    paul = await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    awa = await city.provider("Awa")
    assert await city.offers() == ["open"]
    return paul, awa, mireille


async def test_the_next_provider_is_asked_at_once_and_the_client_hears_nothing(city: City) -> None:
    paul, awa, mireille = await asked(city)
    before = len(mireille.inbox)
    async with at_desk(city) as desk:
        answer = await desk.delete("/admin/providers/1")
        assert (answer.status_code, answer.content) == (204, b"")
        assert await city.offers() == ["withdrawn", "open"]
        await city.settle()
        history = (await desk.get("/admin/providers/1")).json()
    assert (len(mireille.inbox), awa.heard("Bonamoussadi"), paul.heard("ne vous est plus attribuée")) == (before, 1, 1)
    assert (history["deleted_at"] is not None, history["offers"][0]["status"]) == (True, "withdrawn")
    await awa.taps("OUI")
    assert (await city.status(), mireille.heard("Awa")) == ("accepted", 1)


async def test_a_withdrawn_offer_is_none_of_the_clients_three(city: City) -> None:
    _, awa, mireille = await asked(city)
    for name in ("Ebongue", "Nadège"):
        await city.provider(name)
    async with at_desk(city) as desk:
        await desk.delete("/admin/providers/1")
    await city.settle()
    for _ in range(2):
        await city.passes(minutes=11)
    assert await city.offers() == ["withdrawn", "expired", "expired", "open"]
    assert mireille.heard("Délai étendu") == 0
    assert awa.heard("Bonamoussadi") == 1


async def test_pauls_late_yes_wins_nothing(city: City) -> None:
    paul, _, mireille = await asked(city)
    async with at_desk(city) as desk:
        await desk.delete("/admin/providers/1")
    await city.settle()
    await paul.writes("oui")
    assert (await city.status(), await city.offers()) == ("offered", ["withdrawn", "open"])
    assert mireille.heard("Paul") == 0


async def test_without_another_the_client_hears_honestly_that_it_takes_longer(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    async with at_desk(city) as desk:
        await desk.delete("/admin/providers/1")
    await city.settle()
    assert (await city.status(), mireille.heard("Délai étendu")) == ("unserved", 1)


async def test_a_job_under_way_is_taken_back_and_both_sides_hear_so(city: City) -> None:
    paul, awa, mireille = await asked(city)
    await paul.taps("OUI")
    async with at_desk(city, browser=True) as desk:
        page = (await desk.get("/admin/providers/1/delete")).text
        assert "MB-1" in page
        assert "lui sont repris" in page
        gone = await desk.post("/admin/providers/1/delete")
        assert (gone.status_code, gone.headers["location"]) == (303, "/admin/providers/1?done=deleted")
    await city.settle()
    assert (await city.status(), await city.offers()) == ("offered", ["withdrawn", "open"])
    assert (mireille.heard("ne peut finalement pas venir"), paul.heard("ne vous est plus confiée")) == (1, 1)
    assert awa.heard("Bonamoussadi") == 1


async def test_undo_brings_him_back_as_he_was(city: City) -> None:
    _, awa, _ = await asked(city)
    async with at_desk(city) as desk:
        was = (await desk.get("/admin/providers/1")).json()
        await desk.delete("/admin/providers/1")
        assert [(await desk.get("/admin/providers", params={"state": s})).json()["total"] for s in ("", "deleted")] == [
            1,
            1,
        ]
        back = await desk.post("/admin/providers/1/restore")
        fields = ("name", "phone", "services", "zones", "available", "active", "offers_count", "deleted_at")
        assert (back.status_code, [back.json()[one] for one in fields]) == (200, [was[one] for one in fields])
        assert (await desk.get("/admin/providers?state=deleted")).json()["items"] == []
    await city.settle()
    assert await city.offers() == ["withdrawn", "open"]
    assert awa.heard("Bonamoussadi") == 1


async def test_whoever_comes_back_is_offered_what_waits(city: City) -> None:
    async with at_desk(city) as desk:
        paul = await city.provider("Paul")
        await desk.delete("/admin/providers/1")
        mireille = city.client("Mireille")
        await mireille.writes(NEED)
        await mireille.writes("oui")
        assert await city.status() == "unserved"
        await desk.post("/admin/providers/1/restore")
    await city.settle()
    assert (await city.status(), paul.heard("Bonamoussadi")) == ("offered", 1)


async def test_deleting_and_restoring_twice_is_doing_it_once(city: City) -> None:
    await asked(city)
    async with at_desk(city) as desk:
        gone = [(await desk.delete("/admin/providers/1")).status_code for _ in range(2)]
        back = [(await desk.post("/admin/providers/1/restore")).json()["version"] for _ in range(2)]
    assert (gone, back) == ([204, 204], [3, 3])
    assert (await city.events()).count("offer_withdrawn") == 1


async def test_a_deleted_provider_is_changed_only_after_he_is_back(city: City) -> None:
    await asked(city)
    async with at_desk(city) as desk:
        await desk.delete("/admin/providers/1")
        answer = await desk.put("/admin/providers/1", json={"name": "Paul E."})
        assert answer.status_code == 409
        phone = (await desk.get("/admin/providers/1")).json()["phone"]
        entry = {"name": "Paul E.", "phone": phone, "services": ["appliance"], "zones": ["makepe"]}
        again = await desk.post("/admin/providers", json=entry)
        assert (again.status_code, again.json()["id"], again.json()["name"]) == (201, 1, "Paul E.")
        assert (again.json()["deleted_at"], again.json()["zones"]) == (None, ["makepe"])


async def test_whoever_is_blocked_is_asked_nothing_more(city: City) -> None:
    paul, awa, mireille = await asked(city)
    before = len(mireille.inbox)
    async with at_desk(city) as desk:
        await desk.put("/admin/providers/1", json={"active": False})
    await city.settle()
    assert await city.offers() == ["withdrawn", "open"]
    assert (len(mireille.inbox), awa.heard("Bonamoussadi"), paul.heard("plus attribuée")) == (before, 1, 1)


async def test_whoever_is_blocked_keeps_his_job(city: City) -> None:
    paul, _, mireille = await asked(city)
    await paul.taps("OUI")
    async with at_desk(city) as desk:
        await desk.put("/admin/providers/1", json={"active": False})
    await paul.writes("terminé")
    await mireille.writes("5")
    assert (await city.status(), await city.offers()) == ("completed", ["accepted"])


async def test_a_stale_delete_is_refused(city: City) -> None:
    await asked(city)
    async with at_desk(city) as desk:
        answer = await desk.delete("/admin/providers/1?version=7")
        assert (answer.status_code, answer.json()["current"]["version"]) == (409, 1)
    assert await city.offers() == ["open"]


async def test_a_pair_is_kept_apart_until_it_is_lifted(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes("bonjour")
    async with at_desk(city) as desk:
        pair = await desk.post("/admin/providers/1/blocks", json={"client": mireille.address})
        assert (pair.status_code, pair.json()["provider_id"]) == (201, 1)
        await mireille.writes(NEED)
        await mireille.writes("oui")
        assert (await city.status(), paul.heard("Bonamoussadi")) == ("unserved", 0)
        client = pair.json()["client_id"]
        assert [b["client_id"] for b in (await desk.get("/admin/providers/1")).json()["blocks"]] == [client]
        assert (await desk.delete(f"/admin/providers/1/blocks/{client}")).status_code == 204
        assert (await desk.get("/admin/providers/1")).json()["blocks"] == []
        assert (await desk.post("/admin/providers/1/blocks", json={"client": "12"})).status_code == 422
