"""The load generator: keep-alive connections of one process that write ready-made requests and time the answers."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import uvloop

CONNECTIONS = 64
PATIENCE_SECONDS = 300.0
AGAIN_SECONDS = 0.1
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What became of a list of requests.

    ``sent_at`` is on ``time.perf_counter``'s clock (on Linux the same in every process), ``spans`` are the milliseconds
    from first writing a request to its 200, both in the order of the requests; ``put_off`` is how often a server said
    503 and got the request again, as Meta does.
    """

    seconds: float
    sent_at: list[float]
    spans: list[float]
    put_off: int

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.spans) / self.seconds

    def percentile(self, share: float) -> float:
        """The span in milliseconds that ``share`` (0–1) of the requests did not pass."""
        return sorted(self.spans)[min(len(self.spans) - 1, int(len(self.spans) * share))]


class _Run:
    """The requests of one run, which its connections take one after the other."""

    def __init__(self, requests: Sequence[bytes], rate: float | None) -> None:
        self.requests = requests
        self.sent_at = [0.0] * len(requests)
        self.answered_at = [0.0] * len(requests)
        self.put_off = 0
        self.started_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rate = rate
        self._numbers = iter(range(len(requests)))
        self._left = len(requests)

    def next_number(self) -> int | None:
        return next(self._numbers, None)

    def pause(self, number: int) -> float:
        """Seconds until this request's time, when the run keeps a pace."""
        return self.started_at + number / self._rate - time.perf_counter() if self._rate else 0.0

    def answered(self, number: int) -> None:
        self.answered_at[number] = time.perf_counter()
        self._left -= 1
        if not self._left and not self.done.done():
            self.done.set_result(None)

    def broken(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(reason))


class _Caller(asyncio.Protocol):
    """One connection: writes a request, waits for the whole answer, writes the next."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._number = -1
        self._answer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.broken(f"the server hung up: {exc}")

    def call(self) -> None:
        """Take the next request, if there is one, and write it when its time has come."""
        number = self._run.next_number()
        if number is None:
            return
        self._number = number
        pause = self._run.pause(number)
        if pause > 0:
            asyncio.get_running_loop().call_later(pause, self._write)
        else:
            self._write()

    def _write(self) -> None:
        self._run.sent_at[self._number] = time.perf_counter()
        self._transport.write(self._run.requests[self._number])

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if _is_whole(self._answer):
            answer, self._answer = self._answer, b""
            self._heard(answer)

    def _heard(self, answer: bytes) -> None:
        if answer.startswith(b"HTTP/1.1 200"):
            self._run.answered(self._number)
            self.call()
        elif answer.startswith(b"HTTP/1.1 503"):
            self._run.put_off += 1
            asyncio.get_running_loop().call_later(
                AGAIN_SECONDS, self._transport.write, self._run.requests[self._number]
            )
        else:
            self._run.broken(answer.partition(b"\r\n")[0].decode("latin-1"))


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head) if found else None
    return length is not None and len(body) >= int(length[1])


def drive(
    ports: Sequence[int], requests: Sequence[bytes], *, connections: int = CONNECTIONS, rate: float | None = None
) -> Load:
    """Send every request, ``connections`` at a time spread over the ports; at most ``rate`` per second if given.

    Raises ``ConnectionError`` when a server hangs up or refuses, and ``TimeoutError`` after five minutes.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(ports, requests, connections, rate))


async def _drive(ports: Sequence[int], requests: Sequence[bytes], connections: int, rate: float | None) -> Load:
    loop = asyncio.get_running_loop()
    run = _Run(requests, rate)
    opened = [
        await loop.create_connection(lambda: _Caller(run), "127.0.0.1", ports[number % len(ports)])
        for number in range(connections)
    ]
    run.started_at = time.perf_counter()
    for _, caller in opened:
        caller.call()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await run.done
    for transport, _ in opened:
        transport.abort()
    ended_at = max(run.answered_at)
    spans = [(end - start) * 1000 for start, end in zip(run.sent_at, run.answered_at, strict=True)]
    return Load(ended_at - run.started_at, run.sent_at, spans, run.put_off)
