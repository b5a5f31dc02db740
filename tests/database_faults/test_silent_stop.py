"""The database falls silent and a process is told to stop: it ends with 0 within ten seconds, and loses nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import psycopg
import pytest

from tests.city import NEED
from tests.database_faults.town import settle_providers
from tests.engines import Database
from tests.fault_proxy import FaultProxy
from tests.processes import Meta, Process, eventually

TEN_SECONDS = 10.0
_pause = threading.Event()


class Line(NamedTuple):
    """A database, and the way to it that can fall silent."""

    proxy: FaultProxy
    database: Database


@pytest.fixture
def line(postgresql_database: Database) -> Iterator[Line]:
    """Providers live there; nobody has come yet."""
    host, _, name = settle_providers(postgresql_database).address.rpartition("/")
    with FaultProxy(int(host.rpartition(":")[2])) as proxy:
        yield Line(proxy, Database("postgresql", f"postgresql://mboa@127.0.0.1:{proxy.port}/{name}"))


def has_beaten(database: Database) -> bool:
    """Whether a worker is at work on this database."""
    with psycopg.connect(database.address) as server:
        return server.execute("SELECT 1 FROM heartbeats").fetchone() is not None


def seconds_to_stop(process: Process) -> float:
    """How long SIGTERM takes; it must end in 0."""
    began = time.monotonic()
    assert process.stop() == 0
    return time.monotonic() - began


@pytest.mark.parametrize("role", ["serve", "web", "worker"])
@pytest.mark.parametrize("silence", [0.0, 4.0])
def test_it_stops_while_the_database_is_silent(line: Line, role: str, silence: float) -> None:
    with Meta() as meta:
        process = Process(line.database, meta, role)
        process.start()
        if role != "worker":
            process.post(meta.double.text("+237677000001", NEED))
        if role != "web":
            eventually(partial(has_beaten, line.database), "its loops turn")
        line.proxy.freeze()
        _pause.wait(silence)
        assert seconds_to_stop(process) < TEN_SECONDS


def test_what_it_left_in_the_middle_of_the_silence_is_not_lost(line: Line) -> None:
    with Meta() as meta:
        process, mireille = Process(line.database, meta), "+237677000001"
        process.start()
        line.proxy.freeze()
        statuses = [process.answer(meta.double.text(mireille, NEED)) for _ in range(2)]
        assert (statuses, seconds_to_stop(process) < TEN_SECONDS) == ([503, 503], True)
        line.proxy.thaw()
        process.post(meta.double.text(mireille, NEED))
        eventually(lambda: len(meta.double.phone(mireille)) == 1, "she is answered once")
        assert process.stop() == 0


def test_told_to_stop_before_it_has_begun(line: Line) -> None:
    with Meta() as meta:
        process = Process(line.database, meta)
        process.start()
        assert process.stop() == 0
        line.proxy.freeze()
        process._running = process._launch()
        _pause.wait(1.5)
        began = time.monotonic()
        process._running.terminate()  # type: ignore[attr-defined]
        assert process._running.wait(TEN_SECONDS) in {0, 1, -15}
        assert time.monotonic() - began < TEN_SECONDS


def test_a_command_gives_up_on_a_silent_database(line: Line) -> None:
    with Meta() as meta:
        env = Process(line.database, meta)._env
        line.proxy.freeze()
        began = time.monotonic()
        command = [sys.executable, "-m", "mboa", "providers", "export"]
        ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.strip().splitlines()) == 1
    assert time.monotonic() - began < TEN_SECONDS
