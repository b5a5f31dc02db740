"""What a page remembers of what it showed: nothing is lost, nothing is kept for ever, nobody hears who has left."""

import asyncio
from typing import Any

import httpx2
import pytest

from mboa.admin import live
from mboa.admin.live import BETWEEN, MOST_GONE, MOST_WATCHED, Live, Sight, Watched, pieces
from mboa.storage.admin import sessions
from mboa.storage.store import Connection
from tests.admin.stage import at_desk
from tests.city import NEED, City


def rows(*numbers: int) -> dict[str, str]:
    return {"rows": "<tbody id=rows></tbody>"} | {f"o-{n}": f"<tr id=o-{n} data-into=rows></tr>" for n in numbers}


def test_pieces_are_told_apart_by_their_ids() -> None:
    parts = f'\n<b id=a>1</b>{BETWEEN}\n<p id="b-2">x\ny</p>{BETWEEN} lost <i id=c></i>'
    assert pieces(parts) == {"a": "<b id=a>1</b>", "b-2": '<p id="b-2">x\ny</p>'}


def test_what_is_gone_is_said_to_whom_saw_it_and_forgotten_in_the_end() -> None:
    """A year of offers must not be told to every browser that asks."""
    watched = Watched()
    for turn in range(1, 10 * MOST_GONE):
        watched.take(rows(turn), turn)
    assert watched.since(watched.turn - 1) == [
        f'<i id="o-{turn - 1}" data-gone></i><tr id=o-{turn} data-into=rows></tr>'
    ]
    everything = "".join(watched.since(0))
    assert everything.count("data-gone") == MOST_GONE
    assert "".join(watched.since(5)) == everything, "who missed too much gets everything anew"
    assert everything.startswith("<tbody id=rows></tbody>"), "with an empty list to begin with"


def test_what_left_a_conversation_stays_on_the_page_that_showed_it() -> None:
    watched = Watched()
    watched.take({"m1": "<p id=m1>", "m2": "<p id=m2>"}, 1, stays=True)
    assert watched.take({"m2": "<p id=m2>", "m3": "<p id=m3>"}, 2, stays=True)
    assert watched.since(1) == ["<p id=m3>"]
    assert watched.since(0) == ["<p id=m2><p id=m3>"]


def test_long_news_come_in_parcels() -> None:
    watched = Watched()
    watched.take({f"m{n}": f"<p id=m{n}>{'x' * 200}</p>" for n in range(5)}, 1)
    parcels = watched.since(0, most=500)
    assert [parcel.count("<p ") for parcel in parcels] == [2, 2, 1]
    assert "".join(parcels) == "".join(watched.since(0))


async def test_a_page_that_was_forgotten_is_newer_than_the_marks_it_gave() -> None:
    known = Live()
    mark = known.seen(("request", "1"), {"state": "<h1 id=state>"})
    for number in range(MOST_WATCHED + 1):
        known.seen(("other", str(number)), {"state": f"<h1 id=state>{number}"})
    assert ("request", "1") not in known.watched
    known.seen(("request", "1"), {"state": "<h1 id=state>"})
    again = known.watched["request", "1"]
    assert "".join(again.since(known.turn_of(mark))) == "<h1 id=state>"


async def test_an_old_look_does_not_undo_what_an_operator_just_saw() -> None:
    known, began, go_on = Live(), asyncio.Event(), asyncio.Event()

    async def slow() -> dict[str, str]:
        began.set()
        await go_on.wait()
        return {"state": "<h1 id=state>old"}

    looking = asyncio.create_task(known.now(Sight(("request", "1"), slow, stays=True)))
    await began.wait()
    known.seen(("request", "1"), {"state": "<h1 id=state>new"})
    go_on.set()
    assert (await looking).shown == {"state": "<h1 id=state>new"}


async def test_a_request_and_a_person_that_do_not_exist_cannot_be_watched(city: City) -> None:
    async with at_desk(city, "viewer") as desk:
        for page in ("request", "conversation"):
            for about in ("999", "", "x", "-1", "٣", "9" * 40):
                answer = await desk.get("/admin/events", params={"page": page, "about": about, "poll": "1"})
                assert answer.status_code in {404, 422}, f"{page} {about}"
        wrong = await desk.get("/admin/events", params={"page": "requests", "about": "status=nonsense", "poll": "1"})
        assert wrong.status_code == 404


async def test_a_viewer_hears_no_number_an_operator_does(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    seen = {}
    for role in ("viewer", "operator"):
        async with at_desk(city, role) as desk:
            wished = [("request", "1"), ("requests", ""), ("conversation", "1"), ("conversations", "")]
            told = [await desk.get("/admin/events", params={"page": p, "about": a, "poll": "1"}) for p, a in wished]
        seen[role] = [mireille.address in answer.text for answer in told]
    assert seen == {"viewer": [False] * 4, "operator": [True] * 4}


async def test_who_is_sent_away_hears_no_more(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner ends the session: the stream that it held open ends with the next word, which is not told."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.01)
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    async with at_desk(city, browser=True) as desk:
        told: asyncio.Queue[str] = asyncio.Queue()
        serving = asyncio.ensure_future(_listen(city, desk, told))
        heard = ""
        while "id: " not in heard:
            heard += await asyncio.wait_for(told.get(), 20)
        await city.mboa.office.store.write(_end_all)
        await mireille.writes("oui")
        await asyncio.wait_for(serving, 20)
    rest = "".join(told.get_nowait() for _ in range(told.qsize()))
    assert ("data: " in heard, "data: " in rest) == (True, False)


async def _listen(city: City, desk: httpx2.AsyncClient, told: asyncio.Queue[str]) -> None:
    """Hold the stream of the first request open, as the browser at this desk would."""

    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.put_nowait(message.get("body", b"").decode())

    cookies = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
    headers = [(b"host", b"mboa.test"), (b"cookie", cookies.encode()), (b"accept", b"text/event-stream")]
    scope = {
        "type": "http", "method": "GET", "path": "/admin/events", "raw_path": b"/admin/events", "scheme": "https",
        "query_string": b"page=request&about=1&since=0", "http_version": "1.1", "client": ("127.0.0.1", 1),
        "headers": headers, "server": ("mboa.test", 443), "root_path": "",
    }  # fmt: skip
    await city.mboa.app(scope, receive, send)  # type: ignore[arg-type]


def _end_all(conn: Connection) -> None:
    for row in sessions.live(conn):
        sessions.end_all(conn, row["account_id"])
