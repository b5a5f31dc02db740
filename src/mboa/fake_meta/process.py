"""``mboa fake-meta``: the double as a process of its own, between a bot and the people it talks to."""

import asyncio
import signal
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mboa.fake_meta.clock import MovableClock
from mboa.fake_meta.courier import Courier
from mboa.fake_meta.double import MetaDouble
from mboa.fake_meta.faults import PROFILES
from mboa.fake_meta.graph import asgi
from mboa.fake_meta.receiver import Receiver
from mboa.fake_meta.wire import HANG_UP

GRACEFUL_SECONDS = 2
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where it listens, how it behaves, and where its webhooks go (no URL: they wait for one)."""

    host: str = "127.0.0.1"
    port: int = 9000
    profile: str = "calm"
    seed: int = 0
    keep: int = 100_000
    webhook: str = ""
    app_secret: str = ""
    verify_token: str = ""


class RudeProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, whose requests may end their connection before they are answered."""

    def on_message_begin(self) -> None:
        """Offer the extension to every request."""
        super().on_message_begin()
        self.scope["extensions"] = {HANG_UP: self._hang_up}  # type: ignore[dict-item]

    def _hang_up(self, reset: bool) -> None:
        if reset:
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.transport.abort()
        else:
            self.transport.close()


def run(options: Options, say: Callable[[str], None]) -> None:
    """Listen until a signal comes; ``say`` prints a line for people. Raises ``OSError`` when the port is taken."""
    with asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory()) as runner:
        runner.run(_listen(options, say))


async def _listen(options: Options, say: Callable[[str], None]) -> None:
    double = MetaDouble(MovableClock(), PROFILES[options.profile], seed=options.seed)
    double.log = deque(maxlen=options.keep)
    courier = Courier(double)
    listening = socket.create_server((options.host, options.port), backlog=2_048)
    config = uvicorn.Config(
        asgi(double, courier),
        http=RudeProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again once it has stopped: being told to stop is no failure.
        signal.signal(name, lambda _signal, _frame: None)
    delivering = asyncio.create_task(courier.run())
    host, port = listening.getsockname()[:2]
    say(f"The double of Meta listens on http://{host}:{port} with the profile {options.profile}.")
    try:
        await asyncio.gather(uvicorn.Server(config).serve(sockets=[listening]), _subscribe(options, courier, say))
    finally:
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)


async def _subscribe(options: Options, courier: Courier, say: Callable[[str], None]) -> None:
    if not options.webhook:
        return
    receiver = Receiver(options.webhook, options.app_secret)
    courier.deliver_to(receiver)
    if options.verify_token:
        echoed = await receiver.handshake(options.verify_token)
        say(f"{options.webhook} {'echoed' if echoed else 'did NOT echo'} the challenge of the handshake.")
