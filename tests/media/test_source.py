"""Files are fetched from Meta's hosts, within bounds, and are what their bytes say."""

import json
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from mboa.channels.whatsapp.media import UNKNOWN, MediaSource, NoMedium, kind_of

GRAPH = "https://graph.facebook.com/v23.0"
GOOD = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
NOTE = b"OggS" + bytes(100)
Door = Callable[[httpx2.Request], httpx2.Response]


async def streamed(content: bytes) -> AsyncIterator[bytes]:
    """A body as the network brings it."""
    yield content


def meta(link: str, file: Door | None = None) -> tuple[MediaSource, list[httpx2.Request]]:
    """A Meta whose answer leads to this link, and what it is asked."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if str(request.url).startswith(GRAPH):
            return httpx2.Response(200, content=streamed(json.dumps({"url": link}).encode()))
        return file(request) if file else httpx2.Response(200, content=streamed(NOTE))

    return MediaSource(GRAPH, "token", httpx2.MockTransport(answer)), asked


async def test_an_id_leads_to_a_link_and_the_link_to_the_file() -> None:
    source, asked = meta(GOOD)
    medium = await source.fetch("1234")
    assert (medium.content, medium.kind) == (NOTE, "audio/ogg")
    assert [request.headers.get("authorization") for request in asked] == ["Bearer token"] * 2


async def test_caches_get_no_token() -> None:
    source, asked = meta("https://scontent.whatsapp.net/v/1.ogg")
    assert (await source.fetch("1234")).content == NOTE
    assert "authorization" not in asked[1].headers


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/1.ogg",
        "http://lookaside.fbsbx.com/1",
        "https://lookaside.fbsbx.com.evil.example/1",
        "https://evil-fbcdn.net/1",
        "https://lookaside.fbsbx.com@evil.example/1",
        "https://user@lookaside.fbsbx.com/1",
        "https://lookaside.fbsbx.com:8443/1",
        "https://127.0.0.1/1",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//evil.example/1",
        "https://[::1",
        "",
    ],
)
async def test_a_link_elsewhere_is_not_followed(link: str) -> None:
    source, asked = meta(link)
    with pytest.raises(NoMedium):
        await source.fetch("1234")
    assert len(asked) == 1


async def test_a_redirect_is_not_followed() -> None:
    source, asked = meta(GOOD, lambda _: httpx2.Response(302, headers={"location": "https://evil.example/"}))
    with pytest.raises(NoMedium, match="302"):
        await source.fetch("1234")
    assert len(asked) == 2


async def test_a_file_may_not_be_endless() -> None:
    source, _ = meta(GOOD)
    with pytest.raises(NoMedium, match="too large"):
        await source.fetch("1234", most_bytes=50)


@pytest.mark.parametrize("media_id", ["", "../me", "1/2", "1?fields=x", "é", "x" * 256, "1\n2"])
async def test_an_id_is_no_path(media_id: str) -> None:
    source, asked = meta(GOOD)
    with pytest.raises(NoMedium):
        await source.fetch(media_id)
    assert asked == []


@pytest.mark.parametrize("described", [b"", b"[]", b"{}", b'{"url": 7}', b"<html>"])
async def test_an_answer_of_another_shape_is_none(described: bytes) -> None:
    answers = httpx2.MockTransport(lambda _: httpx2.Response(200, content=streamed(described)))
    source = MediaSource(GRAPH, "token", answers)
    with pytest.raises(NoMedium):
        await source.fetch("1234")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"OggS....", "audio/ogg"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"RIFF1234WEBP", "image/webp"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"<html><script>", UNKNOWN),
        (b"<svg onload=", UNKNOWN),
        (b"%PDF-1.7", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_a_file_is_what_it_begins_with(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind
