"""Putting a backup in the place of a database that is not there: whole, at the newest schema, and in quarantine."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from mboa.keyring import Keyring
from mboa.storage import quarantine
from mboa.storage.backup_file import Header
from mboa.storage.backup_postgres import load
from mboa.storage.backup_scratch import Watch, scratch, settle
from mboa.storage.backup_source import CannotBackUp, Content
from mboa.storage.backup_sqlite import put_together
from mboa.storage.migrate import migrate
from mboa.storage.postgres import PostgresStore
from mboa.storage.postgres_session import Server
from mboa.storage.quarantine import Held
from mboa.storage.sqlite import SqliteStore
from mboa.storage.sqlite_file import hold
from mboa.storage.store import Connection, Store, StoreAway

# Stands in a PostgreSQL database while a restore is under way: nothing may work on it before all is in quarantine.
MARK = "mboa_restoring"
# Ids that were given away after the backup stand on people's phones, on buttons above all: they are given to nobody
# else. As many as there ever were is more than any backup can be behind; a young house gets ten thousand.
LEAST_JUMP = 10_000

_TABLES = """
SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'S')"""
_SEQUENCES = """
SELECT sequencename AS name, COALESCE(last_value, 0) AS last FROM pg_sequences WHERE schemaname = 'public'"""
_ADVANCE = "SELECT setval(:name::regclass, :to)"
_NUMBERED = """
SELECT m.name, COALESCE(s.seq, 0) AS last FROM sqlite_master m LEFT JOIN sqlite_sequence s ON s.name = m.name
WHERE m.type = 'table' AND m.sql LIKE '%AUTOINCREMENT%'"""
_FORGET_LAST = "DELETE FROM sqlite_sequence WHERE name = :name"
_SET_LAST = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :to)"

Finish = Callable[[Store], Held]


def refuse_where_something_is(path: Path) -> None:
    """Raises :class:`CannotBackUp` where a SQLite database lies already, whole or in parts."""
    for found in (path, *(path.with_name(path.name + end) for end in ("-wal", "-journal"))):
        if found.exists():
            raise CannotBackUp(f"{found} is there: a backup is only restored where no database is (move it away first)")


def into_sqlite(path: Path, file: str, header: Header, content: Content, tools: tuple[Keyring, Watch]) -> Held:
    """Restore into a file that does not exist: it appears whole, migrated and in quarantine, or not at all.

    Raises :class:`CannotBackUp`, ``BadBackup``, ``StoreBusy``, ``StoreAway``, ``Stopped``, ``OSError``.
    """
    keys, watch = tools
    refuse_where_something_is(path)
    with hold(path), scratch(path.parent) as folder:
        made = folder / "mboa.db"
        put_together(made, header, content, watch)
        watch.told("finishing", 0.0)
        migrate("sqlite", made, keys=keys)
        held = asyncio.run(_finish(SqliteStore(made, keys=keys), file, header))
        refuse_where_something_is(path)
        settle(made, path)
    return held


def into_postgresql(url: str, file: str, header: Header, content: Content, tools: tuple[Keyring, Watch]) -> Held:
    """Restore into an empty database; ended half-way it is empty again, killed it is marked and nothing starts on it.

    Raises as :func:`into_sqlite`.
    """
    keys, watch = tools
    with _marked(url):
        load(url, header, content, watch)
        watch.told("finishing", 0.0)
        migrate("postgresql", url, keys=keys)
        return asyncio.run(_finish(PostgresStore(url, keys=keys), file, header))


def refuse_half_restored(url: str) -> None:
    """Raises ``StoreAway`` when a restore into this PostgreSQL database was begun and not finished."""
    with closing(Server(url).connect()) as db:
        if db.execute(f"SELECT to_regnamespace('{MARK}') AS mark").fetchone() != {"mark": None}:
            raise StoreAway("a restore into this database did not end: run `mboa restore FILE` again")


async def _finish(store: Store, file: str, header: Header) -> Held:
    await store.open()
    try:
        return await store.write(_quarantine, file, header, store.dialect == "sqlite")
    finally:
        await store.close()


def _quarantine(conn: Connection, file: str, header: Header, on_sqlite: bool) -> Held:
    held = quarantine.enter(conn, file, header.made_at)
    for row in conn.all(_NUMBERED if on_sqlite else _SEQUENCES):
        onward = {"name": row["name"], "to": row["last"] + max(LEAST_JUMP, row["last"])}
        for statement in (_FORGET_LAST, _SET_LAST) if on_sqlite else (_ADVANCE,):
            conn.run(statement, **onward)
    if not on_sqlite:
        conn.run(f"DROP SCHEMA {MARK}")
        # A dump carries no statistics, and until the server gathers them by itself the plans are those of empty tables.
        conn.run("ANALYZE")
    return held


@contextmanager
def _marked(url: str) -> Iterator[None]:
    with _administering(url) as db:
        if _is_marked(db):
            _empty(db)
        elif db.execute(_TABLES).fetchone() != (0,):
            raise CannotBackUp(
                f"the database {db.info.dbname} is not empty: a backup is restored into an empty one only"
            )
        db.execute(f"CREATE SCHEMA {MARK}")
        try:
            yield
        finally:
            if _is_marked(db):
                _empty(db)
                db.execute(f"DROP SCHEMA {MARK}")


def _is_marked(db: psycopg.Connection) -> bool:
    return db.execute("SELECT to_regnamespace(%s)", (MARK,)).fetchone() != (None,)


def _empty(db: psycopg.Connection) -> None:
    """What a restore that did not end has left, and nothing else can be there."""
    with db.transaction():
        db.execute("DROP SCHEMA public CASCADE")
        db.execute("CREATE SCHEMA public")


@contextmanager
def _administering(url: str) -> Iterator[psycopg.Connection]:
    try:
        db = psycopg.connect(url, autocommit=True, connect_timeout=20)
        with closing(db):
            yield db
    except psycopg.Error as error:
        raise CannotBackUp(f"the database cannot be reached or changed: {str(error).splitlines()[0]}") from error
