"""The roster as a spreadsheet: out, through Excel's hands, and in again."""

import re

import httpx2
import pytest

from mboa.roster_csv import decode, read_csv, write_csv
from mboa.roster_fields import read_fields
from mboa.storage.roster import Entry
from tests.admin.stage import at_desk
from tests.city import NEED, City

HEADER = "name,phone,services,zones,available,latitude,longitude\n"
PAUL = "Paul Ekambi,6 99 00 00 91,plumbing|electricity,bonamoussadi|makepe,true,4.09,9.74\n"
AWA = "Awa,+237 677 00 00 92,appliance,kotto,false,,\n"
CSV = {"content-type": "text/csv"}


async def upload(desk: httpx2.AsyncClient, table: bytes) -> httpx2.Response:
    """As a browser sends a chosen file."""
    return await desk.post("/admin/providers/import", files={"file": ("providers.csv", table, "text/csv")})


async def test_what_is_exported_is_imported_unchanged(city: City) -> None:
    async with at_desk(city) as desk:
        told = await desk.post("/admin/providers/import", content=HEADER + PAUL + AWA, headers=CSV)
        assert told.json() == {"new": 2, "updated": 0, "unchanged": 0, "problems": []}
        table = await desk.get("/admin/providers.csv")
        assert table.content.startswith(b"\xef\xbb\xbfname;phone;services")
        assert "Paul Ekambi;'+237699000091;plumbing|electricity;bonamoussadi|makepe;true;4.09;9.74" in table.text
        again = await desk.post("/admin/providers/import", content=table.content, headers=CSV)
        assert again.json() == {"new": 0, "updated": 0, "unchanged": 2, "problems": []}
    rows = await city.rows("SELECT name, version FROM providers ORDER BY id")
    assert rows == [{"name": "Paul Ekambi", "version": 1}, {"name": "Awa", "version": 1}]


@pytest.mark.parametrize(
    "table",
    [
        (HEADER + PAUL).replace(",", ";").replace("4.09", "4,09").encode("utf-8-sig"),
        ("sep=;\r\n" + (HEADER + PAUL).replace(",", ";").replace("\n", "\r\n")).encode("cp1252"),
        (HEADER + PAUL).replace(",", "\t").encode("utf-16"),
        (HEADER + PAUL).replace("true", "VRAI").replace("6 99 00 00 91", "237699000091").encode(),
        (HEADER.upper() + PAUL.replace("6 99 00 00 91", "'+237699000091") + ",,,,,,\n\n").encode(),
        (HEADER + PAUL.replace("Paul Ekambi", '"Paul\tEkambi "')).encode(),
    ],
)
def test_what_spreadsheets_make_of_it_is_understood(table: bytes) -> None:
    entries, problems = read_csv(decode(table))
    assert problems == []
    assert entries == read_csv(HEADER + PAUL)[0]
    assert (entries[0].phone, entries[0].latitude, entries[0].available) == ("+237699000091", 4.09, True)


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", "'=x", "'t Hooft", "Éloïse; d'Akwa", 'a"b'])
def test_no_name_is_a_formula_and_every_name_comes_back(name: str) -> None:
    entry = Entry(name, "+237699000091", ("plumbing",), ("makepe",))
    table = write_csv([entry], ";", for_spreadsheets=True)
    assert not re.search(r"^[\"]?[=+\-@]", table.splitlines()[1])
    assert read_csv(table)[0] == [entry]


async def test_a_browser_sees_what_would_change_before_it_does(city: City) -> None:
    async with at_desk(city, browser=True) as desk:
        await city.provider("Paul")
        table = (HEADER + PAUL.replace("91", "01") + AWA.replace("Awa", "<b>Awa</b>")).encode()
        page = await upload(desk, table)
        assert (page.status_code, await city.rows("SELECT COUNT(*) AS n FROM providers")) == (200, [{"n": 1}])
        assert ("Paul</a> → Paul Ekambi" in page.text, "+ &lt;b&gt;Awa" in page.text) == (True, True)
        form = {"csv": table.decode(), "confirm": "1", "once": re.findall(r'name=once value="([\w-]+)', page.text)[0]}
        done = [await desk.post("/admin/providers/import", data=form) for _ in range(2)]
        assert [one.headers["location"] for one in done] == ["/admin/providers?done=imported"] * 2
    rows = await city.rows("SELECT name, version FROM providers ORDER BY id")
    assert rows == [{"name": "Paul Ekambi", "version": 2}, {"name": "<b>Awa</b>", "version": 1}]


async def test_every_bad_line_is_named_and_nothing_is_changed(city: City) -> None:
    bad = "Awa,123,plumbing,atlantis,peut-être,4.0,\n"
    async with at_desk(city) as desk:
        told = await desk.post("/admin/providers/import", content=HEADER + PAUL + bad + PAUL, headers=CSV)
        assert told.status_code == 422
        found = {(one["line"], one["column"], one["code"]) for one in told.json()["problems"]}
        assert (await desk.get("/admin/providers")).json()["total"] == 0
    third = {(3, "phone", "phone_bad"), (3, "zones", "zone_unknown"), (3, "available", "flag_bad")}
    assert found == third | {(3, "longitude", "half_spot"), (4, "phone", "phone_twice")}


async def test_problems_speak_the_language_of_the_page(city: City) -> None:
    async with at_desk(city, browser=True) as desk, at_desk(city, browser=True, language="en") as english:
        said = [(await upload(one, b"nom;telephone\n")).text for one in (desk, english)]
    assert ("Il manque" in said[0], "Missing: name" in said[1]) == (True, True)


async def test_a_dry_run_changes_nothing(city: City) -> None:
    async with at_desk(city) as desk:
        told = await desk.post("/admin/providers/import?dry_run=true", content=HEADER + PAUL, headers=CSV)
        assert (told.json()["new"], (await desk.get("/admin/providers")).json()["total"]) == (1, 0)


async def test_an_imported_provider_is_offered_what_waits(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    async with at_desk(city) as desk:
        await desk.post("/admin/providers/import", content=HEADER + PAUL, headers=CSV)
    await city.settle()
    assert (await city.status(), await city.offers()) == ("offered", ["open"])


async def test_exports_and_imports_are_noted(city: City) -> None:
    async with at_desk(city) as desk:
        await desk.post("/admin/providers/import", content=HEADER + PAUL, headers=CSV)
        await desk.post("/admin/providers/import", content=HEADER + PAUL.replace("true", "false"), headers=CSV)
        await desk.get("/admin/providers.csv")
    notes = await city.rows("SELECT action, subject FROM audit WHERE action LIKE 'provider%' ORDER BY id")
    assert [note["action"] for note in notes] == ["provider_created", "provider_changed", "providers_exported"]


async def test_a_table_too_large_is_refused(city: City) -> None:
    async with at_desk(city) as desk:
        told = await desk.post("/admin/providers/import", content=b"x" * 2_000_001, headers=CSV)
    assert told.status_code == 413


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\x00", b"\xff\xfe\x00", b'name,phone,services,zones\n"', b"sep=", b"a" * 200_000]
)
def test_nonsense_is_a_problem_and_no_failure(raw: bytes) -> None:
    assert read_csv(decode(raw))[0] == []


def test_hours_are_kept_as_matching_reads_them() -> None:
    spellings = ("7h-19h", "07:00 - 19:00", "7 à 19", "7h00–19h00", "07:00-19:00")
    assert {read_fields({"hours": one})[0]["hours"] for one in spellings} == {"07:00-19:00"}
    assert [read_fields({"hours": one})[0]["hours"] for one in ("", None, "0h-24h", "22h30-24h")] == [
        None,
        None,
        None,
        "22:30-00:00",
    ]
