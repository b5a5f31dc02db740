"""Bring a database to the schema this code was written for.

Version files stand in ``migrations/versions``: ``v0001_ground.py`` holds revision ``0001``. Alembic runs them; a
database that is up to date is recognised by one plain query, without loading Alembic.
"""

import logging
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mboa.storage.sqlite_file import connect, hold
from mboa.storage.store import StoreAway, StoreBusy

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from mboa.keyring import Keyring
    from mboa.storage.postgres_session import Server

log = logging.getLogger(__name__)

Dialect = Literal["sqlite", "postgresql"]

MIGRATIONS = Path(__file__).with_name("migrations")
_PATIENCE_SECONDS = 30.0
_ADVISORY_LOCK = 0x4D424F41  # "MBOA"


class SchemaTooNew(Exception):
    """The database was migrated by newer code: this code must not touch it."""


def migrate(
    dialect: Dialect,
    url_or_path: str | Path,
    versions: Path = MIGRATIONS / "versions",
    patience: float = _PATIENCE_SECONDS,
    *,
    keys: "Keyring | None" = None,
) -> list[str]:
    """Apply what is missing, each migration in one transaction, and return the names of those applied
    (``0001_ground``). Safe from several processes at once: one migrates, the others wait for it. ``keys`` seal what
    is there and was not sealed before; a database without such rows needs none.

    Raises :class:`SchemaTooNew`, :class:`StoreAway`, :class:`WrongKeys`, and on SQLite :class:`StoreBusy` when another
    process still writes the file after ``patience`` seconds.
    """
    known = _known(versions)
    until = time.monotonic() + patience
    while known and not _is_current(schema_version(dialect, url_or_path), known):
        try:
            with _alone(dialect, url_or_path):
                before = schema_version(dialect, url_or_path)
                if _is_current(before, known):
                    return []
                _upgrade(dialect, url_or_path, versions, keys)
                return _applied(known, before)
        except StoreBusy:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)  # most likely it migrates: then the version is right in a moment
    return []


def schema_version(dialect: Dialect, url_or_path: str | Path) -> str | None:
    """The revision the database is at, ``None`` when it has never been migrated. Raises :class:`StoreAway`."""
    if dialect == "sqlite":
        return _sqlite_version(Path(url_or_path))
    return _postgresql_version(str(url_or_path))


def _sqlite_version(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with closing(connect(path)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreAway(f"{path} cannot be read: {error}") from error
    return None if row is None else str(row[0])


def _postgresql_version(url: str) -> str | None:
    with closing(_server(url).connect()) as connection:
        if connection.execute("SELECT 1 FROM pg_class WHERE oid = to_regclass('alembic_version')").fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row["version_num"])


def _server(url: str) -> "Server":
    from mboa.storage.postgres_session import Server  # PostgreSQL's driver is loaded only by who uses it

    return Server(url)


def _known(versions: Path) -> dict[str, str]:
    """Revision to name, oldest first, read from the file names alone."""
    names = (re.fullmatch(r"v(\d{4})_(\w+)\.py", file.name) for file in versions.glob("v*.py"))
    return dict(sorted((name[1], f"{name[1]}_{name[2]}") for name in names if name))


def _is_current(version: str | None, known: dict[str, str]) -> bool:
    """Whether ``version`` is the newest known; raises :class:`SchemaTooNew` for one that is not known."""
    if version is not None and version not in known:
        raise SchemaTooNew(
            f"The database is at schema {version}, this version of Mboa knows only up to {max(known)}: "
            "start a newer version, or restore a backup made before the upgrade."
        )
    return version == max(known)


@contextmanager
def _alone(dialect: Dialect, url_or_path: str | Path) -> Iterator[None]:
    """Be the only one who migrates: on SQLite by the file's lock, on PostgreSQL by an advisory lock of a session."""
    if dialect == "postgresql":
        with closing(_server(str(url_or_path)).connect()) as guard:
            guard.execute("SELECT pg_advisory_lock(%s)", (_ADVISORY_LOCK,))
            yield
        return
    try:
        lock = hold(Path(url_or_path))
    except OSError as error:
        raise StoreAway(f"{url_or_path} cannot be opened: {error}") from error
    with lock:
        yield


def _upgrade(dialect: Dialect, url_or_path: str | Path, versions: Path, keys: "Keyring | None") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _option(MIGRATIONS))
    config.set_main_option("version_locations", _option(versions))
    config.set_main_option("path_separator", "newline")
    engine = _sqlite_engine(Path(url_or_path)) if dialect == "sqlite" else _postgresql_engine(str(url_or_path))
    with engine.connect() as connection:
        config.attributes.update(connection=connection, keys=keys)
        command.upgrade(config, "head")
    if config.attributes.get("leaves_traces") and dialect == "sqlite":
        _leave_no_traces(Path(url_or_path))


def _applied(known: dict[str, str], before: str | None) -> list[str]:
    applied = [name for revision, name in known.items() if before is None or revision > before]
    log.info("migrated", extra={"applied": applied})
    return applied


def _leave_no_traces(path: Path) -> None:
    """Write the file anew, without what was overwritten or deleted in it; a full disk leaves it as it is."""
    try:
        with closing(connect(path, write=True)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        log.warning("vacuum_failed", extra={"path": str(path), "cause": str(error)})


def _sqlite_engine(path: Path) -> "Engine":
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    engine = create_engine("sqlite://", creator=lambda: connect(path, write=True), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: "Connection") -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: str) -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    creator = _server(url).connect_for_migration
    return create_engine("postgresql+psycopg://", creator=creator, poolclass=NullPool)


def _option(path: Path) -> str:
    """A path as a configuration value, where ``%`` would start an interpolation."""
    return str(path).replace("%", "%%")
