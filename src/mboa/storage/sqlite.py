"""SQLite: one writer thread that commits many transactions with one flush, and a few readers beside it.

Each function of a batch runs inside its own savepoint: it fails alone. One flush to disk for the whole batch is what
makes a durable commit cheap (``synchronous=FULL`` costs 3 % this way, and one row per commit would be 23 times slower).
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Concatenate, Literal, ParamSpec, TypeVar

from mboa.keyring import Keyring
from mboa.storage import seal
from mboa.storage.sqlite_connection import Columns, SqliteConnection
from mboa.storage.sqlite_file import connect, hold, is_away, warn_if_remote
from mboa.storage.sqlite_writer import Job, Writer
from mboa.storage.store import Connection, Loop, StoreAway, StoreBusy, WrongKeys

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


def wall_clock() -> datetime:
    """This machine's time: on SQLite the database has no other."""
    return datetime.now(UTC)


def _nothing(connection: Connection) -> None:
    connection.one("SELECT 1")


class SqliteStore:
    """One SQLite file, written by this process alone.

    ``clock`` gives the time of each transaction (the wall clock by default), ``readers`` is the number of reading
    threads, ``keys`` open what is sealed. A ``read_only`` store takes no lock: it reads beside the process that
    writes, and refuses to write.
    """

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime] | None = None,
        readers: int = 2,
        *,
        read_only: bool = False,
        keys: Keyring | None = None,
    ) -> None:
        self.description = f"SQLite file {path}" + (" (read only)" if read_only else "")
        self._path = path
        self._clock = clock or wall_clock
        self._read_only = read_only
        self._keys = keys
        self._columns: dict[str, Columns] = {}
        self._listeners: list[Callable[[Loop], None]] = []
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-reader")
        self._own = threading.local()
        self._reading: list[sqlite3.Connection] = []
        self._lock: IO[bytes] | None = None
        self._writer: Writer | None = None
        self._is_open = False

    async def open(self) -> None:
        """Take the file and start the threads; raises :class:`StoreBusy`, :class:`StoreAway` or :class:`WrongKeys`."""
        self._loop = asyncio.get_running_loop()
        warn_if_remote(self._path)
        if self._read_only:
            self._is_open = True
            await self.read(seal.check if self._keys else _nothing)
            return
        try:
            self._lock = hold(self._path)
        except OSError as error:
            raise StoreAway(f"{self._path} cannot be opened: {error}") from error
        self._is_open = True
        self._writer = Writer(self._path, self._begin, self._deliver)
        try:
            await self.write(seal.fit if self._keys else _nothing)
        except (StoreAway, WrongKeys):
            await self.close()
            raise

    def hurry(self) -> None:
        """Nothing: a disk that is silent holds a process whatever it does."""

    async def close(self) -> None:
        """Finish the writes already handed in, fold the WAL into the file and let the file go."""
        self._is_open = False
        await asyncio.to_thread(self._readers.shutdown, wait=True)
        while self._reading:
            self._reading.pop().close()
        if self._writer is not None:
            writer, self._writer = self._writer, None
            await asyncio.to_thread(writer.stop)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def write(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in one transaction; see :meth:`mboa.storage.store.Store.write`.

        A cancelled caller changes nothing: what was handed in is carried out. After :class:`StoreAway` it is unknown
        whether the transaction is on the disk, as with every database whose commit was not confirmed.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._own_writer().put(Job(fn, args, kwargs, future))
        return await future

    async def write_first(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As :meth:`write`, ahead of all that waits."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._own_writer().put_first(Job(fn, args, kwargs, future))
        return await future

    def _own_writer(self) -> Writer:
        if self._writer is not None:
            return self._writer
        if self._read_only:
            raise StoreBusy(f"{self._path} was opened for reading only: another process may be writing it.")
        raise StoreAway(f"{self._path} is not open")

    async def read(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` on one consistent snapshot, beside the writer."""
        if not self._is_open:
            raise StoreAway(f"{self._path} is not open")
        return await self._loop.run_in_executor(self._readers, lambda: self._snapshot(fn, *args, **kwargs))

    def on_wake(self, listener: Callable[[Loop], None]) -> None:
        """Call ``listener`` in the event loop after each commit that woke a loop."""
        self._listeners.append(listener)

    def _begin(self, db: sqlite3.Connection) -> SqliteConnection:
        return SqliteConnection(db, self._columns, self._clock(), self._keys)

    def _deliver(self, batch: list[Job]) -> None:
        """Hand a batch's outcomes to the event loop, in one call for all of them."""
        try:
            self._loop.call_soon_threadsafe(self._resolve, batch)
        except RuntimeError:
            log.info("nobody_waits", extra={"writes": len(batch)})  # the event loop was closed before the store

    def _resolve(self, batch: list[Job]) -> None:
        woken: set[Loop] = set()
        for job in batch:
            job.resolve()
            woken |= job.woken
        for loop in woken:
            for listener in self._listeners:
                self._loop.call_soon(listener, loop)

    def _snapshot(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        db = None
        try:
            db = self._reader()
            db.execute("BEGIN")
            return fn(self._begin(db), *args, **kwargs)
        except sqlite3.Error as error:
            if is_away(error):
                raise StoreAway(f"{self._path} cannot be read: {error}") from error
            raise
        except StopIteration as error:  # a future cannot carry it
            raise RuntimeError("a transaction function raised StopIteration") from error
        finally:
            if db is not None and db.in_transaction:
                db.execute("ROLLBACK")

    def _reader(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._own, "db", None)
        if db is None:
            self._own.db = db = connect(self._path)
            self._reading.append(db)
        return db
