"""SQLite without threads and disk: the product's own connection on a database in memory, one transaction at a time.

The same seed must tell the same story, and threads take turns as they like. Everything above the store is the
product's; the real stores have tests of their own, and a part of the seeds.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec, TypeVar

from mboa.storage.sqlite_connection import Columns, SqliteConnection
from mboa.storage.sqlite_file import connect
from mboa.storage.store import Connection, Loop
from tests.engines import KEYS

P = ParamSpec("P")
T = TypeVar("T")


class MemoryStore:
    """One database in memory, copied from a migrated file. Closing it loses nothing: the city may restart."""

    dialect: Literal["sqlite", "postgresql"] = "sqlite"
    description = "SQLite in memory"

    def __init__(self, template: Path, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._columns: dict[str, Columns] = {}
        self._listeners: list[Callable[[Loop], None]] = []
        self._db = sqlite3.connect(":memory:", isolation_level=None, cached_statements=512)
        with closing(connect(template)) as file:
            file.backup(self._db)
        self._db.execute("PRAGMA foreign_keys=ON")

    async def open(self) -> None:
        """It is open."""

    def hurry(self) -> None:
        """Nothing here waits for anybody."""

    async def close(self) -> None:
        """Kept for the next process."""
        self._listeners.clear()

    async def write(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in one transaction."""
        connection = SqliteConnection(self._db, self._columns, self._clock(), KEYS)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            result = fn(connection, *args, **kwargs)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        for loop in sorted(connection.woken):
            for listener in self._listeners:
                listener(loop)
        return result

    async def write_first(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """In one thread there is no queue to be first in."""
        return await self.write(fn, *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` on what is there."""
        return fn(SqliteConnection(self._db, self._columns, self._clock(), KEYS), *args, **kwargs)

    def on_wake(self, listener: Callable[[Loop], None]) -> None:
        """Call ``listener`` after each commit that woke a loop."""
        self._listeners.append(listener)

    def forget(self) -> None:
        """Give the memory back."""
        self._db.close()
