"""The test city: people with phones, a double of Meta, and a clock in the hand.

Everything goes through the public door: signed webhooks in, what the phones receive out. The loops are stepped, so
that a test sees all that follows from a message and nothing depends on timing.
"""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mboa.fake_meta.double import MetaDouble, Received, asgi, sign
from mboa.settings import Settings
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.storage.store import Connection, Row
from mboa.wiring import Mboa, build
from tests.engines import HOUSE_SECRET, Database, HandClock
from tests.invariants import look, violations

SECRET = "app-secret-of-the-test-city"
NEED = "Bonjour, j'ai une fuite sous l'évier à Bonamoussadi derrière la pharmacie, demain matin"


def settings_for(database: Database, **changes: Any) -> Settings:
    """WhatsApp through the double of Meta; no burst, no quiet hours, unless the test wants them."""
    where: dict[str, Any] = (
        {"data_dir": Path(database.address).parent}
        if database.dialect == "sqlite"
        else {"database_url": database.address}
    )
    chosen = {"burst_seconds": 0, "quiet_hours": "", "secret_key": HOUSE_SECRET, **where, **changes}
    return Settings(
        _env_file=None,
        channel="whatsapp",
        whatsapp_api_base="http://meta.test/v23.0",
        whatsapp_phone_id="1",
        whatsapp_token="token",
        whatsapp_app_secret=SECRET,
        whatsapp_verify_token="verify",
        base_url="https://mboa.test",
        **chosen,
    )


class Person:
    """Somebody with a phone. An address that is no number is a WhatsApp user id: the number is hidden."""

    def __init__(self, city: "City", name: str, address: str) -> None:
        self.city = city
        self.name = name
        self.address = address
        city.double.names[address] = name

    async def writes(self, *texts: str, reply_to: str | None = None) -> None:
        """Type one or more messages; everything that follows from them happens."""
        for text in texts:
            await self.city.post(self.city.double.text(self.address, text, reply_to=reply_to))
        await self.city.settle()

    async def taps(self, title: str) -> None:
        """Tap the newest button or list row that bears these words."""
        message, payload = self._button(title)
        await self.city.post(self.city.double.tap(self.address, payload, title, message.id))
        await self.city.settle()

    def _button(self, title: str) -> tuple[Received, str]:
        for message in reversed(self.inbox):
            for shown, payload in answers_on(message):
                if shown == title:
                    return message, payload
        raise AssertionError(f"{self.name} was shown no button {title!r}: {[m.buttons for m in self.inbox]}")

    @property
    def inbox(self) -> list[Received]:
        """Everything the phone received."""
        return self.city.double.phone(self.address)

    @property
    def last(self) -> str:
        """The words of the newest message, with plain spaces for the thin ones of French typography."""
        return self.inbox[-1].text.replace("\u202f", " ") if self.inbox else ""

    def heard(self, words: str) -> int:
        """How many received messages hold these words."""
        return sum(words in message.text for message in self.inbox)


def answers_on(message: Received) -> list[tuple[str, str]]:
    """Title and payload of every button and list row of a message."""
    buttons = [(button.title, button.payload) for button in message.buttons]
    return buttons + [(choice.title, choice.payload) for choice in message.choices]


class City:
    """A wired system with its people."""

    def __init__(self, database: Database, clock: HandClock, **changes: Any) -> None:
        self.database = database
        self.clock = clock
        self.settings = settings_for(database, **changes)
        self.double = MetaDouble(clock)
        self.mboa = self._build()
        self._numbers = itertools.count(1)

    def _build(self) -> Mboa:
        transport = httpx2.ASGITransport(app=asgi(self.double))
        return build(self.settings, frozenset({"web"}), clock=self.clock, transport=transport)

    async def open(self) -> None:
        """Start without the loops: the tests step them."""
        await self.mboa.start()
        await self.mboa.crew.deliver.start()
        self.web = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.mboa.app), base_url="https://mboa.test")

    async def close(self) -> None:
        """Let go."""
        await self.web.aclose()
        await self.mboa.stop()

    async def restart(self) -> None:
        """The process ends and a new one starts on the same database."""
        await self.close()
        self.mboa = self._build()
        await self.open()

    def client(self, name: str, address: str | None = None) -> Person:
        """A person nobody knows yet."""
        return Person(self, name, address or f"+2376770000{next(self._numbers):02}")

    async def provider(self, name: str, services: str = "plumbing", zones: str = "bonamoussadi", **more: Any) -> Person:
        """A provider on the roster; he has not written yet."""
        person = Person(self, name, f"+2376990000{next(self._numbers):02}")
        entry = Entry(name, person.address, tuple(services.split("|")), tuple(zones.split("|")), **more)
        await self.mboa.office.store.write(roster.enter, entry, "whatsapp")
        return person

    async def post(self, body: bytes) -> httpx2.Response:
        """Deliver a webhook body, signed, as Meta does: again while the answer is 503 (a busy machine)."""
        headers = {"x-hub-signature-256": sign(body, SECRET)}
        for _ in range(10):
            answer = await self.web.post("/webhooks/whatsapp", content=body, headers=headers)
            if answer.status_code != 503:
                break
        assert answer.status_code == 200, answer.text
        return answer

    async def post_value(self, value: dict[str, Any]) -> None:
        """Deliver one change of Meta's, as it stands."""
        change = {"field": "messages", "value": value}
        body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
        await self.post(json.dumps(body).encode())

    async def settle(self) -> None:
        """Let the loops do everything that is due now."""
        crew = self.mboa.crew
        for _ in range(100):
            pauses = [await loop.step() for loop in (*crew.loops.values(), crew.loops["inbox"])]
            if all(pause is None or pause > 0 for pause in pauses):
                return
        raise AssertionError("the loops do not come to rest")

    async def passes(self, **duration: float) -> None:
        """Let time pass, and what is due then happen."""
        self.clock.advance(timedelta(**duration).total_seconds())
        await self.settle()

    async def rows(self, sql: str, **parameters: Any) -> list[Row]:
        """Ask the contract's views."""

        def ask(conn: Connection) -> list[Row]:
            return conn.all(sql, **parameters)

        return await self.mboa.office.store.read(ask)

    async def status(self) -> str:
        """The status of the newest request."""
        rows = await self.rows("SELECT status FROM v_requests ORDER BY id DESC LIMIT 1")
        return str(rows[0]["status"]) if rows else "none"

    async def offers(self) -> list[str]:
        """The status of every offer, in order."""
        return [row["status"] for row in await self.rows("SELECT status FROM v_offers ORDER BY id")]

    async def events(self) -> list[str]:
        """The diary's names, in order."""
        return [row["name"] for row in await self.rows("SELECT name FROM v_events ORDER BY id")]


@asynccontextmanager
async def opened(city: City) -> AsyncIterator[City]:
    """The city while a story is told in it; whatever the story is, the promises hold at its end."""
    await city.open()
    yield city
    broken = violations(await city.mboa.office.store.read(look), city.double.log, now=city.clock.now(), settled=False)
    await city.close()
    vars(city).clear()  # a test's frame may outlive it: let it not keep a whole system in memory
    assert broken == []


@pytest.fixture
async def city(database: Database, clock: HandClock) -> AsyncIterator[City]:
    """A city for each story, on both engines."""
    async with opened(City(database, clock)) as city:
        yield city
