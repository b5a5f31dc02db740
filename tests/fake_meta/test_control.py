"""A tester in any language: people write, tap and move; profiles change; the log tells all."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from mboa.channels.base import ListChoice, Outbound
from mboa.channels.whatsapp.payload import build
from mboa.channels.whatsapp.webhook import parse
from mboa.fake_meta.clock import MovableClock
from mboa.fake_meta.double import MetaDouble, asgi
from tests.engines import HandClock
from tests.fake_meta.stage import AWA, PAUL, code, offer, words

TOKEN = {"authorization": "Bearer token"}


@pytest.fixture
def meta(clock: HandClock) -> MetaDouble:
    return MetaDouble(clock)


@pytest.fixture
async def tester(meta: MetaDouble) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(asgi(meta))
    async with httpx2.AsyncClient(transport=transport, base_url="http://meta", headers=TOKEN) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"text": "Fuite à Makepe"}, "text"),
        ({"location": {"latitude": 4.08, "longitude": 9.73}}, "location"),
        ({"voice": "voix-1"}, "audio"),
        ({"photo": "photo-1", "caption": "la fuite"}, "image"),
        ({"contact": "+237677001122"}, "contacts"),
        ({"reaction": "👍", "reply_to": "wamid.1"}, "reaction"),
    ],
)
async def test_people_say_everything(tester: httpx2.AsyncClient, asked: dict[str, Any], kind: str) -> None:
    answer = (await tester.post(f"/phones/{PAUL}/messages", json={"name": "Paul", **asked})).json()
    message = parse(httpx2.Request("POST", "http://bot", json=answer["webhook"]).content).messages[0]
    assert (message.kind, message.external_id) == (kind, answer["id"])
    assert (message.sender.phone, message.sender.name) == (PAUL, "Paul")


async def test_a_tap_is_named_by_what_the_phone_shows(meta: MetaDouble, tester: httpx2.AsyncClient) -> None:
    meta.accept(offer())
    tap = (await tester.post(f"/phones/{PAUL}/messages", json={"tap": "OUI"})).json()["webhook"]
    said = tap["entry"][0]["changes"][0]["value"]["messages"][0]
    assert said["button"] == {"payload": "offer:7:accept", "text": "OUI"}
    assert said["context"]["id"] == meta.phone(PAUL)[0].id
    rows = Outbound(
        key="l", phone=PAUL, user_id=None, text="?", window_open=True, choices=(ListChoice("rating:1:5", "Très bien"),)
    )
    meta.accept(build(rows))
    assert (await tester.post(f"/phones/{PAUL}/messages", json={"tap": "Très bien"})).status_code == 200
    assert (await tester.post(f"/phones/{PAUL}/messages", json={"tap": "PEUT-ÊTRE"})).status_code == 422


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (f"/phones/{PAUL}/messages", {}),
        (f"/phones/{PAUL}/messages", {"text": "a", "voice": "b"}),
        (f"/phones/{PAUL}/messages", {"location": {"north": 4}}),
        (f"/phones/{PAUL}/messages", []),
        (f"/phones/{PAUL}/moves", {}),
        ("/profile", {"name": "sunny"}),
        ("/profile", {"lost": 2}),
        ("/templates/offer/fr", {"status": "SAD"}),
        ("/clock", {"advance_seconds": 1}),
        ("/webhook", {}),
    ],
)
async def test_what_cannot_be_done_is_answered_422(tester: httpx2.AsyncClient, path: str, asked: Any) -> None:
    answer = await tester.post(path, json=asked)
    assert answer.status_code == 422
    assert answer.json()["error"]


async def test_a_phone_shows_what_it_received(meta: MetaDouble, tester: httpx2.AsyncClient) -> None:
    await tester.post(f"/phones/{AWA}/messages", json={"text": "Bonjour", "name": "Awa"})
    meta.accept(words(AWA))
    shown = (await tester.get(f"/phones/{AWA}")).json()
    assert (shown["name"], shown["window_open"], shown["received"]) == ("Awa", True, 1)
    assert [(message["text"], message["key"]) for message in shown["messages"]] == [("Bonjour", "m-1")]
    assert [one["address"] for one in (await tester.get("/phones")).json()] == [AWA]


async def test_failures_and_moves_are_asked_for(meta: MetaDouble, tester: httpx2.AsyncClient) -> None:
    await tester.post(f"/phones/{PAUL}/failures", json={"code": 131049})
    assert code(meta.accept(offer())) == 131049
    moved = await tester.post(f"/phones/{PAUL}/moves", json={"number": "+237655443322"})
    assert moved.json()["webhook"]["entry"][0]["changes"][0]["value"]["messages"][0]["type"] == "system"
    assert code(meta.accept(offer())) == 131026


async def test_a_template_is_paused(meta: MetaDouble, tester: httpx2.AsyncClient) -> None:
    told = (await tester.post("/templates/offer/fr", json={"status": "PAUSED"})).json()["webhook"]
    assert told["entry"][0]["changes"][0]["value"]["event"] == "PAUSED"
    assert code(meta.accept(offer())) == 132015


async def test_the_profile_changes_while_it_runs(meta: MetaDouble, tester: httpx2.AsyncClient) -> None:
    await tester.post("/profile", json={"name": "calm", "closed_window_people": 1, "seed": 3})
    now = (await tester.get("/profile")).json()
    assert (now["now"]["pair_seconds"], now["now"]["closed_window_people"]) == (6.0, 1)
    assert "douala" in now["names"]
    assert [code(meta.accept(offer(to))) for to in (PAUL, "+237677000101")] == [None, 131048]


async def test_the_log_lets_an_outsider_judge(meta: MetaDouble, tester: httpx2.AsyncClient, clock: HandClock) -> None:
    await tester.post("/v23.0/1/messages", json=words())
    clock.advance(1.5)
    accepted = (await tester.post("/v23.0/1/messages", json=offer())).json()["messages"][0]["id"]
    meta.status(accepted, "delivered")
    await tester.post("/v23.0/1/messages", content=b"{")
    log = (await tester.get("/log")).json()
    assert [entry["at"] for entry in log] == ["2026-11-23T08:00:00Z"] + ["2026-11-23T08:00:01.500000Z"] * 2
    told = [(entry["sequence"], entry["status"], entry["code"], entry["key"], entry["kind"]) for entry in log]
    assert told == [(1, 400, 131047, "m-1", "text"), (2, 200, None, "o-1", "template"), (3, 400, 100, None, None)]
    assert [entry["address"] for entry in log] == [PAUL, PAUL, None]
    assert [entry["message_id"] for entry in log] == [None, accepted, None]
    assert log[1]["statuses"] == [{"status": "delivered", "at": log[1]["at"], "code": None}]
    assert [entry["sequence"] for entry in (await tester.get("/log?after=2")).json()] == [3]


async def test_a_day_passes_in_a_moment() -> None:
    meta = MetaDouble(MovableClock())
    meta.text(PAUL, "DISPO")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(asgi(meta)), base_url="http://meta") as tester:
        assert code(meta.accept(words())) is None
        await tester.post("/clock", json={"advance_seconds": 86_400})
        assert code(meta.accept(words())) == 131047
        assert (await tester.post("/clock", json={"advance_seconds": -1})).status_code == 422
