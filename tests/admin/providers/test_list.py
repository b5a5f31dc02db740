"""The list: filters, orders and pages, all in the address."""

from typing import Any

import pytest

from mboa.storage.store import Connection
from tests.admin.stage import at_desk
from tests.city import City

PEOPLE = (("Élodie", "plumbing", "makepe"), ("awa", "electricity", "makepe"), ("Paul", "plumbing|appliance", "kotto"))


def _past(conn: Connection) -> None:
    rated = "UPDATE providers SET rating_sum = :sum, rating_count = :n, jobs_count = :jobs WHERE id = :id"
    conn.run(rated, id=2, sum=9, n=2, jobs=4)
    conn.run(rated, id=3, sum=3, n=1, jobs=1)
    conn.run("UPDATE providers SET last_job_at = :at WHERE id = 2", at=conn.now)
    conn.run("UPDATE providers SET offers_count = 4, answers_count = id WHERE id IN (2, 3)")


async def people(city: City) -> None:
    for name, services, zone in PEOPLE:
        await city.provider(name, services, zone)
    await city.mboa.office.store.write(_past)


async def names(city: City, query: str) -> list[str]:
    async with at_desk(city, "viewer") as desk:
        told = (await desk.get(f"/admin/providers?{query}")).json()
    assert told["total"] == len(told["items"])
    return [one["name"] for one in told["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["awa", "Élodie", "Paul"]),
        ("q=elo", ["Élodie"]),
        ("q=%25", []),
        ("q=_", []),
        ("q=%00", []),
        ("service=plumbing", ["Élodie", "Paul"]),
        ("zone=makepe", ["awa", "Élodie"]),
        ("service=plumbing&zone=makepe", ["Élodie"]),
        ("service=nonsense&zone=%00&sort=;drop&state=x&available=perhaps&cursor=z", ["awa", "Élodie", "Paul"]),
        ("sort=-name", ["Paul", "Élodie", "awa"]),
        ("sort=rating", ["awa", "Paul", "Élodie"]),
        ("sort=answers", ["Paul", "awa", "Élodie"]),
        ("sort=last_job", ["awa", "Paul", "Élodie"]),
        ("sort=-jobs", ["Élodie", "Paul", "awa"]),
        ("available=no", []),
        ("state=blocked", []),
    ],
)
async def test_what_is_asked_for_is_found(city: City, query: str, found: list[str]) -> None:
    await people(city)
    assert await names(city, query) == found


async def test_states_have_lists_of_their_own(city: City) -> None:
    await people(city)
    async with at_desk(city) as desk:
        await desk.put("/admin/providers/1", json={"active": False})
        await desk.put("/admin/providers/2", json={"available": False})
        await desk.delete("/admin/providers/3")
    assert await names(city, "state=blocked") == ["Élodie"]
    assert await names(city, "available=false") == ["awa"]
    assert await names(city, "state=deleted") == ["Paul"]
    assert await names(city, "state=active") == ["awa"]


@pytest.mark.parametrize("sort", ["name", "-name", "rating", "-rating", "answers", "jobs", "last_job", "-last_job"])
async def test_pages_together_are_the_whole_list(city: City, sort: str) -> None:
    for number in range(7):
        await city.provider(f"Paul {number % 3}")
    await city.mboa.office.store.write(_past)
    seen: list[int] = []
    query: dict[str, Any] = {"sort": sort, "limit": 3}
    async with at_desk(city, "viewer") as desk:
        whole = [one["id"] for one in (await desk.get("/admin/providers", params={"sort": sort})).json()["items"]]
        while True:
            told = (await desk.get("/admin/providers", params=query)).json()
            seen += [one["id"] for one in told["items"]]
            if told["next"] is None:
                break
            query["cursor"] = told["next"]
    assert (len(seen), seen) == (7, whole)


async def test_the_next_page_keeps_the_filters(city: City) -> None:
    for number in range(3):
        await city.provider(f"Paul {number}")
    async with at_desk(city, browser=True) as desk:
        page = (await desk.get("/admin/providers?q=paul&sort=-name&limit=2")).text
    assert "/admin/providers?q=paul&amp;sort=-name&amp;limit=2&amp;cursor=2" in page
