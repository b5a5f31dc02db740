"""The pages as a browser without JavaScript meets them."""

import re
from html import unescape

import httpx2

from mboa.understanding.gazetteer import zones
from tests.admin.stage import at_desk
from tests.city import NEED, City

CANARY = "<script>alert(1)</script>"
FORM = {"name": "Paul", "phone": "699 12 34 56", "services": "plumbing", "zones": ["makepe", "kotto"], "active": "true"}


def mark(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    return dict(re.findall(r'<input type=hidden name=(\w+) value="?([\w-]+)', page.text))


async def test_a_form_makes_a_provider_and_shows_him(city: City) -> None:
    async with at_desk(city, browser=True) as desk:
        hidden = mark(await desk.get("/admin/providers/new"))
        saved = await desk.post("/admin/providers", data={**FORM, **hidden})
        assert (saved.status_code, saved.headers["location"]) == (303, "/admin/providers/1?done=created")
        page = (await desk.get("/admin/providers/1?done=created")).text
        assert "Le dépanneur est inscrit." in page
        assert "Makepe, Kotto" in page
        assert "en pause" in page


async def test_a_form_posted_twice_acts_once(city: City) -> None:
    async with at_desk(city, browser=True) as desk:
        hidden = mark(await desk.get("/admin/providers/new"))
        twice = [await desk.post("/admin/providers", data={**FORM, **hidden}) for _ in range(2)]
        assert [one.headers["location"] for one in twice] == ["/admin/providers/1?done=created"] * 2
        edit = {**FORM, "name": "Paul E.", **mark(await desk.get("/admin/providers/1/edit"))}
        again = [await desk.post("/admin/providers/1", data=edit) for _ in range(2)]
        assert [one.status_code for one in again] == [303, 303]
    assert (await city.rows("SELECT name, version FROM providers")) == [{"name": "Paul E.", "version": 2}]


async def test_a_refused_form_keeps_what_was_typed(city: City) -> None:
    async with at_desk(city, browser=True) as desk:
        page = await desk.post("/admin/providers", data={**FORM, "phone": "12", "hours": "matin"})
        assert page.status_code == 422
        assert "« 12 » n'est pas un numéro" in unescape(page.text).replace("\u202f", " ")
        assert "aria-describedby=e-phone" in page.text
        assert 'value="matin"' in page.text
        assert page.text.count(" checked") == 4


async def test_both_versions_stand_side_by_side_and_one_may_insist(city: City) -> None:
    await city.provider("Paul", zones="makepe")
    async with at_desk(city, browser=True) as awa, at_desk(city, browser=True) as ebongue:
        mine, yours = [mark(await one.get("/admin/providers/1/edit")) for one in (awa, ebongue)]
        await awa.post("/admin/providers/1", data={**FORM, "phone": "699000001", "capacity": "3", **mine})
        stale = await ebongue.post("/admin/providers/1", data={**FORM, "phone": "699000001", "capacity": "5", **yours})
        assert stale.status_code == 409
        row = re.search(r"<tr><th>Travaux en même temps<td>(\d)<td>(\d)", stale.text)
        assert row is not None
        assert row.groups() == ("5", "3")
        insisting = {**FORM, "phone": "699000001", "capacity": "5", **mark(stale)}
        assert (await ebongue.post("/admin/providers/1", data=insisting)).status_code == 303
    assert (await city.rows("SELECT capacity FROM providers")) == [{"capacity": 5}]


async def test_a_form_without_its_version_changes_nothing(city: City) -> None:
    await city.provider("Paul")
    async with at_desk(city, browser=True) as desk:
        assert (await desk.post("/admin/providers/1", data={**FORM, "phone": "699000001"})).status_code == 409


async def test_names_are_only_names(city: City) -> None:
    await city.provider(CANARY)
    mireille = city.client(CANARY)
    await mireille.writes(NEED)
    await mireille.writes("oui")
    async with at_desk(city, browser=True) as desk:
        await desk.post("/admin/providers/1/blocks", data={"client": mireille.address})
        paths = ("", f"?q={CANARY}", "/1", "/1/edit", "/1/delete")
        pages = [await desk.get(f"/admin/providers{path}") for path in paths]
        pages.append(await desk.post("/admin/providers", data={**FORM, "name": CANARY, "hours": CANARY}))
        pages.append(
            await desk.post("/admin/providers/import", data={"csv": f"name,phone,services,zones\n{CANARY},,,"})
        )
    assert [page.status_code for page in pages] == [200] * 5 + [422, 422]
    assert all("<script>alert" not in page.text for page in pages)
    assert "&lt;script&gt;" in pages[0].text


async def test_every_zone_can_be_ticked(city: City) -> None:
    async with at_desk(city, browser=True) as desk:
        page = (await desk.get("/admin/providers/new")).text
    assert set(re.findall(r"name=zones value=([\w-]+)", page)) == {zone.slug for zone in zones()}


async def test_a_viewer_is_shown_no_button_that_he_may_not_use(city: City) -> None:
    await city.provider("Paul")
    async with at_desk(city, "viewer", browser=True) as desk:
        pages = [(await desk.get(path)).text for path in ("/admin/providers", "/admin/providers/1")]
    for words in ("/admin/providers/new", "/admin/providers/import", "/1/edit", "/1/delete", "/1/blocks"):
        assert all(words not in page for page in pages)


async def test_the_page_tells_why_he_is_ranked_there(city: City) -> None:
    await city.provider("Paul")
    await city.provider("Awa")
    await city.provider("Ebongue", available=False)
    async with at_desk(city) as desk:
        told = (await desk.get("/admin/providers/2?service=plumbing&zone=bonamoussadi")).json()["ranking"]
        assert [(one["place"], one["name"]) for one in told["places"]] == [(1, "Paul"), (2, "Awa")]
        assert set(told["places"][0]["reasons"]) >= {"distance", "rating", "answers"}
        assert [(one["name"], one["withheld"]) for one in told["withheld"]] == [("Ebongue", "paused")]
        elsewhere = (await desk.get("/admin/providers/2?service=appliance&zone=kotto")).json()["ranking"]
        assert (elsewhere["asked"], elsewhere["places"]) == (0, [])
    async with at_desk(city, browser=True) as desk:
        assert "en pause" in (await desk.get("/admin/providers/2")).text


async def test_his_figures_say_what_they_stand_on(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    city.clock.advance(90)
    await paul.taps("OUI")
    await paul.writes("terminé")
    await mireille.writes("5")
    async with at_desk(city) as desk:
        told = (await desk.get("/admin/providers/1")).json()
    figures = told["figures"]
    assert (figures["offers"], figures["accepted"], figures["answer_median_seconds"]) == (1, 1, 90)
    assert (figures["rating"], figures["ratings"]["5"], figures["reliability"]) == (5, 1, "unknown")
    assert (told["ratings"][0]["rating"], told["offers"][0]["answer_seconds"]) == (5, 90)
