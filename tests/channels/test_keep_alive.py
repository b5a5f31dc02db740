"""The transport that sends: against a real server that answers in pieces, breaks off, or speaks something else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import pytest

from mboa.channels.base import SendFailed
from mboa.channels.http import Answer, post
from mboa.channels.keep_alive import KeepAliveTransport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Writer = asyncio.StreamWriter


@dataclass
class Server:
    """Reads requests and lets ``answer`` write; counts connections, keeps what it read."""

    answer: Callable[[Writer], Awaitable[None]]
    port: int = 0
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)
    writers: list[Writer] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heard.append(head + await reader.readexactly(2))
                await self.answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended.set()
            writer.close()


@asynccontextmanager
async def meta(answer: Callable[[Writer], Awaitable[None]]) -> AsyncIterator[tuple[Server, KeepAliveTransport]]:
    made = Server(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    transport = KeepAliveTransport(connect_seconds=2.0)
    try:
        yield made, transport
    finally:
        await transport.aclose()
        for writer in made.writers:
            writer.close()
        server.close()
        await server.wait_closed()


async def ask(transport: KeepAliveTransport, port: int, seconds: float = 5.0, scheme: str = "http") -> Answer:
    request = httpx2.Request("POST", f"{scheme}://127.0.0.1:{port}/v1/1/messages?a=b", content=b"{}")
    return await post(transport, request, seconds)


def saying(*pieces: bytes, then_close: bool = False) -> Callable[[Writer], Awaitable[None]]:
    async def answer(writer: Writer) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if then_close:
            writer.close()

    return answer


async def test_one_connection_serves_many_messages() -> None:
    async with meta(saying(OK)) as (server, transport):
        answers = [await ask(transport, server.port) for _ in range(3)]
        assert [(answer.status, answer.body) for answer in answers] == [(200, b"{}")] * 3
        assert server.connections == 1
        assert server.heard[0].startswith(b"POST /v1/1/messages?a=b HTTP/1.1\r\nHost: 127.0.0.1:")


async def test_messages_side_by_side_have_their_own_connections() -> None:
    async with meta(saying(OK)) as (server, transport):
        await asyncio.gather(*(ask(transport, server.port) for _ in range(4)))
        assert server.connections == 4
        await asyncio.gather(*(ask(transport, server.port) for _ in range(4)))
        assert server.connections == 4


async def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    bye = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    async with meta(saying(bye)) as (server, transport):
        await ask(transport, server.port)
        await ask(transport, server.port)
        assert server.connections == 2


async def test_a_server_that_hangs_up_while_nothing_is_asked_costs_nothing() -> None:
    async with meta(saying(OK)) as (server, transport):
        await ask(transport, server.port)
        server.writers[0].close()
        await server.writers[0].wait_closed()
        await asyncio.sleep(0.02)
        assert (await ask(transport, server.port)).status == 200


@pytest.mark.parametrize(
    "pieces",
    [
        [bytes([byte]) for byte in OK],
        [b"HTTP/1.1 100 Continue\r\n\r\n", OK],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1\r\n}\r\n0\r\n\r\n"],
    ],
    ids=["byte by byte", "continue first", "in chunks"],
)
async def test_an_answer_may_come_in_pieces(pieces: list[bytes]) -> None:
    async with meta(saying(*pieces)) as (server, transport):
        answers = [await ask(transport, server.port) for _ in range(2)]
        assert [(answer.status, answer.body) for answer in answers] == [(200, b"{}")] * 2
        assert server.connections == 1


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async with meta(saying(b"HTTP/1.1 503 Away\r\nServer: x\r\n\r\nsorry", then_close=True)) as (server, transport):
        answer = await ask(transport, server.port)
        assert (answer.status, answer.body, answer.headers["server"]) == (503, b"sorry", "x")


async def test_an_endless_answer_is_cut() -> None:
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 200_000
    async with meta(saying(long)) as (server, transport):
        assert len((await ask(transport, server.port)).body) == 65_536
        await ask(transport, server.port)
        assert server.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [[], [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"], [b"SSH-2.0-OpenSSH\r\n"]],
    ids=["no", "half", "ssh"],
)
async def test_a_lost_answer_is_unknown(pieces: list[bytes]) -> None:
    async with meta(saying(*pieces, then_close=True)) as (server, transport):
        with pytest.raises(SendFailed) as lost:
            await ask(transport, server.port)
        assert lost.value.outcome == "unknown"


async def test_silence_is_unknown_and_its_connection_is_dropped() -> None:
    async with meta(saying()) as (server, transport):
        with pytest.raises(SendFailed) as lost:
            await ask(transport, server.port, seconds=0.1)
        assert lost.value.outcome == "unknown"
        await asyncio.wait_for(server.ended.wait(), 2)
        server.answer = saying(OK)
        assert (await ask(transport, server.port)).status == 200
        assert server.connections == 2


async def test_nobody_there_is_surely_not_sent() -> None:
    async with meta(saying(OK)) as (server, transport):
        port = server.port
    for scheme in ("http", "https"):
        with pytest.raises(SendFailed) as refused:
            await ask(transport, port, scheme=scheme)
        assert refused.value.outcome == "retry"


async def test_a_server_without_tls_is_never_told_the_token() -> None:
    async with meta(saying(OK)) as (server, transport):
        with pytest.raises(SendFailed) as refused:
            await ask(transport, server.port, scheme="https")
        assert refused.value.outcome == "retry"
        assert server.heard == []


async def test_words_that_nobody_asked_for_end_the_connection() -> None:
    async with meta(saying(OK, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as (server, transport):
        await ask(transport, server.port)
        await asyncio.sleep(0.02)
        await ask(transport, server.port)
        assert server.connections == 2
