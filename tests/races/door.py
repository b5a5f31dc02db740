"""Many kept connections to a webhook door, spoken to by hand: a client library would cost more than the race."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from mboa.fake_meta.double import sign
from tests.city import SECRET

BUSY, TRIES = 503, 200
# Longer than one commit with everything that waited for it.
LONGEST_LAG = 0.080


class Door:
    """One kept connection to the door of one web process."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, body: bytes) -> int:
        """Deliver one webhook body as Meta does, again when the door is too busy; the HTTP status of the answer."""
        for _ in range(TRIES):
            status = await self._post_once(body)
            if status != BUSY:
                return status
            await asyncio.sleep(0.05)
        return BUSY

    async def _post_once(self, body: bytes) -> int:
        head = (
            f"POST /webhooks/whatsapp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
            f"X-Hub-Signature-256: {sign(body, SECRET)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self._reader.readexactly(int(length.partition(b":")[2]))
        return int(answer[9:12])


class Lane:
    """Two connections on which one race at a time is run; they lead to different web processes if there are two."""

    def __init__(self, left: int, right: int) -> None:
        self.doors = Door(left), Door(right)
        self._free = asyncio.Lock()

    async def race(self, left: bytes, right: bytes, lag: float = 0.0) -> set[int]:
        """Deliver both at once, or the right one ``lag`` seconds later; the statuses of the answers."""

        async def follow() -> int:
            await asyncio.sleep(lag)
            return await self.doors[1].post(right)

        async with self._free:
            return set(await asyncio.gather(self.doors[0].post(left), follow()))


class Lanes:
    """So many lanes to these web processes, open for the length of a ``with``."""

    def __init__(self, ports: Sequence[int], count: int) -> None:
        self.lanes = [Lane(ports[number % len(ports)], ports[(number + 1) % len(ports)]) for number in range(count)]

    async def __aenter__(self) -> "Lanes":
        await asyncio.gather(*(door.open() for lane in self.lanes for door in lane.doors))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(door.close() for lane in self.lanes for door in lane.doors))

    async def race(self, pairs: Sequence[tuple[bytes, bytes]]) -> set[int]:
        """Run these races as fast as the doors answer, every second one not quite at once; the statuses seen."""
        waiting, chance = iter(pairs), Random(len(pairs))
        seen: set[int] = set()

        async def run(lane: Lane) -> None:
            for pair in waiting:
                seen.update(await lane.race(*pair, lag=chance.choice((0.0, LONGEST_LAG * chance.random()))))

        await asyncio.gather(*(run(lane) for lane in self.lanes))
        return seen

    async def race_at(self, moments: Sequence[datetime], pairs: Sequence[tuple[bytes, bytes]]) -> set[int]:
        """Run each race at its moment, or as soon as its lane is free; the statuses seen."""

        async def run(number: int) -> set[int]:
            await asyncio.sleep((moments[number] - datetime.now(UTC)).total_seconds())
            return await self.lanes[number % len(self.lanes)].race(*pairs[number])

        return set().union(*await asyncio.gather(*map(run, range(len(pairs)))))
