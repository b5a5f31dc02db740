"""Corrections from the desk: by the table of moves, at the version that was seen, once for each form, and on record."""

import asyncio
import re
from typing import Any

import httpx2
import pytest

from mboa.storage.admin import audit
from tests.admin.request.test_page import a_job
from tests.admin.stage import at_desk
from tests.city import NEED, City

REASON = "la cliente a rappelé"


async def put(desk: httpx2.AsyncClient, **sent: Any) -> httpx2.Response:
    """Set the status at the present version, unless another is given."""
    version = (await desk.get("/admin/requests/1")).json()["request"]["version"]
    return await desk.put("/admin/requests/1/status", json={"reason": REASON, "version": version, **sent})


def hidden(page: str, act: str) -> dict[str, str]:
    """The hidden fields of a form of the page."""
    form = page[page.index(f"action=/admin/requests/1/{act}>") :].split("</form>")[0]
    return dict(re.findall(r'type=hidden name=(\w+) value="?([\w-]+)', form))


async def test_the_contracts_put(city: City) -> None:
    mireille, paul = await a_job(city)
    async with at_desk(city) as desk:
        answer = await put(desk, status="cancelled")
    assert (answer.status_code, answer.json()["status"], answer.json()["request"]["status"]) == (
        200,
        "cancelled",
        "cancelled",
    )
    await city.settle()
    assert (mireille.heard("a annulé votre demande"), paul.heard("est annulée")) == (1, 1)


async def test_it_is_on_record_with_its_reason(city: City) -> None:
    await a_job(city)
    async with at_desk(city) as desk:
        await put(desk, status="cancelled")
    (entry,) = await city.mboa.office.store.read(audit.page, audit.Filters(subject="request:1"), None, 9)
    assert (entry.action, entry.email is not None) == ("request_status_changed", True)
    assert (entry.before, entry.after) == (
        {"status": "accepted", "provider_id": 1},
        {"status": "cancelled", "provider_id": 1, "reason": REASON},
    )


async def test_a_move_that_the_table_forbids(city: City) -> None:
    await a_job(city)
    async with at_desk(city) as desk:
        answer = await put(desk, status="unserved")
    told = answer.json()
    assert (answer.status_code, told["was"], told["to"]) == (409, "accepted", "unserved")
    assert told["allowed"] == ["pending", "in_progress", "completed", "cancelled"]
    assert await city.status() == "accepted"


async def test_what_another_changed_meanwhile_stands(city: City) -> None:
    await a_job(city)
    async with at_desk(city) as desk:
        answer = await put(desk, status="cancelled", version=1)
        assert (answer.status_code, answer.json()["why"]) == (409, "stale")
        assert answer.json()["version"] == (await desk.get("/admin/requests/1")).json()["request"]["version"]
    assert await city.status() == "accepted"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"status": "finished"}, "status"),
        ({"status": "cancelled", "reason": " "}, "reason"),
        ({"status": "cancelled", "reason": None}, "reason"),
        ({"status": "cancelled", "reason": "x" * 2000}, "reason"),
        ({"status": "cancelled", "version": "soon"}, "version"),
        ({"status": "cancelled", "role": "owner"}, "role"),
    ],
)
async def test_what_is_wrong_is_said_for_its_field(city: City, sent: dict[str, Any], field: str) -> None:
    await a_job(city)
    async with at_desk(city) as desk:
        answer = await put(desk, **sent)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert await city.status() == "accepted"


async def test_accepted_needs_a_provider(city: City) -> None:
    await city.provider("Paul", zones="makepe")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    async with at_desk(city) as desk:
        answer = await put(desk, status="accepted")
        assert (answer.status_code, answer.json()["why"]) == (409, "needs_provider")
        assert (await put(desk, status="accepted", provider_id=1)).json()["status"] == "accepted"
    assert await city.offers() == ["accepted"]


async def test_a_viewer_changes_nothing(city: City) -> None:
    await a_job(city)
    async with at_desk(city, "viewer") as desk:
        assert (await put(desk, status="cancelled")).status_code == 403
        assert (await desk.post("/admin/requests/1/cancel", json={"reason": REASON})).status_code == 403
    assert await city.status() == "accepted"


async def test_nobodys_request_cannot_be_changed(city: City) -> None:
    async with at_desk(city) as desk:
        sent = {"status": "cancelled", "reason": REASON, "version": 1}
        assert (await desk.put("/admin/requests/5/status", json=sent)).status_code == 404
        assert (await desk.post("/admin/requests/5/undo", json={"reason": REASON})).status_code == 404


async def test_a_double_click_acts_once(city: City) -> None:
    mireille, _ = await a_job(city)
    async with at_desk(city, browser=True) as desk:
        form = {**hidden((await desk.get("/admin/requests/1")).text, "cancel"), "reason": REASON}
        answers = [await desk.post("/admin/requests/1/cancel", data=form) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [
        (303, "/admin/requests/1?done=cancel")
    ] * 2
    await city.settle()
    assert (await city.events()).count("request_corrected") == mireille.heard("a annulé votre demande") == 1


async def test_every_form_of_the_page_does_its_work(city: City) -> None:
    await city.provider("Paul", zones="makepe")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    steps = [
        ("offer-again", {}, "unserved"),
        ("offer", {"provider_id": "1"}, "offered"),
        ("assign", {"provider_id": "1"}, "accepted"),
    ]
    steps += [
        ("status", {"status": "in_progress"}, "in_progress"),
        ("cancel", {}, "cancelled"),
        ("undo", {}, "unserved"),
    ]
    async with at_desk(city, browser=True) as desk:
        for act, fields, reached in steps:
            page = (await desk.get("/admin/requests/1")).text
            form = {**hidden(page, "assign" if act == "offer" else act), "reason": REASON, **fields}
            answer = await desk.post(f"/admin/requests/1/{act}", data=form, follow_redirects=True)
            assert (answer.status_code, await city.status()) == (200, reached), act
            assert "class=notice role=status" in answer.text


async def test_a_form_without_a_reason_comes_back(city: City) -> None:
    await a_job(city)
    async with at_desk(city, browser=True) as desk:
        form = {**hidden((await desk.get("/admin/requests/1")).text, "cancel"), "reason": ""}
        answer = await desk.post("/admin/requests/1/cancel", data=form)
    assert (answer.status_code, answer.text.count("aria-invalid=true")) == (422, 1)
    assert await city.status() == "accepted"


async def test_a_form_of_yesterdays_page_shows_todays(city: City) -> None:
    mireille, _ = await a_job(city)
    async with at_desk(city, browser=True) as desk:
        form = {**hidden((await desk.get("/admin/requests/1")).text, "status"), "reason": REASON, "status": "completed"}
        await mireille.writes("annuler")
        answer = await desk.post("/admin/requests/1/status", data=form)
    assert (answer.status_code, "a changé pendant que" in answer.text, "st-cancelled" in answer.text) == (
        409,
        True,
        True,
    )
    assert await city.status() == "cancelled"


async def test_two_operators_at_the_same_moment(city: City) -> None:
    mireille, _ = await a_job(city)
    async with at_desk(city) as awa, at_desk(city) as ngono:
        moves = (put(awa, status="cancelled"), put(ngono, status="completed"))
        answers = await asyncio.gather(*moves)
    await city.settle()
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert (await city.events()).count("request_corrected") == 1
    assert mireille.heard("L'équipe Mboa") == 1


@pytest.mark.parametrize("reason", ["\0", "a\0b", "​", "é" * 300, "<b>'\"%s{client}"])
async def test_any_reason_is_only_words(city: City, reason: str) -> None:
    await a_job(city)
    async with at_desk(city) as desk:
        answer = await put(desk, status="cancelled", reason=reason)
        assert answer.status_code in {200, 422}
        assert (await desk.get("/admin/requests/1")).status_code == 200
