"""An operator hears a voice note; nobody else does, and it goes when its message goes."""

import os
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from mboa.fake_meta.media import PHOTO, VOICE, Medium
from mboa.storage import erasure
from mboa.storage.media_shelf import MediaShelf
from mboa.storage.store import Connection
from mboa.work import media
from tests.admin.stage import at_desk
from tests.city import City

MEDIA = "/admin/conversations/1/messages/1/media"


async def a_note(city: City) -> None:
    """Mireille sends a voice note."""
    mireille = city.client("Mireille")
    await city.post(city.double.voice(mireille.address, "voix-1"))
    await city.settle()


def kept(city: City) -> list[Path]:
    """The files on this machine."""
    return sorted((city.settings.data_dir / "media").glob("*"))


async def test_a_voice_note_is_heard(city: City) -> None:
    await a_note(city)
    async with at_desk(city, browser=True) as odile:
        page = (await odile.get("/admin/conversations/1")).text
        assert f"<audio controls preload=none src={MEDIA}>" in page
        heard = await odile.get(MEDIA)
    assert (heard.status_code, heard.content, heard.headers["content-type"]) == (200, VOICE, "audio/ogg")
    assert heard.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert (heard.headers["x-content-type-options"], heard.headers["cache-control"]) == ("nosniff", "no-store")
    rows = await city.rows("SELECT action, subject FROM audit WHERE action = 'media_opened'")
    assert [row["subject"] for row in rows] == ["message:1"]


async def test_it_is_fetched_once_and_kept_sealed(city: City) -> None:
    await a_note(city)
    async with at_desk(city) as odile:
        assert (await odile.get(MEDIA)).content == VOICE
        city.clock.advance(8 * 86_400)
        assert (await odile.get(MEDIA)).content == VOICE
    (file,) = kept(city)
    assert VOICE[:20] not in file.read_bytes()


async def test_a_piece_of_it_is_given(city: City) -> None:
    await a_note(city)
    async with at_desk(city) as odile:
        piece = await odile.get(MEDIA, headers={"range": "bytes=2-9"})
        rest = await odile.get(MEDIA, headers={"range": "bytes=60-"})
        none = await odile.get(MEDIA, headers={"range": "bytes=900-"})
    assert (piece.status_code, piece.content, piece.headers["content-range"]) == (206, VOICE[2:10], "bytes 2-9/64")
    assert (rest.status_code, rest.content, none.status_code) == (206, VOICE[60:], 416)


@pytest.mark.parametrize("role", ["viewer", None])
async def test_others_do_not_hear_it(city: City, role: str | None) -> None:
    await a_note(city)
    if role is None:
        assert (await city.web.get(MEDIA)).status_code == 401
    else:
        async with at_desk(city, "viewer", browser=True) as odile:
            assert (await odile.get(MEDIA)).status_code == 403
            assert "<audio" not in (await odile.get("/admin/conversations/1")).text
    assert kept(city) == []


async def test_what_is_no_sound_and_no_picture_is_saved_and_not_shown(city: City) -> None:
    hostile = b"<html><script>alert(1)</script>"
    await a_note(city)
    city.double.media.put(Medium(hostile, "audio/ogg", city.clock.now()), "voix-1")
    async with at_desk(city, browser=True) as odile:
        answer = await odile.get(MEDIA)
    assert (answer.content, answer.headers["content-type"]) == (hostile, "application/octet-stream")
    assert answer.headers["content-disposition"] == "attachment; filename=1.bin"


async def test_a_picture_is_seen(city: City) -> None:
    await city.post(city.double.photo("+237677000001", "la fuite"))
    async with at_desk(city, browser=True) as odile:
        answer = await odile.get(MEDIA)
        assert f"<a href={MEDIA}>" in (await odile.get("/admin/conversations/1")).text
    assert (answer.content, answer.headers["content-disposition"]) == (PHOTO, "inline; filename=1.jpg")


async def test_what_meta_has_no_more_is_told(city: City) -> None:
    await a_note(city)
    city.clock.advance(8 * 86_400)
    async with at_desk(city) as odile:
        answer = await odile.get(MEDIA)
        assert (answer.status_code, "sept jours" in answer.json()["detail"]) == (502, True)
        for path in (MEDIA.replace("messages/1", "messages/2"), MEDIA.replace("messages/1", "messages/77")):
            assert (await odile.get(path)).status_code == 404


async def test_a_forgotten_persons_voice_is_gone(city: City) -> None:
    await a_note(city)
    async with at_desk(city) as odile:
        assert (await odile.get(MEDIA)).status_code == 200
        await media.sweep(city.mboa.office, media.open_shelf(city.settings))
        assert len(kept(city)) == 1
        await city.mboa.office.store.write(erasure.erase, 1)
        assert (await odile.get(MEDIA)).status_code == 404
        await media.sweep(city.mboa.office, media.open_shelf(city.settings))
    assert kept(city) == []


async def test_old_files_go_with_old_texts(city: City) -> None:
    await a_note(city)
    async with at_desk(city) as odile:
        await odile.get(MEDIA)
    (file,) = kept(city)
    long_ago = file.stat().st_mtime - timedelta(days=91).total_seconds()
    os.utime(file, (long_ago, long_ago))
    await media.sweep(city.mboa.office, media.open_shelf(city.settings))
    assert kept(city) == []


async def test_the_oldest_give_way(city: City) -> None:
    shelf = MediaShelf(city.settings.data_dir / "media", most_bytes=300)

    def keys(conn: Connection) -> object:
        for number in range(1, 5):
            shelf.put((number, "voix"), bytes(72), conn.keys)  # 100 bytes sealed
            os.utime(next(shelf.folder.glob(f"{number}-*")), (number, number))
        return shelf.get((4, "voix"), conn.keys), shelf.get((1, "voix"), conn.keys)

    assert await city.mboa.office.store.read(keys) == (bytes(72), None)
    assert shelf.ids() == [2, 3, 4]


async def test_another_message_with_the_same_id_has_another_file(city: City) -> None:
    await a_note(city)
    async with at_desk(city) as odile:
        await odile.get(MEDIA)
        shelf = media.open_shelf(city.settings)

        def look(conn: Connection) -> list[bytes | None]:
            return [shelf.get((1, media_id), conn.keys) for media_id in ("voix-1", "voix-2")]

        assert await city.mboa.office.store.read(look) == [VOICE, None]


async def test_a_full_disk_hides_nothing(city: City) -> None:
    await a_note(city)
    (city.settings.data_dir / "media").write_text("in the way")
    async with at_desk(city) as odile:
        answer: httpx2.Response = await odile.get(MEDIA)
    assert (answer.status_code, answer.content) == (200, VOICE)
