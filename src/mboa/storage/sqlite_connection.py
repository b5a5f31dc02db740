"""What a transaction function sees of SQLite."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from mboa.keyring import Keyring
from mboa.storage.inserts import insert_of
from mboa.storage.sealing import is_sealed, needed, open_rows, opened_name
from mboa.storage.sql import bind_sqlite, for_sqlite, holds_time, values_for_sqlite
from mboa.storage.store import Loop, Row
from mboa.storage.value_lists import pieces


class Columns(NamedTuple):
    """Of one statement's result: the names under which columns come out, and which of them are times, or sealed."""

    names: tuple[str, ...]
    times: tuple[str, ...]
    sealed: tuple[str, ...]


class SqliteConnection:
    """What one transaction function sees; see :class:`mboa.storage.store.Connection`."""

    __slots__ = ("_columns", "_db", "_keys", "now", "woken")

    def __init__(
        self, db: sqlite3.Connection, columns: dict[str, Columns], now: datetime, keys: Keyring | None = None
    ) -> None:
        self._db = db
        self._columns = columns
        self._keys = keys
        self.now = now
        self.woken: set[Loop] = set()

    @property
    def keys(self) -> Keyring:
        """What seals and opens; raises ``RuntimeError`` where the store was opened without."""
        return needed(self._keys)

    def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Every row of a statement."""
        return self._rows(sql, self._db.execute(for_sqlite(sql), bind_sqlite(parameters)))

    def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """The first row, or ``None``."""
        cursor = self._db.execute(for_sqlite(sql), bind_sqlite(parameters))
        values = cursor.fetchone()
        if values is None:
            return None
        names, times, sealed = self._columns.get(sql) or self._learn(sql, cursor)
        row: Row = dict(zip(names, values, strict=False))
        for name in times:
            if row[name] is not None:
                row[name] = datetime.fromisoformat(row[name])
        if sealed:
            open_rows([row], sealed, self._keys)
        return row

    def run(self, sql: str, /, **parameters: Any) -> int:
        """Run a statement and return how many rows it changed (or, if it returns rows, how many those are)."""
        cursor = self._db.execute(for_sqlite(sql), bind_sqlite(parameters))
        return cursor.rowcount if cursor.description is None else len(cursor.fetchall())

    def many(self, sql: str, /, rows: Iterable[Row]) -> int:
        """Run one statement for many rows; the rows stay as they are. Returns how many rows it changed."""
        insert = insert_of(sql, "?")
        if insert is None:
            return self._db.executemany(for_sqlite(sql), (bind_sqlite(dict(row)) for row in rows)).rowcount
        return sum(
            self._db.execute(insert.text(len(some)), values_for_sqlite(insert.flat(some))).rowcount
            for some in pieces(list(rows))
        )

    def wake(self, loop: Loop) -> None:
        """Wake a worker loop after the commit."""
        self.woken.add(loop)

    def _rows(self, sql: str, cursor: sqlite3.Cursor) -> list[Row]:
        if cursor.description is None:
            return []
        names, times, sealed = self._columns.get(sql) or self._learn(sql, cursor)
        rows: list[Row] = [dict(zip(names, values, strict=False)) for values in cursor]
        for name in times:
            for row in rows:
                if row[name] is not None:
                    row[name] = datetime.fromisoformat(row[name])
        if sealed:
            open_rows(rows, sealed, self._keys)
        return rows

    def _learn(self, sql: str, cursor: sqlite3.Cursor) -> Columns:
        columns = [column[0] for column in cursor.description]
        if len(self._columns) > 2048:
            self._columns.clear()
        self._columns[sql] = found = Columns(
            tuple(map(opened_name, columns)),
            tuple(filter(holds_time, columns)),
            tuple(opened_name(name) for name in columns if is_sealed(name)),
        )
        return found
