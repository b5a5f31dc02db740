"""One act for many requests: asked first, done once, told honestly."""

import re
from typing import Any

import httpx2
import pytest

from mboa.admin.requests_query import cursor
from mboa.admin.requests_walk import AT_ONCE, Order, Walk
from mboa.storage.admin.request_filters import OPEN, Filters
from tests.admin.requests.test_list import URL, asked_by
from tests.admin.stage import at_desk
from tests.city import NEED, City

PEOPLE = ("Mireille", "Awa", "Chantal")


async def statuses(city: City) -> list[str]:
    """The status of every request, in order."""
    return [row["status"] for row in await city.rows("SELECT status FROM v_requests ORDER BY id")]


def form_of(page: httpx2.Response) -> dict[str, Any]:
    """What the form of a page would send, with its lists."""
    sent: dict[str, Any] = {}
    for name, value in re.findall(r'<input type=hidden name=(\w+) value="?([^">]*)"?>', page.text):
        sent[name] = [*sent.get(name, []), value] if name == "ids" else value.replace("&amp;", "&")
    return sent


async def test_ticked_requests_are_cancelled_after_a_question(city: City) -> None:
    for name in PEOPLE:
        await asked_by(city, name)
    async with at_desk(city, browser=True) as desk:
        question = await desk.post(f"{URL}/bulk", data={"ids": ["1", "3"], "action": "cancel", "query": "status=open"})
        assert "Annuler 2 demandes" in question.text.replace("\u202f", " ")
        assert await statuses(city) == ["unserved"] * 3, "asking changes nothing"
        told = await desk.post(f"{URL}/bulk", data={**form_of(question), "reason": "panne générale"})
        assert "2 sur 2" in told.text
    assert await statuses(city) == ["cancelled", "unserved", "cancelled"]
    notes = await city.rows("SELECT subject, after_json FROM audit WHERE action = 'request_cancelled' ORDER BY subject")
    assert [note["subject"] for note in notes] == ["request:1", "request:3"]
    assert "panne générale" in notes[0]["after_json"]


async def test_all_of_the_filter_is_what_was_there_when_it_was_looked_at(city: City) -> None:
    for name in PEOPLE:
        await asked_by(city, name)
    async with at_desk(city, browser=True) as desk:
        chosen = {"all": "1", "action": "cancel", "query": "q=fuite&sort=waiting"}
        question = await desk.post(f"{URL}/bulk", data=chosen)
        await asked_by(city, "Nadège")
        await desk.post(f"{URL}/bulk", data={**form_of(question), "reason": "panne générale"})
    assert await statuses(city) == ["cancelled"] * 3 + ["unserved"]


async def test_a_form_sent_twice_acts_once(city: City) -> None:
    await asked_by(city, "Mireille")
    async with at_desk(city, browser=True) as desk:
        question = await desk.post(f"{URL}/bulk", data={"ids": "1", "action": "cancel"})
        for _ in range(2):
            told = await desk.post(f"{URL}/bulk", data={**form_of(question), "reason": "doublon"})
            assert "1 sur 1" in told.text
            assert "non faites" not in told.text
    assert (await city.events()).count("request_cancelled") == 1


async def test_a_program_hears_what_was_done_and_why_not(city: City) -> None:
    for name in PEOPLE:
        await asked_by(city, name)
    async with at_desk(city) as desk:
        first = await desk.post(f"{URL}/bulk", json={"action": "cancel", "ids": [2], "reason": "doublon"})
        assert first.json()["done"] == 1
        sent = {"action": "cancel", "ids": [1, 2, 2, 99], "reason": "doublon"}
        told = (await desk.post(f"{URL}/bulk", json=sent)).json()
    assert (told["total"], told["behind"], told["done"], told["finished"]) == (3, 3, 1, True)
    assert told["refused"] == {"move": 1, "unknown": 1}


async def test_searching_again_reaches_the_provider_who_came_later(city: City) -> None:
    await asked_by(city, "Mireille")
    await asked_by(city, "Awa", NEED.replace("fuite", "panne de courant").replace(" sous l'évier", ""))
    paul = await city.provider("Paul")
    async with at_desk(city) as desk:
        sent = {"action": "offer-again", "all": True, "query": "status=unserved", "reason": "Paul est revenu"}
        told = (await desk.post(f"{URL}/bulk", json=sent)).json()
    await city.settle()
    assert (told["done"], told["nobody"]) == (1, 1)
    assert await statuses(city) == ["offered", "unserved"]
    assert paul.heard("Bonamoussadi") == 1


@pytest.mark.parametrize("everything", [True, False])
async def test_a_long_walk_goes_on_where_it_stopped(city: City, everything: bool) -> None:
    people = AT_ONCE + 2
    for number in range(people):
        await asked_by(city, f"Client {number}")
    walk = Walk(Filters(statuses=OPEN), None if everything else [*range(1, people + 1)], None, step_seconds=0.0)
    await walk.go_on(city.mboa.office, Order(1, "cancel", "panne", "mark"))
    assert (walk.finished, walk.tally) == (False, {"done": AT_ONCE})
    assert walk.after is not None
    sent = {"action": "cancel", "reason": "panne", "once": "mark", "total": people, "tally": f"done:{AT_ONCE},"}
    sent |= {"all": True, "query": "status=open"} if everything else {"ids": [*range(1, people + 1)]}
    async with at_desk(city) as desk:
        told = (await desk.post(f"{URL}/bulk", json={**sent, "after": cursor(walk.after, "created")})).json()
    assert (told["finished"], told["done"], told["refused"]) == (True, people, {})
    assert set(await statuses(city)) == {"cancelled"}


SENSELESS: list[tuple[dict[str, Any], str]] = [
    ({"ids": []}, "ids"),
    ({"all": True, "query": "status=completed"}, "ids"),
    ({"all": True, "query": "status=nothing"}, "query"),
    ({"ids": [1], "reason": ""}, "reason"),
    ({"ids": [1], "action": "delete"}, "action"),
    ({"ids": ["one"]}, "ids"),
    ({"ids": [2**70]}, "ids"),
    ({"ids": [1], "after": "nowhere"}, "after"),
    ({"ids": [1], "tally": "done"}, "tally"),
    ({"ids": [1], "once": "<b>"}, "once"),
]


async def test_what_cannot_be_meant_changes_nothing(city: City) -> None:
    await asked_by(city, "Mireille")
    async with at_desk(city) as desk:
        for sent, field in SENSELESS:
            answer = await desk.post(f"{URL}/bulk", json={"action": "cancel", "reason": "x", **sent})
            assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert await statuses(city) == ["unserved"]


async def test_people_are_asked_again_for_the_reason(city: City) -> None:
    await asked_by(city, "Mireille")
    async with at_desk(city, browser=True) as desk:
        answer = await desk.post(f"{URL}/bulk", data={"ids": "1", "action": "cancel", "confirm": "1", "reason": " "})
        assert answer.status_code == 422
        assert "e-reason" in answer.text
        nothing = await desk.post(f"{URL}/bulk", data={"action": "cancel", "query": ""})
        assert (nothing.status_code, "Aucune demande n&#39;est choisie" in nothing.text) == (422, True)
    assert await statuses(city) == ["unserved"]


async def test_a_viewer_may_not(city: City) -> None:
    await asked_by(city, "Mireille")
    async with at_desk(city, "viewer") as desk:
        answer = await desk.post(f"{URL}/bulk", json={"ids": [1], "action": "cancel", "reason": "x"})
    assert answer.status_code == 403
    assert await statuses(city) == ["unserved"]
