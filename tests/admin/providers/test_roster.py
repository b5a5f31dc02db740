"""An operator writes providers down, changes them, and finds them again; a viewer looks on."""

from typing import Any

import httpx2
import pytest

from tests.admin.stage import at_desk
from tests.city import NEED, City

PAUL: dict[str, Any] = {
    "name": "Paul Ekambi",
    "phone": "6 99 12 34 56",
    "services": ["plumbing"],
    "zones": ["bonamoussadi", "makepe"],
}


async def entered(desk: httpx2.AsyncClient, **changes: Any) -> dict[str, Any]:
    """A provider as the house wrote him down."""
    answer = await desk.post("/admin/providers", json={**PAUL, **changes})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_paul_is_written_down_and_found(city: City) -> None:
    async with at_desk(city) as desk:
        paul = await entered(desk, hours="7h-19h", capacity=2)
        assert (paul["phone"], paul["hours"], paul["capacity"]) == ("+237699123456", "07:00-19:00", 2)
        assert (paul["available"], paul["active"], paul["deleted_at"]) == (True, True, None)
        assert (await desk.get(f"/admin/providers/{paul['id']}")).json()["services"] == ["plumbing"]
        for q in ("ekambi", "PAÜL ékam", "699 12 34 56", "00237699123456", "+237699123456"):
            assert [one["name"] for one in (await desk.get("/admin/providers", params={"q": q})).json()["items"]] == [
                "Paul Ekambi"
            ]
        assert (await desk.get("/admin/providers?q=699 12 34")).json()["items"] == [], "no part of a number finds him"
        assert (await desk.get("/admin/providers?q=Awa")).json() == {"items": [], "next": None, "total": 0}
    assert (await city.rows("SELECT services, zones FROM v_providers"))[0]["zones"] == "bonamoussadi|makepe"


async def test_whoever_was_written_down_is_offered_what_waits(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    assert await city.status() == "unserved"
    async with at_desk(city) as desk:
        await entered(desk)
        await city.settle()
    assert (await city.status(), await city.offers()) == ("offered", ["open"])


@pytest.mark.parametrize("way", [{"available": True}, {"active": True}, {"zones": ["bonamoussadi"]}])
async def test_whoever_is_there_again_is_offered_what_waits(city: City, way: dict[str, Any]) -> None:
    async with at_desk(city) as desk:
        off = {"available": False} if "available" in way else {"active": False} if "active" in way else {}
        paul = await entered(desk, **{"zones": ["makepe"] if "zones" in way else PAUL["zones"], **off})
        mireille = city.client("Mireille")
        await mireille.writes(NEED)
        await mireille.writes("oui")
        assert await city.status() == "unserved"
        answer = await desk.put(f"/admin/providers/{paul['id']}", json=way)
        await city.settle()
        assert (answer.status_code, answer.json()["version"]) == (200, paul["version"] + 1)
    assert (await city.status(), await city.offers()) == ("offered", ["open"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "P" * 81),
        ("phone", "12"),
        ("phone", {"a": 1}),
        ("services", []),
        ("services", ["magic"]),
        ("zones", ["atlantis"]),
        ("zones", "bonamoussadi|atlantis"),
        ("available", "maybe"),
        ("capacity", 0),
        ("capacity", "two"),
        ("hours", "morning"),
        ("hours", "25:00-26:00"),
        ("latitude", 4.05),
        ("longitude", "far"),
    ],
)
async def test_each_field_has_its_own_error(city: City, field: str, value: Any) -> None:
    async with at_desk(city) as desk:
        answer = await desk.post("/admin/providers", json={**PAUL, field: value})
        named = {"latitude": "longitude"}.get(field, field)
        assert (answer.status_code, set(answer.json()["errors"])) == (422, {named})
        assert answer.json()["detail"][0]["loc"] == ["body", named]
        assert (await desk.get("/admin/providers")).json()["total"] == 0


async def test_errors_speak_the_language_of_the_account(city: City) -> None:
    async with at_desk(city) as french, at_desk(city, language="en") as english:
        said = [(await desk.post("/admin/providers", json={})).json()["errors"] for desk in (french, english)]
    assert set(said[0]) == {"name", "phone", "services", "zones"}
    assert (said[0]["name"], said[1]["name"]) == ("Le nom manque.", "The name is missing.")


async def test_a_point_outside_cameroon_is_refused(city: City) -> None:
    async with at_desk(city) as desk:
        answer = await desk.post("/admin/providers", json={**PAUL, "latitude": 48.85, "longitude": 2.35})
        assert set(answer.json()["errors"]) == {"latitude", "longitude"}
        paul = await entered(desk, latitude=4.05, longitude="9,74")
        assert (paul["latitude"], paul["longitude"]) == (4.05, 9.74)
        half = await desk.put(f"/admin/providers/{paul['id']}", json={"latitude": None})
        assert set(half.json()["errors"]) == {"latitude"}


async def test_a_known_phone_is_refused_however_it_is_spelled(city: City) -> None:
    async with at_desk(city) as desk:
        paul = await entered(desk)
        again = await desk.post("/admin/providers", json={**PAUL, "name": "Ebongue", "phone": "+237 699-123-456"})
        assert (again.status_code, again.json()["provider_id"]) == (409, paul["id"])
        awa = await entered(desk, name="Awa", phone="677 00 11 22")
        taken = await desk.put(f"/admin/providers/{awa['id']}", json={"phone": "699123456"})
        assert (taken.status_code, set(taken.json()["errors"])) == (409, {"phone"})
        assert (await desk.get(f"/admin/providers/{awa['id']}")).json()["phone"] == "+237677001122"


async def test_a_client_may_become_a_provider_but_lends_his_number_to_nobody(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    async with at_desk(city) as desk:
        paul = await entered(desk)
        taken = await desk.put(f"/admin/providers/{paul['id']}", json={"phone": mireille.address})
        assert (taken.status_code, taken.json()["provider_id"]) == (409, None)
        hers = await entered(desk, name="Mireille", phone=mireille.address)
    contacts = await city.rows("SELECT id FROM v_contacts WHERE name = 'Mireille'")
    assert [row["id"] for row in contacts] == [hers["contact_id"]]


async def test_a_new_phone_is_where_he_is_written_to(city: City) -> None:
    former = city.client("Paul", "+237699123456")
    async with at_desk(city) as desk:
        paul = await entered(desk)
        await former.writes("dispo")
        answer = await desk.put(f"/admin/providers/{paul['id']}", json={"phone": "677 55 44 33"})
        assert answer.json()["phone"] == "+237677554433"
    heard = len(former.inbox)
    mireille, reached = city.client("Mireille"), city.client("Paul", "+237677554433")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    # Nobody wrote from the new number yet: free words may not go there.
    assert [message.template for message in reached.inbox] == ["offer"]
    assert len(former.inbox) == heard


async def test_the_old_number_is_anybodys(city: City) -> None:
    async with at_desk(city) as desk:
        paul = await entered(desk)
        await desk.put(f"/admin/providers/{paul['id']}", json={"phone": "677 55 44 33"})
        assert (await desk.get("/admin/providers?q=699123456")).json()["total"] == 0
        awa = await entered(desk, name="Awa")
        assert (awa["phone"], awa["contact_id"] == paul["contact_id"]) == ("+237699123456", False)


async def test_two_operators_change_paul_and_the_second_sees_both(city: City) -> None:
    async with at_desk(city) as awa, at_desk(city) as ebongue:
        paul = await entered(awa)
        mine, yours = {"capacity": 3, "version": paul["version"]}, {"capacity": 5, "version": paul["version"]}
        assert (await awa.put(f"/admin/providers/{paul['id']}", json=mine)).status_code == 200
        stale = await ebongue.put(f"/admin/providers/{paul['id']}", json=yours)
        assert stale.status_code == 409
        assert (stale.json()["yours"]["capacity"], stale.json()["current"]["capacity"]) == (5, 3)
        without = await ebongue.put(f"/admin/providers/{paul['id']}", json={"capacity": 5})
        assert (without.status_code, without.json()["capacity"]) == (200, 5)


async def test_the_whole_object_can_be_put_back(city: City) -> None:
    async with at_desk(city) as desk:
        paul = await entered(desk, hours="22:00-06:00")
        same = await desk.put(f"/admin/providers/{paul['id']}", json=paul)
        assert (same.status_code, same.json()) == (200, paul)


async def test_a_viewer_sees_masked_phones_and_changes_nothing(city: City) -> None:
    async with at_desk(city) as desk, at_desk(city, "viewer") as viewer:
        paul = await entered(desk)
        path = f"/admin/providers/{paul['id']}"
        pages = [await viewer.get(one) for one in ("/admin/providers", path, "/admin/providers.csv")]
        assert all(page.status_code == 200 and "99123456" not in page.text for page in pages)
        assert (await viewer.get("/admin/providers?q=69912")).json()["total"] == 0
        assert (await viewer.get("/admin/providers?q=699123456")).json()["total"] == 1
        refused = [await viewer.post("/admin/providers", json=PAUL), await viewer.put(path, json={"name": "X"})]
        refused += [await viewer.delete(path), await viewer.post(f"{path}/restore"), await viewer.get(f"{path}/edit")]
        assert {answer.status_code for answer in refused} == {403}
        now = (await desk.get(path)).json()
        assert (now["name"], now["version"], now["deleted_at"]) == (paul["name"], paul["version"], None)


@pytest.mark.parametrize("number", ["0", "77", "99999999999999999999999", "-1", "abc"])
async def test_a_provider_nobody_knows_is_not_found(city: City, number: str) -> None:
    async with at_desk(city) as desk:
        path = f"/admin/providers/{number}"
        answers = [await desk.get(path), await desk.put(path, json={"name": "X"}), await desk.delete(path)]
        answers += [await desk.post(f"{path}/restore"), await desk.get(f"{path}/delete")]
        assert {answer.status_code for answer in answers} == {404}


async def test_every_change_is_in_the_audit_log_with_before_and_after(city: City) -> None:
    async with at_desk(city) as desk:
        paul = await entered(desk)
        await desk.put(f"/admin/providers/{paul['id']}", json={"name": "Paul E.", "phone": "677554433"})
        await desk.delete(f"/admin/providers/{paul['id']}")
    notes = await city.rows("SELECT action, subject, before_json, after_json FROM audit ORDER BY id")
    kept = [note for note in notes if note["subject"] == f"provider:{paul['id']}"]
    assert [note["action"] for note in kept] == ["provider_created", "provider_changed", "provider_deleted"]
    assert '"name":"Paul Ekambi"' in kept[1]["before_json"]
    assert '"name":"Paul E."' in kept[1]["after_json"]
    assert "677554433" not in str(kept)
