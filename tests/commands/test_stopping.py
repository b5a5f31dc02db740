"""Told to stop, a house stops: whoever it is talking to, however slow he is."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.engines import Database
from tests.processes import Meta, Process, web

HALF_A_WEBHOOK = b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: mboa\r\nContent-Length: 900\r\n\r\n{"


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[Process]:
    """A whole house that serves."""
    with Meta() as meta:
        process = Process(sqlite_database, meta)
        yield process
        process.end()


def token(house: Process) -> str:
    """An API token of Awa, who is an owner."""
    made = mboa(house, "admin", "create", "awa@example.org", "--role", "owner")
    assert made.returncode == 0, made.stderr
    return mboa(house, "admin", "token", "awa@example.org", "--name", "test").stdout.strip()


def mboa(house: Process, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command on the data of this house."""
    return subprocess.run(
        [sys.executable, "-m", "mboa", *arguments], env=house._env, capture_output=True, text=True, timeout=60
    )


def test_an_open_stream_and_a_slow_client_do_not_hold_it_up(house: Process) -> None:
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


def test_a_port_is_free_again_at_once(house: Process) -> None:
    house.start()
    assert house.stop() == 0
    with closing(socket.create_server(("127.0.0.1", house.port))) as again:
        assert again.getsockname()[1] == house.port
