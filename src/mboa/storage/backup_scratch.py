"""Folders to work in: whole files leave them by a rename; what a killed process left is cleared away by the next."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from mboa.storage.sqlite_file import hold, lock_path
from mboa.storage.store import StoreBusy

PREFIX = ".mboa-scratch-"
_IN_USE = "in-use"
# A folder is without its lock for a moment after it was made.
_NEW_SECONDS = 60.0


class Stopped(Exception):
    """Told to stop half-way; nothing of it stays."""


class Watch:
    """How long work is followed and ended: ``told`` is shown how far it is, ``stop`` ends it at its next step."""

    def __init__(self) -> None:
        self._stopping = Event()
        self._programs: list[Callable[[], None]] = []

    def stop(self) -> None:
        """End the work soon; may be called from any thread."""
        self._stopping.set()
        for kill in self._programs:
            kill()

    def kills(self, program: Callable[[], None]) -> None:
        """A program that the work waits for is killed when it is to end."""
        self._programs.append(program)

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stopping.is_set()

    def told(self, what: str, share: float) -> None:
        """``what`` is done to this share, 0 to 1; raises :class:`Stopped`."""
        if self._stopping.is_set():
            raise Stopped(what)
        self.show(what, share)

    def show(self, what: str, share: float) -> None:
        """For whoever looks on."""


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """A folder of our own in ``parent``, for our eyes only and gone afterwards; raises ``OSError``."""
    parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        with hold(folder / _IN_USE):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(parent: Path) -> None:
    """Remove the folders of processes that are no more."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            if not lock_path(folder / _IN_USE).exists() and time.time() - folder.stat().st_mtime < _NEW_SECONDS:
                continue
            with hold(folder / _IN_USE):
                shutil.rmtree(folder, ignore_errors=True)
        except (StoreBusy, OSError):
            continue  # somebody works in it, or has just cleared it away himself


def settle(made: Path, name: Path) -> None:
    """Give a finished file its name: it is on the disk before, and so is the name after. Raises ``OSError``."""
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    made.replace(name)
    folder = os.open(name.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
