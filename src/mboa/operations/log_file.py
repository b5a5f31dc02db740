"""One log file for several processes: whole lines only, turned over by size, the old ones packed and counted.

Every batch of lines is one write under a lock between processes. Whoever finds the file full renames it and begins a
new one; the others see that the name leads to another file now, and go on there. What cannot be written raises
``OSError``, and leaves no half line behind.
"""

import fcntl
import gzip
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

# A process that was stopped in the middle of a write: its neighbours lose lines meanwhile, and count them.
LOCK_SECONDS = 2.0
LOOK_SECONDS = 0.01
# No words of people are in it, but what happened when is nobody's business either.
MODE = 0o640


class LogFile:
    """The file at ``path``, of about ``max_bytes`` at most (a batch is never split); ``keep`` packed ones beside it.

    Packed files are named ``<name>.<time in UTC>.gz``. Nothing is opened before the first line.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.keep = keep
        self._file = -1
        self._packing: Thread | None = None

    def write(self, text: str) -> None:
        """Append whole lines; raises ``OSError`` when the folder, the disk or the lock cannot be had."""
        lines = text.encode("utf-8", "replace")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with locked(self._beside("lock")):
            if self._size() + len(lines) > self.max_bytes and self._size():
                self._turn_over()
            self._append(lines)

    def flush(self) -> None:
        """Every write is handed to the system at once."""

    def close(self) -> None:
        """Let go of the file and wait a moment for the packing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._packing is not None:
            self._packing.join(LOCK_SECONDS)

    def _append(self, lines: bytes) -> None:
        before = self._size()
        written = os.write(self._file, lines)
        if written != len(lines):
            os.ftruncate(self._file, before)  # the disk filled up within a line; nobody else writes now
            raise OSError(f"{written} of {len(lines)} bytes fitted")

    def _size(self) -> int:
        """Bytes in the file that bears the name now, which is opened when it is another than before."""
        if self._file >= 0:
            mine = os.fstat(self._file)
            try:
                named = os.stat(self.path)
            except FileNotFoundError:
                named = None
            if named is not None and (named.st_ino, named.st_dev) == (mine.st_ino, mine.st_dev):
                return mine.st_size
            os.close(self._file)
            self._file = -1
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
        return os.fstat(self._file).st_size

    def _turn_over(self) -> None:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        os.rename(self.path, self._beside(moment))
        if self._packing is None or not self._packing.is_alive():
            self._packing = Thread(target=pack, args=(self.path, self.keep), name="log-packing", daemon=True)
            self._packing.start()

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{ending}")


def pack(path: Path, keep: int) -> None:
    """Pack what was turned over, also what a dead process left, and remove all but the newest ``keep``."""
    try:
        with locked(path.with_name(f"{path.name}.packing"), seconds=0):
            for part in path.parent.glob(f"{path.name}.*.part"):
                part.unlink()  # begun by a process that died
            for full in _turned_over(path, packed=False):
                _pack_one(full)
            for old in _turned_over(path, packed=True)[::-1][keep:]:
                old.unlink()
    except OSError:
        return  # another packs, or there is no room: the next turn tries again


def _pack_one(full: Path) -> None:
    part, packed = Path(f"{full}.part"), Path(f"{full}.gz")
    with full.open("rb") as source, gzip.open(part, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target)
    part.chmod(MODE)
    part.rename(packed)
    full.unlink()


def _turned_over(path: Path, *, packed: bool) -> list[Path]:
    """Oldest first."""
    ending = r"\.gz" if packed else ""
    named = re.compile(re.escape(path.name) + r"\.\d{8}T\d{6}\.\d{6}" + ending)
    return sorted(one for one in path.parent.iterdir() if named.fullmatch(one.name))


@contextmanager
def locked(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Be the only process here; raises ``BlockingIOError`` (an ``OSError``) when it takes longer than ``seconds``."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
    try:
        until = time.monotonic() + seconds
        while not _taken(lock):
            if time.monotonic() >= until:
                raise BlockingIOError(f"{path} is held by another process")
            time.sleep(LOOK_SECONDS)
        yield
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
