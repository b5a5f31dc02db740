"""One connection to PostgreSQL, owned by one thread: it begins, commits, rolls back, and comes back when lost.

BEGIN and COMMIT go straight to libpq: BEGIN and the reading of the server's clock are one round trip, and psycopg's
own statement machinery, which they do not need, costs three times as much as libpq does.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import dict_row

from mboa.storage.store import Row, StoreAway

WRITE = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_CLOCK = b"; SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A server that vanished without a word is noticed within about 25 s; a refusing one at once.
_DEFAULTS: dict[str, Any] = {
    "application_name": "mboa",
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# Part of the greeting: a command of its own might meet a connection that is gone already.
# PostgreSQL's default page cost of 4 is for turning disks: with it, finding 240 of 10,000 providers reads them all.
_OPTIONS = "-c timezone=UTC -c random_page_cost=1.1"
_NO_NEW_ATTEMPT_SECONDS = 0.25
_STATEMENTS_PREPARED = 500


class ConnectionLost(Exception):
    """The connection broke before COMMIT was sent: nothing of the transaction is in the database."""


class Server:
    """Where the connections go. After a failed attempt others are refused at once for a quarter of a second, so that
    a queue of callers does not wait out one timeout after the other."""

    def __init__(self, url: str) -> None:
        try:
            given = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # The parser's message may quote the password: it is not shown.
            raise ValueError("the database address is not a PostgreSQL URL: postgresql://user@host:5432/name") from None
        options = f"{given.pop('options', '')} {_OPTIONS}".strip()
        self._conninfo = make_conninfo(**{**_DEFAULTS, **given, "options": options})
        host = given.get("host") or given.get("hostaddr") or "local socket"
        self.description = f"PostgreSQL {given.get('dbname', '')} at {host}:{given.get('port', 5432)}"
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._cause: psycopg.Error | None = None
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """Connect no more: it is silent, and the process ends."""
        self._given_up.set()

    @property
    def is_given_up(self) -> bool:
        """Whether nobody asks it any more."""
        return self._given_up.is_set()

    def connect(self) -> psycopg.Connection[Row]:
        """A fresh connection in autocommit mode; raises :class:`StoreAway` within about 2 s."""
        with self._lock:
            if self.is_given_up or time.monotonic() < self._away_until:
                raise self._away(self._cause)
        try:
            db = psycopg.connect(self._conninfo, autocommit=True, row_factory=dict_row, prepare_threshold=1)
        except psycopg.OperationalError as error:
            with self._lock:
                self._away_until = time.monotonic() + _NO_NEW_ATTEMPT_SECONDS
                self._cause = error
            raise self._away(error) from error
        db.prepared_max = _STATEMENTS_PREPARED
        return db

    def connect_for_migration(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection as the DBAPI knows it: no autocommit, rows as tuples."""
        return psycopg.connect(self._conninfo)

    def _away(self, cause: psycopg.Error | None) -> StoreAway:
        return StoreAway(f"{self.description} cannot be reached: {cause or 'it is silent, and the process ends'}")


class Session:
    """A thread's connection, opened when first used and anew after it was lost."""

    def __init__(self, server: Server, clock: Callable[[], datetime] | None) -> None:
        self._server = server
        self._clock = clock
        self._db: psycopg.Connection[Row] | None = None
        self._cursor: psycopg.Cursor[Row]
        # When the transaction began that somebody waits for (``time.monotonic``).
        self.busy_since: float | None = None

    @property
    def connection(self) -> PGconn | None:
        """libpq's, while there is one."""
        return None if self._db is None else self._db.pgconn

    def begin(self, kind: bytes) -> tuple[psycopg.Cursor[Row], datetime]:
        """Begin a transaction of the given kind; its cursor and its time. A connection that went stale since its last
        use is replaced; raises :class:`StoreAway` if that cannot be done."""
        if self._db is not None and not self._server.is_given_up:
            try:
                return self._begin(self._db, kind)
            except psycopg.OperationalError:
                self.close()
        self._db = self._server.connect()
        self._cursor = self._db.cursor()
        try:
            return self._begin(self._db, kind)
        except psycopg.OperationalError as error:
            self.close()
            raise StoreAway(f"{self._server.description} does not answer: {error}") from error

    def _begin(self, db: psycopg.Connection[Row], kind: bytes) -> tuple[psycopg.Cursor[Row], datetime]:
        if self._clock is not None:
            now = self._clock()
            _checked(db.pgconn.exec_(kind))
            return self._cursor, now
        answer = _checked(db.pgconn.exec_(kind + _CLOCK)).get_value(0, 0)
        return self._cursor, _EPOCH + timedelta(microseconds=int(answer or 0))

    def commit(self) -> None:
        """Commit. Raises :class:`StoreAway` when the connection broke meanwhile: then nobody knows the outcome, and
        the transaction must not be run again blindly. Other errors mean that nothing was committed."""
        assert self._db is not None
        pgconn = self._db.pgconn
        if pgconn.transaction_status == TransactionStatus.INERROR:
            raise psycopg.errors.InFailedSqlTransaction("a statement failed and its transaction function went on")
        try:
            _checked(pgconn.exec_(b"COMMIT"))
        except psycopg.Error as error:
            if self._is_lost(error):
                self.close()
                raise StoreAway(f"the connection broke during COMMIT, its outcome is unknown: {error}") from error
            raise

    def roll_back(self, error: BaseException | None) -> None:
        """Roll back after ``error``; raises :class:`ConnectionLost` if that error was the loss of the connection."""
        lost = isinstance(error, psycopg.Error) and self._is_lost(error)
        if self._db is not None and not lost:
            try:
                _checked(self._db.pgconn.exec_(b"ROLLBACK"))
            except psycopg.Error:
                self.close()
        if lost:
            self.close()
            raise ConnectionLost(str(error)) from error

    def close(self) -> None:
        """Drop the connection."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def _is_lost(self, error: psycopg.Error) -> bool:
        return self._db is None or self._db.pgconn.status != ConnStatus.OK or _is_fatal(error)


def _is_fatal(error: psycopg.Error) -> bool:
    """Whether the server ended the session with this error (FATAL, PANIC), or the client lost it (no state at all)."""
    severity = error.diag.severity_nonlocalized
    return severity in {"FATAL", "PANIC"} or (isinstance(error, psycopg.OperationalError) and error.sqlstate is None)


def _checked(result: PGresult) -> PGresult:
    if result.status not in {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}:
        if result.error_field(DiagnosticField.SQLSTATE) is None:
            raise psycopg.OperationalError(result.get_error_message())
        raise error_from_result(result)
    return result


def send(pgconn: PGconn, command: bytes) -> None:
    """Run one command straight through libpq; raises ``psycopg.Error``."""
    _checked(pgconn.exec_(command))
