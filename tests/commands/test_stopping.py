"""Told to stop, a house stops: whoever it is talking to, however slow he is."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPResponse

import pytest

from mboa.fake_meta.double import sign
from tests.city import SECRET
from tests.engines import Database
from tests.processes import REFUSED, Meta, Process, web

_pause = threading.Event()
HALF_A_WEBHOOK = b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: mboa\r\nContent-Length: 900\r\n\r\n{"


class House(Process):
    """``mboa serve``, and the Meta that it knows."""

    def __init__(self, database: Database, meta: Meta) -> None:
        super().__init__(database, meta)
        self.meta = meta


@pytest.fixture
def house(sqlite_database: Database) -> "Iterator[House]":
    """A whole house that serves."""
    with Meta() as meta:
        process = House(sqlite_database, meta)
        yield process
        process.end()


def token(house: "House") -> str:
    """An API token of Awa, who is an owner."""
    made = mboa(house, "admin", "create", "awa@example.org", "--role", "owner")
    assert made.returncode == 0, made.stderr
    return mboa(house, "admin", "token", "awa@example.org", "--name", "test").stdout.strip()


def mboa(house: "House", *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command on the data of this house."""
    return subprocess.run(
        [sys.executable, "-m", "mboa", *arguments], env=house._env, capture_output=True, text=True, timeout=60
    )


def test_an_open_stream_and_a_slow_client_do_not_hold_it_up(house: "House") -> None:
    awa = {"authorization": f"Bearer {token(house)}"}
    house.start()
    address = f"http://127.0.0.1:{house.port}/admin/events?page=dashboard"
    with closing(socket.create_connection(("127.0.0.1", house.port))) as slow:
        slow.sendall(HALF_A_WEBHOOK)
        with web().stream("GET", address, headers=awa) as stream:
            assert stream.status_code == 200
            next(stream.iter_raw())
            began = time.monotonic()
            assert house.stop() == 0
    assert time.monotonic() - began < 10


def test_a_meta_that_never_answers_and_a_slow_client_at_once_do_not_either(sqlite_database: Database) -> None:
    slow, mute = socket.socket(), socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{mute.getsockname()[1]}/v1"
    with Meta() as meta, closing(slow), closing(mute):
        house = Process(sqlite_database, meta, MBOA_WHATSAPP_API_BASE=base)
        house.post(meta.double.text("+237677000101", "Bonsoir"))
        mute.settimeout(20)
        sending, _ = mute.accept()
        slow.connect(("127.0.0.1", house.port))
        slow.sendall(HALF_A_WEBHOOK)
        began = time.monotonic()
        with closing(sending):
            assert house.stop() == 0
        assert time.monotonic() - began < 10


def test_a_port_is_free_again_at_once(house: "House") -> None:
    house.start()
    assert house.stop() == 0
    with closing(socket.create_server(("127.0.0.1", house.port))) as again:
        assert again.getsockname()[1] == house.port


def ask(house: "House", body: bytes) -> bytes:
    """A webhook as it stands on the wire."""
    head = f"POST /webhooks/whatsapp HTTP/1.1\r\nHost: mboa\r\nX-Hub-Signature-256: {sign(body, SECRET)}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def answered(caller: socket.socket) -> HTTPResponse:
    """The whole of the next answer, however many pieces it comes in."""
    answer = HTTPResponse(caller)
    answer.begin()
    answer.read()
    return answer


@pytest.mark.parametrize("before", [False, True], ids=["a new connection", "a kept one"])
def test_who_is_connected_may_still_ask_and_is_answered(house: "House", before: bool) -> None:
    house.start()
    with closing(socket.create_connection(("127.0.0.1", house.port), 5)) as caller:
        if before:
            caller.sendall(b"GET /health/live HTTP/1.1\r\nHost: mboa\r\n\r\n")
            assert answered(caller).status == 200
        os.kill(house.pid, signal.SIGTERM)
        _pause.wait(0.5)
        caller.sendall(ask(house, house.meta.double.text("+237677000102", "Bonsoir")))
        answer = answered(caller)
    assert answer.status == 200
    assert answer.getheader("connection") == "close"
    assert house.stop() == 0


def test_nobody_who_reached_the_door_is_turned_away(house: "House") -> None:
    body = house.meta.double.text("+237677000103", "Bonsoir")
    for _ in range(3):
        house.start()
        with ThreadPoolExecutor(8) as crowd:
            knocking = [crowd.submit(knock, house, body) for _ in range(8)]
            _pause.wait(0.3)
            assert house.stop() == 0
        answers = [status for knocks in knocking for status in knocks.result()]
        assert len(answers) > 30
        assert set(answers) == {200, REFUSED}


def knock(house: "House", body: bytes) -> list[int]:
    """A webhook again and again, on a connection of its own each time, until nobody opens; how each was answered."""
    answers = [house.answer(body)]
    while answers[-1] == 200:
        answers.append(house.answer(body))
    return answers
