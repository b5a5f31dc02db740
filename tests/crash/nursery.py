"""Real processes that start in a fraction of the time: forked from one that has imported everything already.

What runs is the command line itself (``mboa serve``), under the same environment; only reading the modules from the
disk, which is most of a start, was done once for all of them.
"""

import multiprocessing
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess

from tests.processes import Process, Running

_COVERAGE = "COVERAGE_PROCESS_CONFIG"
_PRELOADED = [
    "mboa.cli",
    "mboa.wiring",
    "mboa.serving",
    "mboa.storage.postgres_session",
    "anyio._backends._asyncio",
    "httpcore2",
    "h11",
    "pydantic.v1",
    "starlette_compress._zstd_legacy",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "tests.crash.nursery",
    "tests.crash.warm",
]


def _run(role: str, env: dict[str, str]) -> None:
    from mboa.cli import main

    os.environ.clear()
    os.environ.update(env)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    main([role], prog_name="mboa")


@contextmanager
def _unwatched() -> Iterator[None]:
    """The server of forks is started without coverage: its children are to be as fast as in earnest."""
    config = os.environ.pop(_COVERAGE, None)
    try:
        yield
    finally:
        if config is not None:
            os.environ[_COVERAGE] = config


class Forked:
    """A child of the nursery that behaves as a :class:`subprocess.Popen` does."""

    def __init__(self, role: str, env: dict[str, str]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        self._child: ForkServerProcess = context.Process(target=_run, args=(role, env))
        self._one_at_a_time = threading.Lock()
        with _unwatched():
            self._child.start()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._child.pid is not None
        return self._child.pid

    def poll(self) -> int | None:
        """Its exit code, once it has one."""
        with self._one_at_a_time:
            return self._child.exitcode

    def wait(self, timeout: float) -> int:
        """Its exit code; raises ``TimeoutExpired``."""
        self._child.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("mboa", timeout)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)


class Quick(Process):
    """A :class:`Process` that the nursery starts."""

    def _launch(self) -> Running:
        return Forked(self.role, self._env)
