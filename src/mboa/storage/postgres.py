"""PostgreSQL: many processes on one database. Transaction functions run in threads, one connection each.

A transaction may be run again (deadlock, serialization failure, a connection lost before COMMIT was sent), so its
function must have no effect outside its connection.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure

from mboa.keyring import Keyring
from mboa.storage import seal
from mboa.storage.inserts import insert_of
from mboa.storage.opening import Opening
from mboa.storage.postgres_bell import Bell
from mboa.storage.postgres_end import End
from mboa.storage.postgres_session import READ, WRITE, ConnectionLost, Server, Session
from mboa.storage.sealing import needed
from mboa.storage.sql import bind_psycopg, for_psycopg
from mboa.storage.store import Connection, Loop, Row, StoreAway, WrongKeys
from mboa.storage.value_lists import pieces

P = ParamSpec("P")
T = TypeVar("T")

_TRIES = 5
_BACK_OFF_SECONDS = 0.005
# Fewer rows than these are sent one by one, together.
_IN_ONE_STATEMENT = 4
# Connections beside the pool's, for webhooks alone.
_FOR_THE_DOOR = 4


class PostgresConnection:
    """What one transaction function sees; see :class:`mboa.storage.store.Connection`."""

    __slots__ = ("_cursor", "_opening", "now", "woken")

    def __init__(self, cursor: psycopg.Cursor[Row], now: datetime, opening: Opening | None = None) -> None:
        self._cursor = cursor
        self._opening = opening or Opening(None)
        self.now = now
        self.woken: set[Loop] = set()

    @property
    def keys(self) -> Keyring:
        """What seals and opens; raises ``RuntimeError`` where the store was opened without."""
        return needed(self._opening.keys)

    def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Every row of a statement."""
        cursor = self._cursor.execute(for_psycopg(sql), bind_psycopg(parameters))
        return [] if cursor.rownumber is None else self._opening.of(sql, cursor.fetchall())

    def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """The first row, or ``None``."""
        cursor = self._cursor.execute(for_psycopg(sql), bind_psycopg(parameters))
        row = None if cursor.rownumber is None else cursor.fetchone()
        return None if row is None else self._opening.of(sql, [row])[0]

    def run(self, sql: str, /, **parameters: Any) -> int:
        """Run a statement and return how many rows it changed (or, if it returns rows, how many those are)."""
        return self._cursor.execute(for_psycopg(sql), bind_psycopg(parameters)).rowcount

    def many(self, sql: str, /, rows: Iterable[Row]) -> int:
        """Run one statement for many rows, in one round trip; how many rows it changed."""
        given = [bind_psycopg(row) for row in rows]
        insert = insert_of(sql, "%s")
        if insert is None or len(given) < _IN_ONE_STATEMENT:
            self._cursor.executemany(for_psycopg(sql), given)
            return self._cursor.rowcount
        db = self._cursor.connection
        with db.pipeline():
            done = [db.execute(insert.text(len(some)), insert.flat(some)) for some in pieces(given)]
        return sum(cursor.rowcount for cursor in done)

    def wake(self, loop: Loop) -> None:
        """Wake a worker loop after the commit."""
        self.woken.add(loop)


class _Transaction:
    """BEGIN on entry, COMMIT or ROLLBACK on exit."""

    def __init__(self, session: Session, kind: bytes, opening: Opening) -> None:
        self._session = session
        self._kind = kind
        self._opening = opening

    def __enter__(self) -> PostgresConnection:
        return PostgresConnection(*self._session.begin(self._kind), self._opening)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            self._session.roll_back(error)
            return
        try:
            self._session.commit()
        except psycopg.Error as refused:
            self._session.roll_back(refused)
            raise


class PostgresStore:
    """One PostgreSQL database. ``clock`` replaces the server's clock in tests; ``pool_size`` is the number of threads
    and of connections, one for each, opened when first needed; ``keys`` open what is sealed."""

    dialect: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] | None = None,
        pool_size: int = 16,
        *,
        keys: Keyring | None = None,
    ) -> None:
        self._server = Server(url)
        self.description = self._server.description
        self._clock = clock
        self._opening = Opening(keys)
        self._threads = ThreadPoolExecutor(pool_size, thread_name_prefix="postgres")
        self._first = ThreadPoolExecutor(_FOR_THE_DOOR, thread_name_prefix="postgres-first")
        self._own = threading.local()
        self._sessions: list[Session] = []
        self._end = End(self._server, self._sessions)
        self._listeners: list[Callable[[Loop], None]] = []
        self._bell: Bell | None = None
        self._is_open = False

    async def open(self) -> None:
        """Connect; raises :class:`StoreAway` within about 2 s, and :class:`WrongKeys`."""
        self._loop = asyncio.get_running_loop()
        self._is_open = True
        if self._opening.keys is None:
            await self.read(_nothing)
        else:
            await self._fit()
        self._bell = Bell(self._server, self._wake)

    async def _fit(self) -> None:
        try:
            await self.write(seal.fit)
        except WrongKeys:
            await self.close()
            raise

    def hurry(self) -> None:
        """The process ends; see :meth:`mboa.storage.store.Store.hurry`."""
        self._end.begin()

    async def close(self) -> None:
        """Finish what was handed in, unless the server is silent, and let every connection go."""
        self._is_open = False
        self._end.begin()
        for threads in (self._first, self._threads):
            await asyncio.to_thread(threads.shutdown, wait=True)
        self._end.is_over()
        while self._sessions:
            self._sessions.pop().close()
        if self._bell is not None:
            bell, self._bell = self._bell, None
            await asyncio.to_thread(bell.stop)

    async def write(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in one READ COMMITTED transaction; see :meth:`mboa.storage.store.Store.write`."""
        return await self._in_thread(self._threads, lambda: self._run(WRITE, fn, *args, **kwargs))

    async def write_first(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As :meth:`write`, on threads of their own: nothing else can keep them busy."""
        return await self._in_thread(self._first, lambda: self._run(WRITE, fn, *args, **kwargs))

    async def read(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` on one consistent snapshot (REPEATABLE READ, READ ONLY)."""
        return await self._in_thread(self._threads, lambda: self._run(READ, fn, *args, **kwargs))

    def on_wake(self, listener: Callable[[Loop], None]) -> None:
        """Call ``listener`` in the event loop after each commit, of any process, that woke a loop."""
        self._listeners.append(listener)

    async def _in_thread(self, threads: ThreadPoolExecutor, run: Callable[[], T]) -> T:
        if not self._is_open:
            raise StoreAway(f"{self.description} is not open")
        return await self._loop.run_in_executor(threads, run)

    def _run(self, kind: bytes, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """One transaction, tried again where nothing of it can have been committed."""
        lost = 0
        for attempt in range(_TRIES):
            try:
                return self._attempt(kind, fn, *args, **kwargs)
            except ConnectionLost as error:
                lost += 1
                if lost > 1:
                    raise StoreAway(f"{self.description} was lost twice: {error}") from error
            except (DeadlockDetected, SerializationFailure) as error:
                if attempt == _TRIES - 1:
                    raise StoreAway(f"{self.description} refused {_TRIES} times: {error}") from error
                time.sleep(random.uniform(0.5, 1.5) * _BACK_OFF_SECONDS * 2**attempt)  # noqa: S311
            except StopIteration as error:  # a future cannot carry it
                raise RuntimeError("a transaction function raised StopIteration") from error
        raise StoreAway(f"{self.description} was lost and then refused")

    def _attempt(
        self, kind: bytes, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        session = self._session()
        session.busy_since = time.monotonic()
        try:
            with _Transaction(session, kind, self._opening) as connection:
                result = fn(connection, *args, **kwargs)
        finally:
            session.busy_since = None
        if connection.woken:
            self._wake(connection.woken)
            if self._bell is not None:
                self._bell.ring(connection.woken)
        return result

    def _session(self) -> Session:
        session: Session | None = getattr(self._own, "session", None)
        if session is None:
            self._own.session = session = Session(self._server, self._clock)
            self._sessions.append(session)
        return session

    def _wake(self, loops: Iterable[Loop]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, frozenset(loops))

    def _tell(self, loops: frozenset[Loop]) -> None:
        for loop in loops:
            for listener in self._listeners:
                self._loop.call_soon(listener, loop)


def _nothing(connection: Connection) -> None:
    connection.one("SELECT 1")
