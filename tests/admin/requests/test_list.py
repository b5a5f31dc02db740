"""The list of requests at its door: what it shows, to whom, in which order, and how it turns its pages."""

import pytest

from tests.admin.stage import at_desk
from tests.city import NEED, City

URL = "/admin/requests"


async def asked_by(city: City, name: str, need: str = NEED, address: str | None = None) -> None:
    """Somebody asks and confirms; a minute passes, so that no two requests are of the same moment."""
    person = city.client(name, address)
    await person.writes(need)
    await person.writes("OUI")
    await city.passes(seconds=60)


async def items(city: City, query: str = "", role: str = "operator") -> list[dict[str, object]]:
    """What the list answers to a program."""
    async with at_desk(city, role) as desk:  # type: ignore[arg-type]
        answer = await desk.get(f"{URL}?{query}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, object]] = answer.json()["items"]
        return found


async def test_mireilles_request_stands_there_with_the_offer_that_paul_looks_at(city: City) -> None:
    await city.provider("Paul")
    await asked_by(city, "Mireille")
    [row] = await items(city)
    assert (row["code"], row["status"], row["client_name"]) == ("MB-1", "offered", "Mireille")
    assert (row["service"], row["zone"], row["client_phone"]) == ("plumbing", "bonamoussadi", "+237677000002")
    offer = row["offer"]
    assert isinstance(offer, dict)
    assert (offer["provider_name"], offer["position"], offer["expires_at"]) == ("Paul", 1, "2026-11-23T08:10:00.000Z")


async def test_every_column_of_the_view_is_there(city: City) -> None:
    await asked_by(city, "Mireille")
    [row] = await items(city)
    [known] = await city.rows("SELECT * FROM v_requests")
    assert set(known) <= set(row)
    assert row["version"] == known["version"]


async def test_a_viewer_sees_no_number_anywhere(city: City) -> None:
    await asked_by(city, "Mireille 699 88 77 66", NEED)
    [row] = await items(city, role="viewer")
    assert row["client_phone"] == "+237 6•• •• •• 01"
    assert "88" not in str(row)
    async with at_desk(city, "viewer", browser=True) as desk:
        page = (await desk.get(URL)).text
        assert "677000001" not in page
        assert "name=ids" not in page


MEANT: dict[str, list[str]] = {
    "status=offered": ["MB-2"],
    "status=offered,unserved": ["MB-2", "MB-1"],
    "status=offered&status=unserved": ["MB-2", "MB-1"],
    "status=open": ["MB-2", "MB-1"],
    "status=completed,cancelled": [],
    "service=electricity": ["MB-2"],
    "zone=akwa": ["MB-2"],
    "zone=bonamoussadi&service=plumbing&status=unserved": ["MB-1"],
    "zone=akwa&service=plumbing": [],
    "sort=-created": ["MB-1", "MB-2"],
    "sort=waiting": ["MB-1", "MB-2"],
    "from=2026-11-23": ["MB-2", "MB-1"],
    "to=2026-11-22": [],
    "from=2026-11-23T09:01": ["MB-2"],
    "to=2026-11-23T08:00:30Z": ["MB-1"],
    "to=2026-11-23T09:00:30+01:00": ["MB-1"],
    "q=fuite&from=2026-11-23&to=2026-11-23": ["MB-1"],
    "q=prise&zone=akwa&service=electricity&status=offered&sort=waiting": ["MB-2"],
    "q=&status=&service=&zone=&from=&to=&sort=&limit=&cursor=": ["MB-2", "MB-1"],
}


async def test_filters_say_what_they_mean(city: City) -> None:
    await city.provider("Serge", "electricity", "akwa")
    await asked_by(city, "Mireille")
    await asked_by(city, "Awa", "Une prise fait des étincelles à Akwa, rue Joffre, maintenant")
    found = {query: [row["code"] for row in await items(city, query)] for query in MEANT}
    assert found == MEANT


async def test_a_request_that_is_over_stands_among_those_that_are_not(city: City) -> None:
    for name in ("Mireille", "Awa", "Chantal"):
        await asked_by(city, name)
    async with at_desk(city) as desk:
        await desk.post(f"{URL}/2/cancel", json={"reason": "doublon"})
    assert [row["id"] for row in await items(city)] == [3, 2, 1]
    assert [row["id"] for row in await items(city, "status=cancelled,unserved")] == [3, 2, 1]
    assert [row["id"] for row in await items(city, "status=cancelled")] == [2]
    assert [row["id"] for row in await items(city, "status=open")] == [3, 1]


@pytest.mark.parametrize("query", ["", "sort=-created", "sort=waiting", "q=fuite", "q=fuite&sort=waiting"])
async def test_pages_lose_nobody_while_new_requests_arrive(city: City, query: str) -> None:
    for name in ("Mireille", "Awa", "Chantal", "Nadège", "Sidonie"):
        await asked_by(city, name)
    whole, turned = [row["id"] for row in await items(city, query)], list[object]()
    place: str | None = ""
    async with at_desk(city) as desk:
        while place is not None:
            page = (await desk.get(f"{URL}?{query}&limit=2&cursor={place}")).json()
            turned += [row["id"] for row in page["items"]]
            place = page["next"]
            if len(turned) == 2:
                await asked_by(city, "Ebongue")
    assert [number for number in turned if number != 6] == whole
    assert len(set(turned)) == len(turned)


async def test_the_total_counts_all_pages(city: City) -> None:
    for name in ("Mireille", "Awa", "Chantal"):
        await asked_by(city, name)
    async with at_desk(city) as desk:
        for query, total in (("", 3), ("q=mireille", 1), ("status=open", 3), ("status=cancelled", 0), ("q=2", 1)):
            answer = (await desk.get(f"{URL}?limit=1&{query}")).json()
            assert answer["total"] == total, query


BAD = [
    "status=done", "service=dentist", "zone=atlantis", "from=yesterday", "to=2026-13-01", "from=0001-01-01",
    "to=9999-12-31", "from=2026-11-23&to=2026-11-22", "sort=name", "limit=0", "limit=201", "limit=ten", "limit=²",
    "cursor=x", "cursor=%C3%A9", "cursor=Y3JlYXRlZCAyMDI2LTExLTIzIDE", "zone=%00x", "from=%00x", "to=2026-11-23T25:00",
    "cursor=Y3JlYXRlZCAyMDI2LTExLTIzVDA4OjAwOjAwKzAwOjAwIDk5OTk5OTk5OTk5OTk5OTk5OTk5OTk",
]  # fmt: skip


async def test_what_means_nothing_is_said_beside_its_field(city: City) -> None:
    async with at_desk(city) as desk, at_desk(city, browser=True) as people:
        for query in BAD:
            field = query.split("=")[0] if "&" not in query else "to"
            answer = await desk.get(f"{URL}?{query}")
            assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), query
            table = await desk.get(f"{URL}.csv?{query}")
            assert table.status_code == (200 if field in {"limit", "cursor"} else 422), query
            page = await people.get(f"{URL}?{query}")
            assert (page.status_code, "class=error" in page.text or "notice error" in page.text) == (422, True), query


@pytest.mark.parametrize(
    "q", ["%00", "''", '"', "*", "()", "a AND", "NEAR(", "'; --", "\\", "🙂", "+", "x" * 5000, "9" * 40]
)
async def test_no_search_is_an_error(city: City, q: str) -> None:
    async with at_desk(city) as desk:
        answer = await desk.get(URL, params={"q": q})
        assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_no_word_of_a_client_becomes_a_part_of_the_page(city: City) -> None:
    canary = "<script>alert(1)</script>"
    await asked_by(city, canary, f"fuite {canary} à Bonamoussadi derrière {canary}, demain matin")
    async with at_desk(city, browser=True) as desk:
        page = (await desk.get(f"{URL}?q={canary}")).text
        assert "alert(1)" in page
        assert "<script>alert" not in page


async def test_the_page_leads_on(city: City) -> None:
    for name in ("Mireille", "Awa"):
        await asked_by(city, name)
    async with at_desk(city, browser=True) as desk:
        page = (await desk.get(f"{URL}?status=open&q=fuite&limit=1")).text
        assert "<a class=go href=/admin/requests/2>MB-2</a>" in page
        assert 'href="/admin/requests?q=fuite&amp;limit=1"' in page, "a chip takes its own filter out"
        assert "rel=next" in page
        assert "2 demandes" in page


async def test_an_empty_list_says_what_to_do(city: City) -> None:
    async with at_desk(city, browser=True) as desk:
        assert "dès qu&#39;un client aura écrit" in (await desk.get(URL)).text
        assert "Retirez un filtre" in (await desk.get(f"{URL}?status=completed")).text
