"""SQLite's side of a backup: a snapshot taken beside the process that writes, and a file put together again."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mboa.storage.backup_file import PIECE_BYTES, BadBackup, Header
from mboa.storage.backup_scratch import Watch, scratch
from mboa.storage.backup_source import COUNT, TABLES, CannotBackUp, Content, Taken
from mboa.storage.sqlite_file import BUSY_SECONDS, connect

_PAGES_A_STEP = 1000
_SCHEMA = "SELECT version_num FROM alembic_version"


class SqliteSource:
    """The database file at ``path``; copies in the clear are made beside it, never elsewhere."""

    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self, watch: Watch) -> Iterator[Taken]:
        """A snapshot of the database as it is now, while others go on writing; raises :class:`CannotBackUp`."""
        if not self.path.exists():
            raise CannotBackUp(f"there is no database at {self.path}")
        with scratch(self.path.parent) as folder:
            try:
                schema, rows = _copy(self.path, folder / "copy.db", watch)
            except sqlite3.Error as error:
                raise CannotBackUp(f"{self.path} cannot be copied: {error}") from error
            yield Taken(schema, rows, (folder / "copy.db").stat().st_size, _pieces(folder / "copy.db"))

    def prove(self, header: Header, content: Content, watch: Watch) -> str:
        """Restore into a scratch file and compare; returns how it was proven, raises :class:`BadBackup`."""
        with scratch(self.path.parent) as folder:
            put_together(folder / "proof.db", header, content, watch)
        return "restored"


def put_together(path: Path, header: Header, content: Content, watch: Watch) -> None:
    """Write ``content`` as a database file and compare it with its header; raises :class:`BadBackup`."""
    with path.open("wb") as file:
        for piece in content:
            file.write(piece)
    try:
        with closing(connect(path)) as db:
            db.set_progress_handler(lambda: watch.is_stopping, 100_000)
            found = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
            schema, rows = db.execute(_SCHEMA).fetchone()[0], _count(db, header.rows)
    except sqlite3.Error as error:
        watch.told("checking", 0.0)
        raise BadBackup(f"what is in the file is no whole database: {error}") from error
    if found != "ok":
        raise BadBackup(f"what is in the file is no whole database: {found}")
    if schema != header.schema or rows != header.rows:
        raise BadBackup(f"the restored database has {rows}, the backup counted {header.rows}")


def _copy(path: Path, copy: Path, watch: Watch) -> tuple[str, dict[str, int]]:
    """Counted and copied in one read transaction: nothing that is committed meanwhile is in either.

    Then vacuumed: what was erased must not live on in the free pages of a backup.
    """
    target = sqlite3.connect(copy, isolation_level=None, timeout=BUSY_SECONDS)
    with closing(connect(path)) as db, closing(target):
        db.execute("BEGIN")
        schema, rows = db.execute(_SCHEMA).fetchone()[0], _count(db, TABLES)
        db.backup(target, pages=_PAGES_A_STEP, progress=lambda _, left, all_: watch.told("copying", 1 - left / all_))
        db.execute("ROLLBACK")
        target.set_progress_handler(lambda: watch.is_stopping, 100_000)
        for statement in ("PRAGMA synchronous=OFF", "PRAGMA journal_mode=OFF", "VACUUM"):
            target.execute(statement)
    return str(schema), rows


def _count(db: sqlite3.Connection, tables: Iterable[str]) -> dict[str, int]:
    return {table: int(db.execute(COUNT.format(table=table)).fetchone()[0]) for table in tables}


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
