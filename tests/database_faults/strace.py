"""System calls of a running process are made to fail, by ``strace`` attached to it (Linux)."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.processes import eventually

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None,
    reason="NO strace HERE: nothing makes the disk fail, the disk's faults are NOT tested",
)


class Failing:
    """While it is entered, ``call`` fails in process ``pid``: ``how`` is ``error=EIO`` or the like, or
    ``delay_enter=`` and microseconds.

    ``when`` says which of each thread's calls, as strace counts them: ``3`` the third, ``3+`` from the third on.
    """

    def __init__(self, pid: int, call: str, how: str, when: str = "1+") -> None:
        self._pid = pid
        rule = f"inject={call}:{how}:when={when}"
        self._command = ["strace", "-f", "-qq", "-e", f"trace={call}", "-e", rule, "-p", str(pid)]
        self._strace: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Failing":
        self._record = tempfile.NamedTemporaryFile(prefix="mboa-strace-")
        self._strace = subprocess.Popen([*self._command, "-o", self._record.name], stderr=subprocess.DEVNULL)
        try:
            eventually(self._holds_every_thread, "strace holds every thread")
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._strace is not None
        self._strace.terminate()  # it lets the process go on unharmed
        self._strace.wait(10)
        self._record.close()

    def struck(self) -> bool:
        """Whether a call was made to fail yet."""
        return b"(INJECTED)" in Path(self._record.name).read_bytes()

    def _holds_every_thread(self) -> bool:
        return all("TracerPid:\t0\n" not in status for status in self._statuses())

    def _statuses(self) -> list[str]:
        found = []
        for task in Path(f"/proc/{self._pid}/task").iterdir():
            with contextlib.suppress(OSError):  # a thread that ended meanwhile
                found.append((task / "status").read_text())
        return found
