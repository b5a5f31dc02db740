"""A server on 127.0.0.1 that speaks like a language model's provider: honest, slow, broken, lying or hostile."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.city import City
from tests.engines import Database, HandClock

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
KEY = "sk-canary-5f3a9c"
NOTHING = {"intent": "other", "service": "none", "place": "", "time": "", "problem": ""}


def repair(**found: str) -> dict[str, str]:
    """An answer that finds a repair."""
    return {**NOTHING, "intent": "repair", **found}


def chat(content: str) -> bytes:
    """An answer as OpenAI's chat completions give it."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


@asynccontextmanager
async def door(answer: Answer) -> AsyncIterator[int]:
    """A free port of 127.0.0.1 on which each connection is answered so; at the end nobody is still being answered."""
    under_way: set[asyncio.Task[None]] = set()

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await answer(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(answered, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way)


@dataclass
class Asked:
    """A request that came in."""

    path: str
    headers: str
    body: dict[str, Any]

    @property
    def message(self) -> str:
        """The person's words in it."""
        return str(json.loads(self.body["messages"][-1]["content"])["message"])


@dataclass
class Loopback:
    """Answers what ``says`` makes of a request (``None``: closes the line), after ``seconds``."""

    says: Callable[[Asked], bytes | None] = lambda _: chat(json.dumps(NOTHING))
    status: str = "200 OK"
    seconds: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def finds(self, **found: str) -> None:
        """From now on it finds this repair in everything."""
        self.says = lambda _: chat(json.dumps(repair(**found)))

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["Loopback"]:
        """Listen on a free port."""
        async with door(self._answer) as self.port:
            yield self

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await self._exchange(head.decode(), reader, writer)

    async def _exchange(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
        body = json.loads(await reader.readexactly(length))
        self.asked.append(Asked(head.split()[1], head, body))
        self.begun.set()
        await asyncio.sleep(self.seconds)
        said = self.says(self.asked[-1])
        if said is None:
            raise ConnectionError
        writer.write(f"HTTP/1.1 {self.status}\r\ncontent-length: {len(said)}\r\n\r\n".encode() + said)
        await writer.drain()


@asynccontextmanager
async def city_with(model: Loopback, database: Database, clock: HandClock, **changes: Any) -> AsyncIterator[City]:
    """A city that asks this model."""
    settings = {"llm_model": "small", "llm_base_url": f"http://127.0.0.1:{model.port}/v1", "llm_api_key": KEY}
    city = City(database, clock, **{**settings, **changes})
    await city.open()
    try:
        yield city
    finally:
        await city.close()
