"""An owner who is rung up: he hands over a copy of everything, or has the caller forgotten; both are written down."""

import pytest

from mboa.privacy import forget_whoever_asked
from mboa.storage.admin.accounts import Role
from tests.admin.stage import at_desk
from tests.city import NEED, City, Person

ONE = "/admin/contacts/1"


async def mireille_asks(city: City) -> Person:
    """Mireille, the first person of this city, with a request under way."""
    mireille = city.client("Mireille")
    for words in (NEED, "OUI"):
        await mireille.writes(words)
    return mireille


async def audited(city: City) -> list[str]:
    """What the audit log says was done."""
    return [row["action"] for row in await city.rows("SELECT action FROM audit ORDER BY id")]


async def test_an_owner_hands_over_everything(city: City) -> None:
    mireille = await mireille_asks(city)
    async with at_desk(city, "owner") as desk:
        answer = await desk.get(f"{ONE}/data")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.json()["addresses"][0]["value"] == mireille.address
    assert "data_exported" in await audited(city)


async def test_an_owner_has_her_forgotten(city: City) -> None:
    mireille = await mireille_asks(city)
    async with at_desk(city, "owner", browser=True) as desk:
        assert "Effacer définitivement" in (await desk.get(f"{ONE}/erase")).text
        answer = await desk.post(f"{ONE}/erase", follow_redirects=True)
        assert "cette personne est effacée" in answer.text
        await desk.post(f"{ONE}/erase")
    await city.settle()
    assert mireille.heard("a annulé votre demande") == 1
    assert await forget_whoever_asked(city.mboa.office) == 1
    assert (await audited(city)).count("erasure_asked") == 1
    async with at_desk(city, "owner", browser=True) as desk:
        page = (await desk.get("/admin/conversations/1")).text
    assert "Mireille" not in page
    assert mireille.address not in page


async def test_a_repairer_on_the_roster_stays(city: City) -> None:
    await city.provider("Paul")
    async with at_desk(city, "owner") as desk:
        answer = await desk.post(f"{ONE}/erase")
    assert answer.status_code == 409
    assert "dépanneur" in answer.text


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_nobody_else_may(city: City, role: Role) -> None:
    await mireille_asks(city)
    async with at_desk(city, role) as desk:
        for answer in (await desk.get(f"{ONE}/data"), await desk.post(f"{ONE}/erase")):
            assert answer.status_code == 403


async def test_nobody_is_nobody(city: City) -> None:
    async with at_desk(city, "owner") as desk:
        for answer in (await desk.get("/admin/contacts/99/data"), await desk.post("/admin/contacts/99/erase")):
            assert answer.status_code == 404
