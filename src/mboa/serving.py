"""One process from start to end: open, serve, stop on SIGTERM or Ctrl-C, let go."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

import uvicorn

from mboa.wiring import Mboa

T = TypeVar("T")

# Objects made and not yet freed before the collector looks for rings among them; Python's own 700 is a tenth of a
# message.
GC_THRESHOLD = 50_000
# SIGTERM to exit within ten seconds: connections get a part of it, the loops the rest.
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
    """Web, workers or both, as the system's roles say."""
    for name in (signal.SIGTERM, signal.SIGINT):
        # Being told to stop is no failure: uvicorn raises the signal again once it has stopped, and that must end in 0.
        signal.signal(name, _nothing)
    await mboa.start()
    # What is there now stays: the collector need not look at it again and again; what comes is mostly freed at once.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    try:
        if "web" in mboa.roles:
            await _web_server(mboa).serve()
        else:
            await _until_told_to_stop()
    finally:
        await mboa.stop()


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """Take note of a signal, and no more."""


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
    )
    return uvicorn.Server(config)


async def _until_told_to_stop() -> None:
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    await told.wait()
