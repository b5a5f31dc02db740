"""What people send besides words, fetched from Meta and from nowhere else.

An id leads to a link that lives for five minutes, the link to the file; in webhooks an id lives for seven days
(developers.facebook.com, "Media", June 2026). The link is Meta's word, and still it is followed to Meta's hosts only.
"""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import httpx2
import orjson

from mboa.channels.http import HEADERS
from mboa.channels.whatsapp.fields import mapping, words

# Meta's limit for voice notes and videos; pictures are smaller, longer documents stay on the phone.
MOST_BYTES = 16_000_000
TOTAL_SECONDS = 20.0
_DESCRIBED_BYTES = 65_536
_ID = re.compile(r"[\w-]{1,255}", re.ASCII)
# Where Meta's links lead: the first asks for the token, the caches behind it need none.
_LOOKASIDE = "lookaside.fbsbx.com"
_CACHES = (".fbcdn.net", ".whatsapp.net")
# What a file is, by how it begins; of the others only that they are files.
_BEGINNINGS = (
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
UNKNOWN = "application/octet-stream"


class NoMedium(Exception):
    """It cannot be had: expired, too large, too slow, or not where Meta keeps such things."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A file and what it is by its own first bytes."""

    content: bytes

    @property
    def kind(self) -> str:
        """A MIME type that its content proves; :data:`UNKNOWN` for all others."""
        return kind_of(self.content)


def kind_of(content: bytes) -> str:
    """What a file is by how it begins, whatever it was said to be."""
    if content[4:8] == b"ftyp":
        return "audio/mp4" if content[8:11] == b"M4A" else "video/mp4"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), UNKNOWN)


class MediaSource:
    """Meta's media with our token. ``transport`` stands in for the network."""

    def __init__(self, base_url: str, token: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._base = base_url
        self._token = {"authorization": f"Bearer {token}"}
        self._transport = transport

    async def fetch(self, media_id: str, most_bytes: int = MOST_BYTES, seconds: float = TOTAL_SECONDS) -> Medium:
        """The file; raises :class:`NoMedium`."""
        if not _ID.fullmatch(media_id):
            raise NoMedium("not an id")
        try:
            async with (
                asyncio.timeout(seconds),
                httpx2.AsyncClient(transport=self._transport, headers=HEADERS, follow_redirects=False) as client,
            ):
                described = await _read(client, f"{self._base}/{media_id}", self._token, _DESCRIBED_BYTES)
                link = words(mapping(orjson.loads(described)).get("url"), 2_000)
                return Medium(await _read(client, link, self._headers_for(link), most_bytes))
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, orjson.JSONDecodeError) as error:
            raise NoMedium(f"no answer: {type(error).__name__}") from error

    def _headers_for(self, link: str) -> dict[str, str]:
        """Our token for the hosts that ask for it; raises :class:`NoMedium` for a link that leads elsewhere."""
        try:
            parts, own = urlsplit(link), urlsplit(self._base)
            if _origin(parts) == _origin(own):
                return self._token
            secure = parts.scheme == "https" and parts.port in {None, 443} and "@" not in parts.netloc
        except ValueError as error:
            raise NoMedium("the link cannot be read") from error
        host = parts.hostname or ""
        if not secure or not (host == _LOOKASIDE or host.endswith(_CACHES)):
            raise NoMedium("the link leads away from Meta")
        return self._token if host == _LOOKASIDE else {}


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc


async def _read(client: httpx2.AsyncClient, url: str, headers: dict[str, str], most: int) -> bytes:
    """The whole body, which must be no longer than ``most`` bytes."""
    content = bytearray()
    async with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code != 200:
            raise NoMedium(f"HTTP {answer.status_code}")
        async for chunk in answer.aiter_raw():
            content += chunk
            if len(content) > most:
                raise NoMedium("too large")
    return bytes(content)
