"""The one thread that writes: take what waits (at most 64), run each in its savepoint, commit once, answer all.

It also does every checkpoint, so that no second connection ever moves the WAL. Errors of the disk fail the batch they
strike with :class:`StoreAway`; the thread opens the file anew and lives on.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Protocol

from mboa.storage.sqlite_file import BUSY_SECONDS, connect, is_away
from mboa.storage.store import Connection, Loop, StoreAway

log = logging.getLogger(__name__)

_BATCH = 64
_SLOW_SECONDS = 0.050
_IDLE_SECONDS = 1.0
_WAL_BYTES = 8_000_000
_WAL_BYTES_AT_MOST = 8 * _WAL_BYTES


class Begun(Connection, Protocol):
    """A connection that remembers which loops its function wants woken."""

    woken: set[Loop]


class Job:
    """One transaction function on its way through the writer, and later its outcome."""

    __slots__ = ("args", "error", "fn", "future", "kwargs", "result", "woken")

    def __init__(
        self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], future: asyncio.Future[Any]
    ) -> None:
        self.fn = fn
        self.args = args
        self.kwargs = kwargs
        self.future = future
        self.result: Any = None
        self.error: BaseException | None = None
        self.woken: set[Loop] = set()

    def perform(self, db: sqlite3.Connection, begin: Callable[[sqlite3.Connection], Begun]) -> None:
        """Run the function; whatever it raises is kept for its caller, except what the disk has to say."""
        started = perf_counter()
        with self:
            connection = begin(db)
            self.result = self.fn(connection, *self.args, **self.kwargs)
            self.woken = connection.woken
        seconds = perf_counter() - started
        if seconds > _SLOW_SECONDS:
            name = getattr(self.fn, "__qualname__", repr(self.fn))
            log.warning("slow_transaction", extra={"function": name, "seconds": round(seconds, 3)})
        if self.error is not None and is_away(self.error, writing=True):
            raise self.error
        if not db.in_transaction:
            raise sqlite3.OperationalError("the transaction ended before its commit")

    def __enter__(self) -> None:
        """The function begins."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        """The function has ended, well or not: its error belongs to its caller and to nobody else."""
        self.error = error
        return True

    def lose(self, cause: BaseException) -> None:
        """The batch could not be committed; a function that had failed by itself keeps its own error."""
        if self.error is None or is_away(self.error, writing=True):
            self.error = StoreAway(f"the database cannot be written: {cause}")
            self.error.__cause__ = cause
        self.woken = set()

    def resolve(self) -> None:
        """Tell the caller (in the event loop), if it still waits."""
        error, self.error = self.error, None
        if self.future.done():
            return
        if error is None:
            self.future.set_result(self.result)
        elif isinstance(error, StopIteration):  # a future cannot carry it
            self.future.set_exception(RuntimeError("a transaction function raised StopIteration"))
        else:
            self.future.set_exception(error)


class Knock(Enum):
    """What stands in the queue for a job that goes before it."""

    FIRST = "first"


_KNOCK = Knock.FIRST


class Writer:
    """The thread. ``begin`` dresses the connection for one function, ``deliver`` takes each finished batch."""

    def __init__(
        self,
        path: Path,
        begin: Callable[[sqlite3.Connection], Begun],
        deliver: Callable[[list[Job]], None],
    ) -> None:
        self._path = path
        self._wal = path.with_name(path.name + "-wal")
        self._begin = begin
        self._deliver = deliver
        self._queue: queue.SimpleQueue[Job | Knock | None] = queue.SimpleQueue()
        self._first: deque[Job] = deque()
        self._db: sqlite3.Connection | None = None
        self._stopping = False
        self._unfolded = False
        self._fold_above = _WAL_BYTES
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Hand in a job; it is carried out in turn."""
        self._queue.put(job)

    def put_first(self, job: Job) -> None:
        """Hand in a job that is carried out before those that wait."""
        self._first.append(job)
        self._queue.put(_KNOCK)

    def stop(self) -> None:
        """Carry out what was handed in, then end."""
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while not self._stopping:
            batch = self._gather()
            if batch:
                self._attempt(batch)
                self._deliver(batch)
            self._fold(idle=not batch)
        self._let_go()

    def _gather(self) -> list[Job]:
        """Wait for work, then take all that is there. Empty: idle long enough to fold the WAL, or the end."""
        batch: list[Job] = []
        try:
            job = self._queue.get(timeout=_IDLE_SECONDS if self._unfolded else None)
            while job is not None:
                while self._first:
                    batch.append(self._first.popleft())
                if isinstance(job, Job):
                    batch.append(job)
                if len(batch) >= _BATCH or self._queue.empty():
                    return batch
                job = self._queue.get_nowait()
            self._stopping = True
            batch.extend(self._first)
        except queue.Empty:
            pass
        return batch

    def _attempt(self, batch: list[Job]) -> None:
        try:
            if self._db is None:
                self._db = connect(self._path, write=True)
            self._commit(self._db, batch)
            self._unfolded = True
        except sqlite3.Error as error:
            log.error("database_away", extra={"path": str(self._path), "cause": str(error), "writes": len(batch)})
            for job in batch:
                job.lose(error)
            self._let_go()

    def _commit(self, db: sqlite3.Connection, batch: list[Job]) -> None:
        db.execute("BEGIN IMMEDIATE")
        if len(batch) == 1:
            batch[0].perform(db, self._begin)
            db.execute("COMMIT" if batch[0].error is None else "ROLLBACK")
            return
        for job in batch:
            db.execute("SAVEPOINT one")
            job.perform(db, self._begin)
            if job.error is not None:
                db.execute("ROLLBACK TO one")
            db.execute("RELEASE one")
        db.execute("COMMIT")

    def _let_go(self) -> None:
        """Close the connection, which also rolls back; the next batch opens the file anew."""
        db, self._db = self._db, None
        if db is not None:
            try:
                db.close()
            except sqlite3.Error as error:
                log.warning("database_close_failed", extra={"path": str(self._path), "cause": str(error)})

    def _fold(self, *, idle: bool) -> None:
        """Checkpoint: the whole WAL when idle, what can be done without waiting when it has grown.

        The file is reused at its size, because overwriting is twice as fast to flush as growing; hence "above what it
        was when last folded". Readers never wait for a checkpoint nor it for them: the busy timeout is nought.
        """
        if self._db is None:
            return
        size = self._wal_bytes()
        if size <= self._fold_above and not idle:
            return
        mode = "TRUNCATE" if idle or size > _WAL_BYTES_AT_MOST else "PASSIVE"
        try:
            self._db.execute("PRAGMA busy_timeout=0")
            busy, frames, folded = self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            self._db.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        except sqlite3.Error as error:
            log.warning("checkpoint_failed", extra={"path": str(self._path), "cause": str(error)})
            self._fold_above = size + _WAL_BYTES
            self._let_go()
            return
        self._unfolded = not idle or bool(busy)
        whole = not busy and frames == folded
        self._fold_above = max(_WAL_BYTES, size) if whole else size + _WAL_BYTES

    def _wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except OSError:
            return 0
