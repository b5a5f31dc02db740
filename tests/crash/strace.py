"""strace beside a running process: kill it at its k-th write, or write down what it asks of the kernel.

The count begins when strace has taken hold, so that k counts the writes of a journey and none of the start. It is
kept per thread: the process dies when the first of its threads comes to its k-th call.
"""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.processes import eventually


@cache
def absence() -> str | None:
    """Why strace cannot be used here, ``None`` when it can."""
    program = shutil.which("strace")
    if program is None:
        return "strace is not installed (Debian: apt-get install strace)"
    tried = subprocess.run([program, "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()[-200:]}"


def require() -> None:
    """Skip a test that needs strace, and say loudly what is thereby not proven."""
    if (reason := absence()) is not None:
        pytest.skip(f"NOT PROVEN HERE, THE PROCESS WAS KILLED AT NO WRITE POINT: {reason}")


@contextmanager
def killing(pid: int, calls: str, k: int) -> Iterator[None]:
    """SIGKILL ``pid`` in place of its ``k``-th system call among ``calls`` (``fdatasync,write``)."""
    inject = ("-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={k}")
    # Told politely to go while its process is dying, strace waits for the dead for ever; killed, it lets go at once.
    with _attached(pid, signal.SIGKILL, "-o", "/dev/null", *inject):
        yield


@contextmanager
def recording(pid: int, calls: str, log: Path) -> Iterator[None]:
    """Write every system call of ``pid`` among ``calls`` to ``log``, in the order in which they happen."""
    with _attached(pid, signal.SIGTERM, "-o", str(log), "-s", "160", "-e", f"trace={calls}", "-e", "signal=none"):
        yield


@contextmanager
def _attached(pid: int, farewell: signal.Signals, *options: str) -> Iterator[None]:
    tracer = subprocess.Popen(["strace", "-f", "-q", *options, "-p", str(pid)], stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _is_traced(pid), "strace takes hold")
        yield
    finally:
        tracer.send_signal(farewell)
        tracer.wait(10)


def _is_traced(pid: int) -> bool:
    """Whether every thread of the process has a tracer, or there is no such process any more."""
    try:
        states = [(task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return not Path(f"/proc/{pid}").exists()
    return not any("TracerPid:\t0\n" in state for state in states)
