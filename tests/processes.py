"""Real ``mboa`` processes against a real server of the double of Meta, for what only a real process can show."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

import httpx2
import uvicorn

from mboa.fake_meta.double import MetaDouble, Received, asgi, sign
from tests.city import SECRET
from tests.engines import HOUSE_SECRET, Database

# What stands for the status of a webhook that nobody listened to, and of one whose answer never came.
REFUSED, CUT_OFF = 0, -1
_tick = threading.Event()


def eventually(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until it holds, looking every 20 ms."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        _tick.wait(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@cache
def web() -> httpx2.Client:
    """The one HTTP client of a test process: making one loads every certificate there is, which takes longer than a
    journey. It keeps no connection: a process that was killed must not be met again through a dead one.
    """
    return httpx2.Client(verify=False, timeout=5, limits=httpx2.Limits(max_keepalive_connections=0))


class Meta:
    """The double of Meta as a server; it reports each message as delivered, again and again until it is heard.

    ``kill_at`` names how many acceptances from now the process under test is killed, in the middle of its request:
    the message is accepted and the answer never comes.
    """

    def __init__(self) -> None:
        self.double = MetaDouble(lambda: datetime.now(UTC))
        self.double.on_accept = self._accepted
        self.port = free_port()
        self.victim: Process | None = None
        self.processes: list[Process] = []
        self.kill_at = 0
        self._unreported: SimpleQueue[Received] = SimpleQueue()
        config = uvicorn.Config(asgi(self.double), port=self.port, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> "Meta":
        self._thread.start()
        eventually(lambda: self._server.started, "the double of Meta starts")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.end()  # also when the test failed half-way
        self._server.should_exit = True
        self._thread.join(10)

    def _accepted(self, message: Received) -> None:
        self._unreported.put(message)
        self.strike()

    def strike(self) -> None:
        """One acceptance nearer to the death of the victim."""
        self.kill_at -= 1
        if self.kill_at == 0 and self.victim is not None:
            self.victim.kill()

    def report(self, process: "Process") -> None:
        """Deliver the status webhooks that are due."""
        while True:
            try:
                message = self._unreported.get_nowait()
            except Empty:
                return
            process.post(self.double.status(message.id, "delivered"))


class Running(Protocol):
    """A process of the system, as :class:`subprocess.Popen` shows it."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...
    def send_signal(self, sig: int) -> None: ...


class Process:
    """One ``mboa serve`` (or ``web``, or ``worker``) on a database, killed and started again at will.

    ``settings`` are more ``MBOA_…`` variables, by their whole names.
    """

    def __init__(self, database: Database, meta: Meta, role: str = "serve", **settings: str) -> None:
        self.role = role
        self.port = free_port()
        where = (
            {"MBOA_DATA_DIR": str(Path(database.address).parent)}
            if database.dialect == "sqlite"
            else {"MBOA_DATABASE_URL": database.address}
        )
        self._env = {
            # Unwatched by coverage, which would make every process of these tests half as fast.
            **{name: value for name, value in os.environ.items() if not name.startswith(("MBOA_", "COVERAGE_"))},
            **where,
            "MBOA_SECRET_KEY": HOUSE_SECRET,
            "MBOA_PORT": str(self.port),
            "MBOA_CHANNEL": "whatsapp",
            "MBOA_WHATSAPP_API_BASE": f"http://127.0.0.1:{meta.port}/v1",
            "MBOA_WHATSAPP_PHONE_ID": "1",
            "MBOA_WHATSAPP_TOKEN": "token",
            "MBOA_WHATSAPP_APP_SECRET": SECRET,
            "MBOA_BURST_SECONDS": "0",
            "MBOA_QUIET_HOURS": "",
            "MBOA_UNKNOWN_OUTCOME_SECONDS": "4",
            **settings,
        }
        self._running: Running | None = None
        self.kills = 0
        meta.processes.append(self)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        if self._running is not None:
            self._running.wait(10)
        self._running = self._launch()
        if self.role != "worker":
            eventually(self._answers, f"mboa {self.role} answers")

    def _launch(self) -> Running:
        command = [sys.executable, "-m", "mboa", self.role]
        return subprocess.Popen(command, env=self._env, stderr=subprocess.DEVNULL)

    def _answers(self) -> bool:
        check = "ready" if self.role == "serve" else "live"
        try:
            return web().get(f"http://127.0.0.1:{self.port}/health/{check}").status_code == 200
        except httpx2.TransportError:
            return False

    @property
    def is_dead(self) -> bool:
        """Whether it has ended."""
        return self._running is None or self._running.poll() is not None

    @property
    def pid(self) -> int:
        """Its number, also when it has ended."""
        assert self._running is not None
        return self._running.pid

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is cleaned up."""
        assert self._running is not None
        self._running.send_signal(signal.SIGKILL)
        self.kills += 1

    def end(self) -> None:
        """Leave nothing running, whatever happened."""
        if not self.is_dead:
            self.kill()
        if self._running is not None:
            self._running.wait(10)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._running is not None
        self._running.send_signal(signal.SIGTERM)
        return self._running.wait(15)

    def post(self, body: bytes) -> None:
        """Deliver a webhook as Meta does: until it is answered with 200, starting the dead process again."""

        def delivered() -> bool:
            if self.is_dead:
                self.start()
            return self.answer(body) == 200

        eventually(delivered, "the webhook is taken")

    def answer(self, body: bytes) -> int:
        """Deliver a webhook once: the status it is answered with, ``REFUSED`` or ``CUT_OFF``."""
        headers = {"x-hub-signature-256": sign(body, SECRET)}
        try:
            return (
                web().post(f"http://127.0.0.1:{self.port}/webhooks/whatsapp", content=body, headers=headers).status_code
            )
        except httpx2.ConnectError:
            return REFUSED
        except httpx2.TransportError:
            return CUT_OFF
