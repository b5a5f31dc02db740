"""PostgreSQL's side of a backup: pg_dump in one snapshot, pg_restore into a scratch database of the same cluster."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from secrets import token_hex
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from mboa.storage.backup_file import BadBackup, Header
from mboa.storage.backup_pipe import feed, output_of
from mboa.storage.backup_scratch import Watch
from mboa.storage.backup_source import COUNT, TABLES, CannotBackUp, Content, Taken

SCRATCH = "mboa_scratch_"
_DUMP = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges")
_LOAD = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
_SCHEMA = "SELECT version_num FROM alembic_version"
_MAY_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"


class PostgresSource:
    """The database at ``url``. Passwords are given to the programs in their environment, where no list shows them."""

    engine = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def reading(self, watch: Watch) -> Iterator[Taken]:
        """A snapshot of the database as it is now, while others go on writing; raises :class:`CannotBackUp`."""
        with _connected(self.url) as db:
            program = tool("pg_dump", db.info.server_version // 10_000)
            db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                schema = str(_value(db, _SCHEMA))
            except psycopg.Error as error:
                raise CannotBackUp(f"the database holds no schema of Mboa: {_first_line(error)}") from error
            rows = _count(db, TABLES)
            size = int(_value(db, "SELECT pg_database_size(current_database())"))
            named = f"--snapshot={_value(db, 'SELECT pg_export_snapshot()')}"
            yield Taken(schema, rows, size, output_of([program, *_DUMP, named], environment(self.url), watch))

    def prove(self, header: Header, content: Content, watch: Watch) -> str:
        """Restore into a scratch database and compare; without the right to make one, read every row back and count.

        Returns ``restored`` or ``read``; raises :class:`BadBackup`, :class:`CannotBackUp`.
        """
        with _connected(self.url) as db:
            if not _value(db, _MAY_CREATE):
                return _read_back(header, content, watch)
            with _scratch_database(db, self.url) as url:
                load(url, header, content, watch)
        return "restored"


def load(url: str, header: Header, content: Content, watch: Watch) -> None:
    """Fill an empty database, all or nothing, and compare it with its header; raises :class:`BadBackup`."""
    with _connected(url) as db:
        command = [tool("pg_restore", db.info.server_version // 10_000), *_LOAD, f"--dbname={db.info.dbname}"]
        feed(command, environment(url), content, watch)
        schema, rows = _value(db, _SCHEMA), _count(db, header.rows)
    if schema != header.schema or rows != header.rows:
        raise BadBackup(f"the restored database has {rows}, the backup counted {header.rows}")


def tool(name: str, server: int) -> str:
    """A program of PostgreSQL's client package, as new as the server; raises :class:`CannotBackUp`."""
    path = shutil.which(name)
    if path is None:
        raise CannotBackUp(f"{name} is not on the PATH: install postgresql-client-{server} (or newer)")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", said)
    if found is None or int(found[1]) < server:
        raise CannotBackUp(
            f"{name} is version {found[1] if found else 'unknown'} and the server {server}: "
            f"install postgresql-client-{server} (or newer)"
        )
    return path


def environment(url: str) -> dict[str, str]:
    """What libpq's programs are told by: never a command line, which everybody on the machine can read."""
    given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    known = {
        option.keyword.decode(): option.envvar.decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.envvar is not None
    }
    return {known[name]: value for name, value in given.items() if name in known}


def _read_back(header: Header, content: Content, watch: Watch) -> str:
    program = shutil.which("pg_restore")
    if program is None:
        raise CannotBackUp("pg_restore is not on the PATH: install PostgreSQL's client package")
    rows = feed([program, "--data-only", "--file=-"], {}, content, watch, _copied)
    if (found := {table: rows.get(table, 0) for table in header.rows}) != header.rows:
        raise BadBackup(f"{found} can be read back, the backup counted {header.rows}")
    return "read"


def _copied(lines: Iterable[bytes]) -> dict[str, int]:
    """How many rows a script copies into each table."""
    rows: dict[str, int] = {}
    table = None
    for line in lines:
        if table is None and (begun := re.match(rb'COPY public\."?(\w+)"? ', line)):
            table = begun[1].decode()
            rows[table] = 0
        elif table is not None and line == b"\\.\n":
            table = None
        elif table is not None:
            rows[table] += 1
    return rows


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    try:
        db = psycopg.connect(url, autocommit=True, connect_timeout=20)
    except psycopg.Error as error:
        raise CannotBackUp(f"the database cannot be reached: {_first_line(error)}") from error
    with closing(db):
        yield db


@contextmanager
def _scratch_database(db: psycopg.Connection[tuple[Any, ...]], url: str) -> Iterator[str]:
    """An empty database of our own. Those that killed processes left are those that nobody is connected to."""
    for (name,) in db.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{SCRATCH}%",)).fetchall():
        with suppress(psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject):
            db.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
    name = SCRATCH + token_hex(6)
    db.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    address = make_conninfo(url, dbname=name)
    try:
        with _connected(address):  # being connected says that it is in use
            yield address
    finally:
        db.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _count(db: psycopg.Connection[tuple[Any, ...]], tables: Iterable[str]) -> dict[str, int]:
    return {table: int(_value(db, COUNT.format(table=table))) for table in tables}


def _value(db: psycopg.Connection[tuple[Any, ...]], sql: str) -> Any:
    row = db.execute(sql.encode()).fetchone()
    return None if row is None else row[0]


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
