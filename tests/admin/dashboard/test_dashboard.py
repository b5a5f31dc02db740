"""The first page: what needs a hand, what is under way, the day's funnel; as HTML, as JSON, and live."""

import asyncio
import re

import pytest

from mboa.admin import live
from tests.admin.stage import at_desk
from tests.city import NEED, City


async def test_the_day_is_told_in_figures(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("oui")
    async with at_desk(city, "viewer") as desk:
        told = (await desk.get("/admin/dashboard")).json()
    assert told["requests"] == {"offered": 1}
    assert [(offer["provider"], offer["position"]) for offer in told["offers"]] == [("Paul", 1)]
    assert (told["available"], told["unread"], told["unsent"], told["failed"]) == (1, 0, 0, 0)
    assert {step["name"]: step["n"] for step in told["funnel"]} == {
        "messages": 2, "understood": 2, "confirmed": 1, "matched": 0, "done": 0, "rated": 0,
    }  # fmt: skip


async def test_an_empty_house_says_what_comes_next(city: City) -> None:
    async with at_desk(city, "viewer", browser=True) as desk:
        page = (await desk.get("/admin/dashboard")).text
    assert "Les prochaines apparaîtront ici" in page
    assert 'id=h-unserved class="tile"' in page


async def test_the_page_speaks_the_language_of_its_reader(city: City) -> None:
    async with at_desk(city, "viewer", browser=True, language="en") as desk:
        page = (await desk.get("/admin/dashboard")).text
    assert "<html lang=en>" in page
    assert "Needs a hand" in page


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other quickly: the figure of seconds is the only thing changed."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.01)


async def test_what_changes_is_sent_and_nothing_else(city: City, at_once: None) -> None:
    await city.provider("Paul")
    async with at_desk(city, "viewer", browser=True) as desk:
        page = (await desk.get("/admin/dashboard")).text
        mark = re.search(r"since=([\w.]+)", page)
        assert mark is not None
        listening = asyncio.create_task(
            _first_event(city, mark[1], dict(desk.headers), desk.cookies["__Host-mboa_session"])
        )
        await city.client("Mireille").writes(NEED)
        event = await asyncio.wait_for(listening, 10)
    assert "id=" in event
    assert "c-understood" in event or "f-messages" in event
    assert "h-parked" not in event, "nothing is parked, as before"


async def _first_event(city: City, mark: str, headers: dict[str, str], cookie: str) -> str:
    """The first event with data of the stream from a mark on, read as the server writes it."""
    sent: asyncio.Queue[bytes] = asyncio.Queue()
    leave = asyncio.Event()

    async def receive() -> dict[str, str]:
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            assert isinstance(body, bytes)
            await sent.put(body)

    raw = [(name.encode(), value.encode()) for name, value in {**headers, "accept-encoding": "identity"}.items()]
    scope = {
        "type": "http", "method": "GET", "path": "/admin/events", "raw_path": b"/admin/events", "scheme": "https",
        "query_string": f"page=dashboard&since={mark}".encode(), "http_version": "1.1", "client": ("127.0.0.1", 1),
        "headers": [*raw, (b"cookie", f"__Host-mboa_session={cookie}".encode())], "server": ("mboa.test", 443),
        "root_path": "",
    }  # fmt: skip
    serving: asyncio.Future[None] = asyncio.ensure_future(city.mboa.app(scope, receive, send))  # type: ignore[arg-type]
    text = ""
    while "data: <" not in text or "id: " not in text:
        text += (await sent.get()).decode()
    leave.set()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    return text


async def test_a_browser_without_streams_asks_again_and_again(city: City) -> None:
    async with at_desk(city, "viewer", browser=True) as desk:
        answer = await desk.get("/admin/events", params={"page": "dashboard", "poll": "1"})
    assert answer.status_code == 200
    assert answer.text.count("id=") > 10


async def test_an_unknown_page_is_unknown_to_the_stream(city: City) -> None:
    async with at_desk(city, "viewer") as desk:
        assert (await desk.get("/admin/events", params={"page": "nobody"})).status_code == 404
