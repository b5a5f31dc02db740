"""One process from start to end: open, serve, stop on SIGTERM or Ctrl-C, let go."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

import uvicorn

from mboa.operations.connections import options, room_for_files
from mboa.operations.ledger import Ledger
from mboa.wiring import Mboa

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Objects made and not yet freed before the collector looks for rings among them; Python's own 700 is a tenth of a
# message.
GC_THRESHOLD = 50_000
# SIGTERM to exit within ten seconds: connections have so much of it, and beside them the loops up to eight.
GRACEFUL_SECONDS = 3


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on uvloop, where there is one: it halves what waiting on sockets costs."""
    with asyncio.Runner(loop_factory=_uvloop()) as runner:
        return runner.run(main)


def _uvloop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def serve(mboa: Mboa) -> None:
    """Web, workers or both, as the system's roles say; raises ``OSError`` when the port cannot be had."""
    door = _door(mboa.settings.host, mboa.settings.port) if "web" in mboa.roles else None
    try:
        await _serve(mboa, door)
    finally:
        if door is not None:
            door.close()


async def _serve(mboa: Mboa, door: socket.socket | None) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        # Being told to stop is no failure: uvicorn raises the signal again once it has stopped, and that must end in 0.
        signal.signal(name, _nothing)
    room_for_files()
    await mboa.start()
    ledger = Ledger(mboa.office.store)
    counting = asyncio.create_task(ledger.run(), name="ledger")
    # What is there now stays: the collector need not look at it again and again; what comes is mostly freed at once.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    try:
        if door is not None:
            await _web_server(mboa).serve([door])
        else:
            await _until_told_to_stop()
    finally:
        counting.cancel()
        if "worker" in mboa.roles:
            await mboa.crew.stop()  # its last sends are counted, too
        await ledger.try_to_bring()
        await mboa.stop()


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """Take note of a signal, and no more."""


def _door(host: str, port: int) -> socket.socket:
    """The socket that listens, before anything else is opened; raises ``OSError`` in words for a person."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        door = socket.create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]
        words = f"port {port} of {host} cannot be used (MBOA_PORT, MBOA_HOST): {why}"
        raise OSError(error.errno, words) from error
    logger.info("listening", extra={"host": host, "port": door.getsockname()[1]})
    return door


class _Server(uvicorn.Server):
    """uvicorn, that lets ``beside`` end while its connections do."""

    beside: Callable[[], Awaitable[None]] | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting and finish what was begun."""
        await asyncio.gather(super().shutdown(sockets), *([self.beside()] if self.beside else ()))


def _web_server(mboa: Mboa) -> uvicorn.Server:
    config = uvicorn.Config(
        mboa.app,
        host=mboa.settings.host,
        port=mboa.settings.port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        **options(),
    )
    server = _Server(config)
    server.beside = mboa.crew.stop if "worker" in mboa.roles else None
    return server


async def _until_told_to_stop() -> None:
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    await told.wait()
