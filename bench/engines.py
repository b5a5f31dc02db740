"""Fresh databases of both engines on this machine's own disk, with every flush that production would do."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from bench.report import say
from mboa.storage.migrate import migrate
from mboa.storage.opening import Opening
from mboa.storage.postgres import PostgresConnection
from mboa.storage.postgres_session import Server
from mboa.storage.sqlite import wall_clock
from mboa.storage.sqlite_connection import SqliteConnection
from mboa.storage.sqlite_file import connect
from mboa.storage.store import Connection
from tests.engines import KEYS, Database
from tests.postgres_cluster import Cluster, NoPostgres, create_database, own_cluster


@dataclass
class Engine:
    """Makes databases of one kind; ``cluster`` is PostgreSQL's."""

    folder: Path
    cluster: Cluster | None = None
    _serial: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def name(self) -> str:
        """As people call it."""
        return "PostgreSQL" if self.cluster else "SQLite"

    def empty(self) -> Database:
        """A database without tables, for the bare handler."""
        number = next(self._serial)
        if self.cluster:
            return Database("postgresql", create_database(self.cluster, f"bench{number}"))
        folder = self.folder / str(number)
        folder.mkdir()
        return Database("sqlite", str(folder / "mboa.db"))

    def fresh(self) -> Database:
        """A migrated database without rows."""
        database = self.empty()
        migrate(database.dialect, database.address if self.cluster else Path(database.address))
        return database


def engines() -> Iterator[Engine]:
    """SQLite, then PostgreSQL on a throw-away cluster with ``fsync`` on, where there is one."""
    with tempfile.TemporaryDirectory(prefix="mboa-bench-") as folder:
        yield Engine(Path(folder))
    try:
        with own_cluster(durable=True) as cluster:
            yield Engine(cluster.folder, cluster)
    except NoPostgres as error:
        say("PostgreSQL", "not here", beside=str(error).splitlines()[0])


@contextmanager
def transaction(database: Database) -> Iterator[Connection]:
    """One transaction beside the product's own, for filling and for counting; committed on leaving."""
    if database.dialect == "postgresql":
        with closing(Server(database.address).connect()) as session, session.transaction(), session.cursor() as cursor:
            yield PostgresConnection(cursor, wall_clock(), Opening(KEYS))
        return
    with closing(connect(Path(database.address), write=True)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield SqliteConnection(db, {}, wall_clock(), KEYS)
        db.execute("COMMIT")


@contextmanager
def reading(database: Database) -> Iterator[Connection]:
    """One snapshot that disturbs nobody."""
    if database.dialect == "postgresql":
        with transaction(database) as conn:
            yield conn
        return
    with closing(connect(Path(database.address))) as db:
        db.execute("BEGIN")
        yield SqliteConnection(db, {}, wall_clock(), KEYS)


def settle(database: Database) -> None:
    """What each engine does by itself in quiet hours: PostgreSQL's statistics, and nothing left to be written later."""
    if database.dialect == "postgresql":
        with closing(psycopg.connect(database.address, autocommit=True)) as db:
            db.execute("VACUUM ANALYZE")
            db.execute("CHECKPOINT")
        return
    with closing(connect(Path(database.address), write=True)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
