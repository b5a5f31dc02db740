"""Restoring a backup, and deciding what becomes of what was under way when it was made."""

import asyncio
from pathlib import Path

from mboa.keyring import Keyring
from mboa.operations.backup import header_of, pieces
from mboa.settings import Settings
from mboa.storage import quarantine
from mboa.storage.backup_file import Header
from mboa.storage.backup_restore import into_postgresql, into_sqlite, refuse_where_something_is
from mboa.storage.backup_scratch import Watch
from mboa.storage.backup_source import CannotBackUp
from mboa.storage.postgres import PostgresStore
from mboa.storage.quarantine import Held
from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Connection, Store, StoreBusy


def restore(file: Path, settings: Settings, keys: Keyring, watch: Watch) -> tuple[Held, Header]:
    """Restore into the empty place that the settings name; returns what is in quarantine now, and what was restored.

    The file is read through first: one that is not whole touches nothing. Raises ``BadBackup``,
    :class:`CannotBackUp`, ``StoreAway``, ``StoreBusy``, ``Stopped``.
    """
    url, path = settings.database_url.get_secret_value(), settings.data_dir / "mboa.db"
    try:
        header = header_of(file)
        if header.engine != ("postgresql" if url else "sqlite"):
            raise CannotBackUp(f"this backup is of {header.engine}: MBOA_DATABASE_URL must {_wanted(header.engine)}")
        if not url:
            refuse_where_something_is(path)
        for _ in pieces(file, keys, watch, "checking"):
            pass
        content, tools = pieces(file, keys, watch, "restoring"), (keys, watch)
        if url:
            return into_postgresql(url, file.name, header, content, tools), header
        return into_sqlite(path, file.name, header, content, tools), header
    except OSError as error:
        raise CannotBackUp(f"{file} cannot be restored: {error.strerror or error}") from error


def _wanted(engine: str) -> str:
    return "name an empty PostgreSQL database" if engine == "postgresql" else "be empty"


def decide(settings: Settings, keys: Keyring, decision: str) -> Held:
    """``release`` or ``drop`` what waits, or only count it (``waiting``); returns what waited.

    Raises ``StoreBusy`` while another process writes the SQLite file, ``StoreAway``.
    """
    url = settings.database_url.get_secret_value()
    path = settings.data_dir / "mboa.db"
    if not url and not path.exists():
        raise CannotBackUp(f"there is no database at {path}")
    read_only = decision == "waiting"
    store: Store = PostgresStore(url, keys=keys) if url else SqliteStore(path, keys=keys, read_only=read_only)
    return asyncio.run(_decided(store, decision))


async def _decided(store: Store, decision: str) -> Held:
    try:
        await store.open()
    except StoreBusy as busy:
        raise StoreBusy(f"{busy} Or decide on the admin's page of figures, while it runs.") from busy
    try:
        if decision == "waiting":
            return await store.read(quarantine.waiting)
        return await store.write(_release if decision == "release" else _drop)
    finally:
        await store.close()


def _release(conn: Connection) -> Held:
    return quarantine.release(conn, None)


def _drop(conn: Connection) -> Held:
    return quarantine.drop(conn, None)
