"""A voice note's words, by a provider that speaks OpenAI's ``/audio/transcriptions`` (also local servers do)."""

import asyncio

import httpx2
import orjson

from mboa.channels.http import HEADERS
from mboa.understanding.voice import LONGEST_WORDS, NoWords

_MOST_BYTES = 65_536
# What such servers tell the format by.
_NAMES = {"audio/ogg": "note.ogg", "audio/mpeg": "note.mp3", "audio/mp4": "note.m4a", "audio/aac": "note.aac"}


class HttpTranscriber:
    """One model at one address; it is waited for ``seconds`` in all. No model is loaded here."""

    def __init__(self, model: str, base_url: str, key: str, seconds: float) -> None:
        self._model = model
        self._url = f"{base_url}/audio/transcriptions"
        self._headers = {**HEADERS, **({"authorization": f"Bearer {key}"} if key else {})}
        self._seconds = seconds

    async def transcribe(self, content: bytes, kind: str) -> str:
        """The words; raises :class:`NoWords`."""
        if kind not in _NAMES:
            raise NoWords("no format that is known")
        files = {"file": (_NAMES[kind], content, kind)}
        form = {"model": self._model, "response_format": "json"}
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx2.AsyncClient(headers=self._headers, follow_redirects=False) as client,
                client.stream("POST", self._url, data=form, files=files) as answer,
            ):
                return _words_in(answer.status_code, await _read(answer))
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            raise NoWords(f"no answer: {type(error).__name__}") from error


async def _read(answer: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise NoWords("the answer is too long")
    return bytes(body)


def _words_in(status: int, body: bytes) -> str:
    if status != 200:
        raise NoWords(f"HTTP {status}")
    try:
        text = orjson.loads(body)["text"]
    except (orjson.JSONDecodeError, LookupError, TypeError) as error:
        raise NoWords("no answer of this format") from error
    if not isinstance(text, str) or not text.strip():
        raise NoWords("no words")
    return " ".join(text.replace("\0", "").split())[:LONGEST_WORDS]
