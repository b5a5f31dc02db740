"""A city whose way to Meta can be cut, made slow, or answered by the road itself."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import httpx2
import orjson

from mboa.fake_meta.double import MetaDouble, Received, asgi
from mboa.notifications.letter import Letter
from mboa.operations.metrics import TALLY
from mboa.storage import outbox, providers
from mboa.storage.store import Connection
from mboa.wiring import Mboa, build
from tests.city import NEED, City, Person, answers_on
from tests.engines import HandClock

TWILIO = {
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "twilio-token-of-the-test-city",
    "twilio_from": "+237233000",
}

ELECTRICITY = "Bonjour, plus de courant chez moi à Bonamoussadi derrière la pharmacie, demain matin"


class Road(httpx2.AsyncBaseTransport):
    """The way to Meta and to Twilio.

    ``cut``: no connection. ``says``: answers that come from the road itself, one for each attempt. ``silent_to``:
    addresses whose messages are answered only once their event is set. ``one_id``: the id of every message taken.
    ``attempts`` holds when something was sent off, ``by_twilio`` the forms that Twilio took.
    """

    def __init__(self, double: MetaDouble) -> None:
        self._clock = double.clock
        self._meta = httpx2.ASGITransport(app=asgi(double))
        self.cut = False
        self.says: deque[httpx2.Response] = deque()
        self.silent_to: dict[str, asyncio.Event] = {}
        self.one_id: str | None = None
        self.attempts: list[datetime] = []
        self.by_twilio: list[dict[str, str]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await request.aread()
        if request.url.host == "api.twilio.com":
            self.by_twilio.append(dict(httpx2.QueryParams(content.decode())))
            return httpx2.Response(201, json={"sid": f"SM{len(self.by_twilio):032}"})
        self.attempts.append(self._clock())
        if self.cut:
            raise httpx2.ConnectError("the cable is cut", request=request)
        if self.says:
            return self.says.popleft()
        address = f"+{orjson.loads(content).get('to')}"
        if address in self.silent_to:
            await self.silent_to[address].wait()
        answer = await self._meta.handle_async_request(request)
        return answer if self.one_id is None else await self._renamed(answer, self.one_id)

    async def _renamed(self, answer: httpx2.Response, one_id: str) -> httpx2.Response:
        body = orjson.loads(await answer.aread())
        body["messages"] = [{"id": one_id}]
        return httpx2.Response(answer.status_code, json=body)


class Town(City):
    """A city at the end of such a road; seconds count from its opening."""

    clock: HandClock
    serial = itertools.count(1)

    def _build(self) -> Mboa:
        self.road = Road(self.double)
        self.began = self.clock.now()
        return build(self.settings, frozenset({"web"}), clock=self.clock, transport=self.road)

    def seconds(self, moments: Iterable[datetime]) -> list[float]:
        """Times as seconds since the opening."""
        return [round((moment - self.began).total_seconds(), 3) for moment in moments]

    def taken(self, *people: Person) -> list[float]:
        """When Meta accepted a message (to one of these people), in seconds."""
        wanted = {person.address for person in people}
        log = [entry for entry in self.double.log if entry["status"] == 200]
        return self.seconds(entry["at"] for entry in log if not wanted or f"+{entry['payload'].get('to')}" in wanted)

    def refused(self, code: int) -> list[float]:
        """When Meta refused a message with this code, in seconds."""
        codes = [(entry["at"], entry["answer"].get("error", {}).get("code")) for entry in self.double.log]
        return self.seconds(at for at, said in codes if said == code)

    async def ticks(self, times: int, **duration: float) -> None:
        """Let this much time pass so many times over."""
        for _ in range(times):
            await self.passes(**duration)

    async def crowd(self, size: int) -> list[Person]:
        """So many people have just said good day; nothing is read or answered yet."""
        people = [self.client("Ngono", f"+237678{number:06}") for number in range(size)]
        for person in people:
            await self.post(self.double.text(person.address, "bonjour"))
        return people

    async def tells(self, person: Person, times: int) -> None:
        """So many things are to be said to one person at once: he greets, and the rest is in the outbox."""
        await person.writes("bonjour")
        (row,) = await self.rows("SELECT MAX(contact_id) AS id FROM v_messages WHERE direction = 'in'")

        def say(conn: Connection) -> None:
            for number in range(1, times):
                letter = Letter(contact_id=row["id"], phrase="words_noted", text=f"{number}")
                outbox.queue(conn, letter, f"said:{next(self.serial)}", "whatsapp")

        await self.mboa.office.store.write(say)
        await self.settle()

    async def in_turn(self, crowd: list[Person]) -> list[Person]:
        """The crowd, heard, in the order of their answers in the outbox; heard side by side, it may be any."""
        await self.mboa.crew.loops["inbox"].step()
        rows = await self.rows("SELECT contact_id FROM v_messages WHERE direction = 'out' ORDER BY id")
        entered = sorted(row["contact_id"] for row in rows)
        return [crowd[entered.index(row["contact_id"])] for row in rows]

    async def asked_for(self, name: str = "Mireille", need: str = NEED) -> Person:
        """A client whose request has just been confirmed; the first provider is being asked."""
        client = self.client(name)
        await client.writes(need)
        await client.writes("OUI")
        return client

    async def awake(self, name: str) -> Person:
        """A provider whose window is open, and whom clients rated so badly that others are asked before him."""
        person = await self.provider(name)
        await person.writes("DISPO")
        (row,) = await self.rows("SELECT id FROM v_providers WHERE name = :name", name=name)
        for _ in range(20):
            await self.mboa.office.store.write(providers.count_rating, row["id"], 2)
        return person

    async def is_told(self, message: Received, state: str, code: int | None = None) -> None:
        """Meta reports what became of a message."""
        await self.post(self.double.status(message.id, state, code=code))
        await self.settle()

    async def hears_of_template(self, event: str, name: str = "offer", language: str = "fr") -> None:
        """Meta's notice about one of our templates."""
        value = {"event": event, "message_template_name": name, "message_template_language": language}
        change = {"field": "message_template_status_update", "value": {**value, "reason": "NONE"}}
        body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
        await self.post(orjson.dumps(body))

    async def sent_rows(self) -> list[tuple[str, int]]:
        """Status and attempts of every message out, in order."""
        sql = "SELECT status, attempts FROM v_messages WHERE direction = 'out' ORDER BY id"
        return [(row["status"], row["attempts"]) for row in await self.rows(sql)]


def offers_in(person: Person) -> list[Received]:
    """The offers that a provider's phone shows."""
    return [message for message in person.inbox if any(":accept" in payload for _, payload in answers_on(message))]


def most_within(moments: Sequence[float], seconds: float) -> int:
    """The most that fell into any span of this length, its end excluded."""
    return max(sum(start <= moment < start + seconds - 1e-9 for moment in moments) for start in moments)


def errors(records: Iterable[logging.LogRecord]) -> list[str]:
    """The names of the errors in the log."""
    return [record.getMessage() for record in records if record.levelno >= logging.ERROR]


def counted(name: str, **labels: str) -> float:
    """A counter's value."""
    return TALLY.value(name, **labels)


@contextmanager
def raised(name: str, by: float, **labels: str) -> Iterator[None]:
    """The counter rises by so much meanwhile."""
    before = counted(name, **labels)
    yield
    assert counted(name, **labels) - before == by
