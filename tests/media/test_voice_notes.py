"""A voice note that was written down is read like a text, and asks for a yes like one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from mboa.fake_meta.media import VOICE
from tests.city import City, Person
from tests.engines import Database, HandClock
from tests.llm.loopback import door

SAID = "Bonjour, j'ai une fuite sous l'évier à Bonamoussadi, demain matin, le 6 77 12 34 56"


@dataclass
class Writer:
    """A server of ``/audio/transcriptions`` on 127.0.0.1."""

    says: bytes = json.dumps({"text": SAID}).encode()
    status: str = "200 OK"
    seconds: float = 0.0
    heard: list[bytes] = field(default_factory=list)
    port: int = 0

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["Writer"]:
        async with door(self._answer) as self.port:
            yield self

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        self.heard.append(head + await reader.readexactly(length))
        await asyncio.sleep(self.seconds)
        writer.write(f"HTTP/1.1 {self.status}\r\ncontent-length: {len(self.says)}\r\n\r\n".encode() + self.says)
        await writer.drain()


@pytest.fixture
async def writer() -> AsyncIterator[Writer]:
    async with Writer().serve() as writer:
        yield writer


@pytest.fixture
async def listening(writer: Writer, sqlite_database: Database, clock: HandClock) -> AsyncIterator[City]:
    """A city that has voice notes written down."""
    address = f"http://127.0.0.1:{writer.port}/v1"
    settings = {"transcribe_model": "whisper", "transcribe_base_url": address, "transcribe_api_key": "sk-canary"}
    city = City(sqlite_database, clock, **settings, transcribe_timeout_seconds=1)
    await city.open()
    yield city
    await city.close()


async def speaks(city: City, person: Person, media_id: str = "voix-1") -> None:
    """Send a voice note; all that follows happens."""
    await city.post(city.double.voice(person.address, media_id))
    await city.settle()


async def test_what_was_said_stands_in_the_recap_and_nothing_happens_without_a_yes(
    listening: City, writer: Writer
) -> None:
    paul, mireille = await listening.provider("Paul"), listening.client("Mireille")
    await speaks(listening, mireille)
    assert (await listening.status(), await listening.offers()) == ("confirming", [])
    assert "fuite sous l'évier à Bonamoussadi" in mireille.last
    await mireille.writes("OUI")
    assert await listening.offers() == ["open"]
    assert len(paul.inbox) == 1
    (sent,) = writer.heard
    assert VOICE in sent
    assert b"Bearer sk-canary" in sent
    assert b"677000001" not in sent


async def test_its_words_are_kept_as_a_text_is(listening: City) -> None:
    await speaks(listening, listening.client("Mireille"))
    (row,) = await listening.rows("SELECT text, kind, full_sealed FROM messages WHERE id = 1")
    assert (row["kind"], row["text"]) == ("audio", SAID.replace("6 77 12 34 56", "+237 6•• •• •• 56"))
    assert json.loads(row["full"])["text"] == SAID


@pytest.mark.parametrize("said", ["oui", "annuler", "STOP", "je confirme", "5"])
async def test_a_voice_confirms_cancels_and_stops_nothing(listening: City, writer: Writer, said: str) -> None:
    mireille = listening.client("Mireille")
    await speaks(listening, mireille)
    before = await listening.status()
    writer.says = json.dumps({"text": said}).encode()
    await speaks(listening, mireille, "voix-2")
    assert (await listening.status(), before, await listening.offers()) == ("confirming", "confirming", [])
    assert not (await listening.rows("SELECT opted_out FROM v_contacts"))[0]["opted_out"]


@pytest.mark.parametrize(
    ("status", "says", "seconds"),
    [
        ("500 No", b"{}", 0),
        ("200 OK", b"<html>", 0),
        ("200 OK", b'{"text": 7}', 0),
        ("200 OK", b'{"text": "  "}', 0),
        ("200 OK", b'{"text": "' + b"x" * 100_000 + b'"}', 0),
        ("200 OK", b"{}", 30),
        ("302 Found\r\nlocation: http://127.0.0.1:9/", b"", 0),
    ],
)
async def test_without_its_words_it_is_kept_and_asked_about(
    listening: City, writer: Writer, status: str, says: bytes, seconds: float
) -> None:
    writer.status, writer.says, writer.seconds = status, says, seconds
    mireille = listening.client("Mireille")
    await speaks(listening, mireille)
    assert (await listening.status(), len(mireille.inbox) > 0) == ("gathering", True)
    (row,) = await listening.rows("SELECT text, status FROM v_messages WHERE direction = 'in'")
    assert (row["text"], row["status"]) == ("", "understood")


async def test_a_note_that_meta_has_no_more_is_heard_without_words(listening: City, writer: Writer) -> None:
    mireille = listening.client("Mireille")
    body = listening.double.voice(mireille.address, "voix-1")
    await listening.post(body.replace(b"voix-1", b"voix-9"))
    await listening.settle()
    assert (writer.heard, len(mireille.inbox) > 0) == ([], True)


async def test_without_a_setting_nobody_is_asked(city: City) -> None:
    mireille = city.client("Mireille")
    await speaks(city, mireille)
    assert city.mboa.crew.aids.voice is None
    assert (await city.status(), len(mireille.inbox) > 0) == ("gathering", True)
