"""Voice notes and pictures: an id for a week, a link for minutes."""

from hashlib import sha256

import httpx2
import orjson
import pytest

from mboa.fake_meta.double import MetaDouble, asgi
from tests.engines import HandClock
from tests.fake_meta.stage import PAUL

TOKEN = {"authorization": "Bearer token"}


@pytest.fixture
def meta(clock: HandClock) -> MetaDouble:
    return MetaDouble(clock)


def caller(meta: MetaDouble) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(asgi(meta)), base_url="http://meta/v23.0", headers=TOKEN)


async def test_a_voice_note_is_downloaded(meta: MetaDouble) -> None:
    body = orjson.loads(meta.voice(PAUL, "voix-1"))
    note = body["entry"][0]["changes"][0]["value"]["messages"][0]["audio"]
    async with caller(meta) as client:
        described = (await client.get("/voix-1")).json()
        file = await client.get(described["url"])
    assert (described["id"], described["mime_type"], described["file_size"]) == ("voix-1", note["mime_type"], 64)
    assert sha256(file.content).hexdigest() == note["sha256"] == described["sha256"]
    assert file.content.startswith(b"OggS")


async def test_a_link_lives_for_minutes_and_an_id_for_a_week(meta: MetaDouble, clock: HandClock) -> None:
    meta.photo(PAUL, media_id="photo-1")
    async with caller(meta) as client:
        link = (await client.get("/photo-1")).json()["url"]
        clock.advance(300)
        assert (await client.get(link)).status_code == 404
        assert (await client.get("/photo-1")).status_code == 200
        clock.advance(7 * 86_400)
        gone = await client.get("/photo-1")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, 100)


async def test_without_a_token_nothing_is_shown(meta: MetaDouble) -> None:
    meta.photo(PAUL, media_id="photo-1")
    async with caller(meta) as client:
        link = (await client.get("/photo-1")).json()["url"]
        for url in ("/photo-1", link):
            assert (await client.get(url, headers={"authorization": ""})).status_code == 401


async def test_what_is_uploaded_can_be_downloaded(meta: MetaDouble) -> None:
    async with caller(meta) as client:
        files = {"file": ("plan.png", b"\x89PNG", "image/png")}
        media_id = (await client.post("/106/media", data={"messaging_product": "whatsapp"}, files=files)).json()["id"]
        described = (await client.get(f"/{media_id}")).json()
        assert (await client.get(described["url"])).content == b"\x89PNG"
        assert (await client.post("/106/media", data={"messaging_product": "whatsapp"})).status_code == 400
