"""Messages marked as misread become test cases, without anybody's number."""

import json
from typing import Any

import pytest

from mboa.understanding.understand import understand
from tests.admin.stage import at_desk
from tests.city import City

TEXT = "le truc de mon lavabo fait glouglou vers chez Tonton, tel 6 77 12 34 56"
PATH = "/admin/conversations/1/messages/1/misread"
MEANT = {"intent": "new_request", "service": "plumbing", "place": "vers chez Tonton", "note": "glouglou"}


async def exported(city: City) -> list[dict[str, Any]]:
    """The test cases that a viewer may take away."""
    async with at_desk(city, "viewer") as viewer:
        answer = await viewer.get("/admin/misread.jsonl")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_mark_becomes_a_test_case(city: City) -> None:
    await city.client("Mireille").writes(TEXT)
    async with at_desk(city) as odile:
        assert (await odile.post(PATH, json=MEANT)).status_code == 201
    (case,) = await exported(city)
    assert {name: case[name] for name in MEANT} == MEANT
    assert case["text"] == TEXT.replace("6 77 12 34 56", "0 00 00 00 00")
    assert (case["language"], case["time"]) == ("fr", None)
    assert understand(case["text"]).language == "fr"


async def test_what_was_asked_stands_in_the_case(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("je cherche un plombier")
    await mireille.writes("chez Tonton")
    (answer,) = await city.rows("SELECT id FROM v_messages WHERE text = 'chez Tonton'")
    async with at_desk(city) as odile:
        path = f"/admin/conversations/1/messages/{answer['id']}/misread"
        await odile.post(path, json={"intent": "inform", "service": None, "place": "chez Tonton"})
    (case,) = await exported(city)
    assert (case["expecting"], case["intent"], case["service"]) == ("place", "inform", None)


async def test_marked_again_it_is_one_case(city: City) -> None:
    await city.client("Mireille").writes(TEXT)
    async with at_desk(city) as odile:
        await odile.post(PATH, json={"intent": "other"})
        await odile.post(PATH, json=MEANT)
        assert [item["intent"] for item in (await odile.get("/admin/misread")).json()["items"]] == ["new_request"]
        assert (await odile.delete(PATH)).status_code == 200
    assert await exported(city) == []


async def test_a_form_marks_and_says_so(city: City) -> None:
    await city.client("Mireille").writes(TEXT)
    async with at_desk(city, browser=True) as odile:
        answer = await odile.post(PATH, data={"intent": "new_request", "service": "", "place": "", "note": ""})
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            PATH.replace("misread", "")[:-1] + "?done=marked",
        )
        page = (await odile.get(answer.headers["location"])).text
    assert "Message marqué." in page
    assert [case["service"] for case in await exported(city)] == [None]


@pytest.mark.parametrize(
    "sent", [{}, {"intent": "dance"}, {"intent": "other", "service": "magic"}, {"intent": "other", "note": "x" * 1001}]
)
async def test_a_wrong_mark_is_refused_with_its_field(city: City, sent: dict[str, str]) -> None:
    await city.client("Mireille").writes(TEXT)
    async with at_desk(city) as odile, at_desk(city, browser=True) as browser:
        answer, page = await odile.post(PATH, json=sent), await browser.post(PATH, data=sent)
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)
    assert (page.status_code, page.text.count("class=error")) == (422, 1)


async def test_only_what_came_in_can_be_misread(city: City) -> None:
    await city.client("Mireille").writes(TEXT)
    async with at_desk(city) as odile:
        for path in (PATH.replace("messages/1", "messages/2"), PATH.replace("messages/1", "messages/77")):
            assert (await odile.post(path, json=MEANT)).status_code == 404
    assert await exported(city) == []
