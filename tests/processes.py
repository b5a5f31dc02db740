"""Real ``mboa`` processes against a real server of the double of Meta, for what only a real process can show."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

import httpx2
import uvicorn

from mboa.fake_meta.double import MetaDouble, Received, asgi, sign
from tests.city import SECRET
from tests.engines import Database

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


class Process:
    """One ``mboa serve`` (or ``web``, or ``worker``) on a database, killed and started again at will."""

    def __init__(self, database: Database, meta: Meta, role: str = "serve") -> None:
        self.role = role
        self.port = free_port()
        where = (
            {"MBOA_DATA_DIR": str(Path(database.address).parent)}
            if database.dialect == "sqlite"
            else {"MBOA_DATABASE_URL": database.address}
        )
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MBOA_")},
            **where,
            "MBOA_PORT": str(self.port),
            "MBOA_CHANNEL": "whatsapp",
            "MBOA_WHATSAPP_API_BASE": f"http://127.0.0.1:{meta.port}/v1",
            "MBOA_WHATSAPP_PHONE_ID": "1",
            "MBOA_WHATSAPP_TOKEN": "token",
            "MBOA_WHATSAPP_APP_SECRET": SECRET,
            "MBOA_BURST_SECONDS": "0",
            "MBOA_QUIET_HOURS": "",
            "MBOA_UNKNOWN_OUTCOME_SECONDS": "4",
        }
        self._running: subprocess.Popen[bytes] | None = None
        self.kills = 0
        meta.processes.append(self)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        if self._running is not None:
            self._running.wait(10)
        command = [sys.executable, "-m", "mboa", self.role]
        self._running = subprocess.Popen(command, env=self._env, stderr=subprocess.DEVNULL)
        if self.role != "worker":
            eventually(self._answers, f"mboa {self.role} answers")

    def _answers(self) -> bool:
        check = "ready" if self.role == "serve" else "live"
        try:
            return httpx2.get(f"http://127.0.0.1:{self.port}/health/{check}", timeout=2).status_code == 200
        except httpx2.TransportError:
            return False

    @property
    def is_dead(self) -> bool:
        """Whether it has ended."""
        return self._running is None or self._running.poll() is not None

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
        self._running.terminate()
        return self._running.wait(15)

    def post(self, body: bytes) -> None:
        """Deliver a webhook as Meta does: until it is answered with 200, starting the dead process again."""
        headers = {"x-hub-signature-256": sign(body, SECRET)}

        def delivered() -> bool:
            if self.is_dead:
                self.start()
            try:
                url = f"http://127.0.0.1:{self.port}/webhooks/whatsapp"
                return httpx2.post(url, content=body, headers=headers, timeout=5).status_code == 200
            except httpx2.TransportError:
                return False

        eventually(delivered, "the webhook is taken")
