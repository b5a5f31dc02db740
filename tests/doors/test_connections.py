"""Connections that come byte by byte, too many, or with a head that never ends: cut, while others are served."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mboa.operations import connections
from mboa.operations.connections import GuardedConnection
from tests.processes import eventually, free_port

PATIENCE = 0.6


class Impatient(GuardedConnection):
    """As the real one, in less time."""

    whole_within = PATIENCE
    most_connections = 20


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def slow(_: Request) -> Response:
    await asyncio.sleep(3 * PATIENCE)
    return PlainTextResponse("at last")


@contextmanager
def server() -> Iterator[int]:
    """A server with these connections; yields its port."""
    app = Starlette(routes=[Route("/echo", echo, methods=["POST"]), Route("/slow", slow)])
    port = free_port()
    options = {**connections.options(), "http": Impatient}
    config = uvicorn.Config(app, port=port, log_config=None, lifespan="off", **options)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    eventually(lambda: running.started, "it listens")
    yield port
    running.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server() as number:
        yield number


def call(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send so many pieces with pauses between them; all that came back until the other side hung up."""
    waiting = threading.Event()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for piece in pieces:
            try:
                line.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
            waiting.wait(pause)
        return rest_of(line)


def rest_of(line: socket.socket) -> bytes:
    answer = b""
    try:
        while more := line.recv(65_536):
            answer += more
    except ConnectionResetError:
        pass
    return answer


HEAD = b"POST /echo HTTP/1.1\r\nHost: mboa\r\nConnection: close\r\n"


def test_a_head_that_comes_byte_by_byte_is_cut(port: int) -> None:
    drops = [HEAD[n : n + 1] for n in range(len(HEAD))]
    assert call(port, *drops, pause=0.05) == b""


def test_a_caller_who_says_nothing_is_cut(port: int) -> None:
    assert call(port) == b""


def test_a_body_that_does_not_come_is_cut(port: int) -> None:
    drops = [HEAD + b"Content-Length: 1000\r\n\r\n", *[b"x"] * 30]
    assert b" 200 " not in call(port, *drops, pause=0.05)


def test_a_body_over_a_slow_line_may_take_its_time(port: int) -> None:
    pieces = [HEAD + b"Content-Length: 10240\r\n\r\n", *[b"x" * 1024] * 10]
    assert call(port, *pieces, pause=2.5 * PATIENCE / 10).endswith(b"10240")


def test_an_answer_may_take_its_time(port: int) -> None:
    answer = call(port, b"GET /slow HTTP/1.1\r\nHost: mboa\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"at last")


@pytest.mark.parametrize("lines", [[b"X-Long: " + b"x" * 40_000], [b"X-%d: x" % n + b"y" * 90 for n in range(600)]])
def test_a_head_that_is_too_large_is_refused(port: int, lines: list[bytes]) -> None:
    answer = call(port, HEAD + b"\r\n".join(lines) + b"\r\nContent-Length: 0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431")


def test_an_address_that_is_too_long_is_refused(port: int) -> None:
    assert call(port, b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: mboa\r\n\r\n").startswith(b"HTTP/1.1 431")


def test_while_all_places_are_held_others_are_turned_away_and_soon_served() -> None:
    with server() as port:
        held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(20)]
        whole = HEAD + b"Content-Length: 2\r\n\r\nok"
        refused = call(port, whole)
        eventually(lambda: call(port, whole).endswith(b"2"), "the silent ones are cut, others are served", 5)
        for line in held:
            line.close()
    assert b" 200 " not in refused


def test_one_connection_serves_many_requests(port: int) -> None:
    again = b"POST /echo HTTP/1.1\r\nHost: mboa\r\nContent-Length: 2\r\n\r\nok"
    answer = call(port, *[again] * 9, HEAD + b"Content-Length: 3\r\n\r\nend", pause=PATIENCE / 6)
    assert answer.count(b" 200 ") == 10
