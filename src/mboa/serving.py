"""One process from start to end: open, serve, stop on SIGTERM or Ctrl-C, let go."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

import uvicorn

from mboa.operations.closing import welcome_nobody_new
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
    told = _ears()
    room_for_files()
    ledger = Ledger(mboa.office.store)
    counting = asyncio.create_task(ledger.run(), name="ledger")
    try:
        if await _has_started(mboa, told):
            _settle_down()
            await _until_told_to_stop(mboa, door, told)
    finally:
        counting.cancel()
        await _end_the_work(mboa)  # its last sends are counted, too
        await ledger.try_to_bring()
        await mboa.stop()


async def _end_the_work(mboa: Mboa) -> None:
    mboa.office.store.hurry()
    if "worker" in mboa.roles:
        await mboa.crew.stop()


def _ears() -> asyncio.Event:
    """Set when the process is told to stop, from now on and whatever it is doing."""
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Being told to stop is no failure: uvicorn raises the signal again once it has stopped, and that must end in 0.
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    return told


async def _has_started(mboa: Mboa, told: asyncio.Event) -> bool:
    """Start; False when the process was told to stop before that was done."""
    starting = asyncio.create_task(mboa.start(), name="start")
    hearing = asyncio.create_task(told.wait(), name="told to stop")
    await asyncio.wait({starting, hearing}, return_when=asyncio.FIRST_COMPLETED)
    hearing.cancel()
    if told.is_set():
        mboa.office.store.hurry()
        starting.cancel()
    try:
        await starting
    except asyncio.CancelledError:
        return False
    return not told.is_set()


def _settle_down() -> None:
    """What is there now stays, and the collector need not look at it again; what comes is mostly freed at once."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


async def _until_told_to_stop(mboa: Mboa, door: socket.socket | None, told: asyncio.Event) -> None:
    if door is None:
        await told.wait()
        return
    server = _web_server(mboa)
    stopping = asyncio.create_task(_pass_on(told, server), name="stopping")
    await server.serve([door])
    stopping.cancel()


async def _pass_on(told: asyncio.Event, server: uvicorn.Server) -> None:
    await told.wait()
    server.should_exit = True


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
        await asyncio.gather(self._close(sockets or []), *([self.beside()] if self.beside else ()))

    async def _close(self, doors: list[socket.socket]) -> None:
        await welcome_nobody_new(doors)
        await super().shutdown(doors)


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
    server.beside = partial(_end_the_work, mboa)
    return server
