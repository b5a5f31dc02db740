"""The processes of a measurement, each on a port of its own and ended with it: Mboa, the bare handler, Meta's side."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import psutil

from tests.city import SECRET
from tests.engines import HOUSE_SECRET, Database
from tests.processes import free_port

READY_SECONDS = 60.0
LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers on ``port``."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def has_door(self) -> bool:
        """Whether it takes webhooks."""
        return "worker" not in self.process.args  # type: ignore[operator]

    def cpu_seconds(self) -> float:
        """Processor time used so far, by all of its threads."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def get(self, path: str) -> bytes:
        """The body of an answer; raises ``OSError`` when there is none or it is no success."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return bytes(answer.read())


@dataclass(frozen=True, slots=True)
class Taken:
    """One message as Meta's side took it: when (``time.perf_counter``), under which key of ours, and to whom."""

    at: float
    key: str
    to: str


class Receiver(Server):
    """Meta's side."""

    def count(self) -> int:
        """How many messages were taken."""
        return int(self.get("/count"))

    def log(self) -> list[Taken]:
        """All of them, in the order they came."""
        return [Taken(*row) for row in orjson.loads(self.get("/log"))]

    def wait_for(self, number: int, seconds: float = 120.0) -> None:
        """Until so many were taken; raises ``TimeoutError``."""
        until = time.perf_counter() + seconds
        while (taken := self.count()) < number:
            if time.perf_counter() > until:
                raise TimeoutError(f"Meta's side took {taken} messages of {number} within {seconds:.0f} s")
            time.sleep(0.02)


def settings_of(database: Database, meta_port: int, **changes: str) -> dict[str, str]:
    """The environment of ``mboa`` on this database: WhatsApp, no burst, no quiet hours, no daily limit."""
    where = (
        {"MBOA_DATA_DIR": str(Path(database.address).parent)}
        if database.dialect == "sqlite"
        else {"MBOA_DATABASE_URL": database.address}
    )
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MBOA_")},
        **where,
        "MBOA_SECRET_KEY": HOUSE_SECRET,
        "MBOA_CHANNEL": "whatsapp",
        "MBOA_WHATSAPP_API_BASE": f"http://127.0.0.1:{meta_port}/v1",
        "MBOA_WHATSAPP_PHONE_ID": "1",
        "MBOA_WHATSAPP_TOKEN": "token",
        "MBOA_WHATSAPP_APP_SECRET": SECRET,
        "MBOA_BURST_SECONDS": "0",
        "MBOA_QUIET_HOURS": "",
        "MBOA_WHATSAPP_RECIPIENTS_PER_DAY": "0",
        **changes,
    }


@contextmanager
def mboa(database: Database, meta_port: int, role: str = "serve", **changes: str) -> Iterator[Server]:
    """``mboa serve`` (or ``web``, or ``worker``), ready; ``changes`` are further ``MBOA_…`` settings."""
    port = free_port()
    env = settings_of(database, meta_port, MBOA_PORT=str(port), **changes)
    path = {"serve": "/health/ready", "web": "/health/live"}.get(role)
    with _running(port, [sys.executable, "-m", "mboa", role], path, env) as server:
        yield server


def lead(database: Database, meta_port: int) -> timedelta:
    """What a start on this database surely does not pass, by the look of one: three times as long, and two seconds."""
    start = time.perf_counter()
    with mboa(database, meta_port):
        return timedelta(seconds=3 * (time.perf_counter() - start) + 2)


@contextmanager
def bare(database: Database | None) -> Iterator[Server]:
    """The bare handler on a database of its own, or the one that does nothing."""
    port = free_port()
    engine, where = (database.dialect, database.address) if database else ("nothing", "-")
    command = [sys.executable, "-m", "bench.bare", str(port), engine, where]
    with _running(port, command, "/health/ready") as server:
        yield server


@contextmanager
def receiver(pause: float = 0.0) -> Iterator[Receiver]:
    """Meta's side, answering after ``pause`` seconds."""
    port = free_port()
    command = [sys.executable, "-m", "bench.receiver", str(port), str(pause)]
    with _running(port, command, "/count") as server:
        yield Receiver(server.port, server.process)


@contextmanager
def _running(port: int, command: list[str], path: str | None, env: dict[str, str] | None = None) -> Iterator[Server]:
    with (
        tempfile.TemporaryFile("w+b") as said,
        subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=said) as process,
    ):
        server = Server(port, process)
        try:
            if path is not None:
                wait_until_ready(server, path)
            yield server
        except NotReady as error:
            said.seek(0)
            raise RuntimeError(said.read()[-2000:].decode("utf-8", "replace")) from error
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


class NotReady(Exception):
    """The process ended, or took a minute."""


def wait_until_ready(server: Server, path: str = "/health/ready") -> None:
    """Until the path is answered with success; raises :class:`NotReady`."""
    until = time.perf_counter() + READY_SECONDS
    while not _answers(server, path):
        if server.process.poll() is not None or time.perf_counter() > until:
            raise NotReady(f"{server.process.args!r} did not become ready")
        time.sleep(LOOK_SECONDS)


def _answers(server: Server, path: str) -> bool:
    try:
        server.get(path)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True
