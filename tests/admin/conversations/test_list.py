"""Who is listed, in which order, and how one is found."""

import pytest

from mboa.channels.base import Sender
from mboa.storage.recognition import recognise
from mboa.storage.store import Connection
from tests.admin.conversations.stage import Chair, contact_of
from tests.admin.stage import at_desk
from tests.city import City


async def names(city: City, query: str = "") -> list[str]:
    """The names that a viewer's list shows."""
    async with at_desk(city, "viewer") as viewer:
        answer = await viewer.get(f"/admin/conversations{query}")
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def people(city: City) -> None:
    """Élodie Ngo wrote first, then Mireille, who was not understood; Paul is a provider who never wrote."""
    await city.provider("Paul Ébongué")
    city.clock.advance(60)
    await city.client("Élodie Ngo").writes("bonjour")
    city.clock.advance(60)
    await city.client("Mireille").writes("blablabla trouloulou")


async def test_the_newest_word_comes_first(city: City) -> None:
    await people(city)
    assert await names(city) == ["Mireille", "Élodie Ngo", "Paul Ébongué"]
    city.clock.advance(60)
    await city.client("Élodie Ngo", "+237677000002").writes("bonsoir")
    assert await names(city) == ["Élodie Ngo", "Mireille", "Paul Ébongué"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=elodie", ["Élodie Ngo"]),
        ("?q=NGO%20élo", ["Élodie Ngo"]),
        ("?q=ebong", ["Paul Ébongué"]),
        ("?q=6%2077%2000%2000%2002", ["Élodie Ngo"]),
        ("?q=%2B237-677-000-002", ["Élodie Ngo"]),
        ("?q=00237677000002", ["Élodie Ngo"]),
        ("?q=Zoé", []),
        ("?q=%25", []),
        ("?side=provider", ["Paul Ébongué"]),
        ("?side=client&flag=misunderstood", ["Mireille"]),
        ("?flag=needs_human", []),
        ("?flag=none&cursor=nonsense&side=", ["Mireille", "Élodie Ngo", "Paul Ébongué"]),
    ],
)
async def test_one_is_found(city: City, query: str, expected: list[str]) -> None:
    await people(city)
    assert await names(city, query) == expected


def crowd(conn: Connection) -> None:
    """More people of one name than are looked up by it."""
    for number in range(2_005):
        recognise(conn, "whatsapp", Sender(f"+2376500{number:05}", name=f"Jean Fotso{number:04}"))


async def test_a_name_that_hundreds_bear_is_found_by_its_other_word(city: City) -> None:
    await people(city)
    await city.mboa.office.store.write(crowd)
    assert await names(city, "?q=jean%20fotso0777") == ["Jean Fotso0777"]
    assert len(await names(city, "?q=jean")) == 25


async def test_a_page_leads_to_the_next(city: City) -> None:
    for number in range(27):
        await city.client(f"Awa {number}").writes("bonjour")
        city.clock.advance(1)
    await city.client("Awa 0", "+237677000001").writes("c'est encore moi")
    async with at_desk(city, "viewer") as viewer:
        first = (await viewer.get("/admin/conversations")).json()
        second = (await viewer.get("/admin/conversations", params={"cursor": first["next"]})).json()
    assert [item["name"] for item in second["items"]] == ["Awa 2", "Awa 1"]
    assert (len(first["items"]), second["next"]) == (25, None)


async def test_a_held_person_is_shown_with_his_holder(city: City) -> None:
    await people(city)
    async with at_desk(city) as client:
        odile = Chair(city, client, await contact_of(city, city.client("Élodie Ngo", "+237677000002")))
        await odile.takes()
        (item,) = (await client.get("/admin/conversations?flag=taken_over")).json()["items"]
        assert item["held_by"].startswith("operator")
        assert "taken_over" in item["flags"]
        await city.passes(hours=2)
        assert (await client.get("/admin/conversations?flag=taken_over")).json()["items"] == []
