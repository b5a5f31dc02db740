"""Making a backup and proving it: a file bears its name only once it was restored and its rows were counted."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mboa.keyring import Keyring
from mboa.settings import Settings
from mboa.storage.backup_file import BadBackup, Header, Sealer, header_for, read_header, unsealed
from mboa.storage.backup_postgres import PostgresSource
from mboa.storage.backup_scratch import Watch, scratch, settle
from mboa.storage.backup_source import CannotBackUp, Source
from mboa.storage.backup_sqlite import SqliteSource

NAME = re.compile(r"mboa-\d{8}T\d{6}\.\d{3}Z\.backup")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup and how it was proven (``restored`` or ``read``); ``seconds`` it took, the proof included."""

    file: Path
    header: Header
    proof: str
    bytes: int
    seconds: float


def source(settings: Settings) -> Source:
    """The database that the settings name."""
    url = settings.database_url.get_secret_value()
    return PostgresSource(url) if url else SqliteSource(settings.data_dir / "mboa.db")


def make(database: Source, folder: Path, keys: Keyring, watch: Watch) -> Made:
    """Write a backup into ``folder`` and prove it, beside whoever works on the database.

    Killed at any moment, it leaves the finished files as they were. Raises :class:`CannotBackUp`, :class:`BadBackup`,
    ``Stopped``.
    """
    begun, made_at = time.monotonic(), datetime.now(UTC)
    name = folder / f"mboa-{made_at:%Y%m%dT%H%M%S}.{made_at.microsecond // 1000:03}Z.backup"
    try:
        with scratch(folder) as making:
            header = _write(database, making / name.name, keys, watch)
            proof = _prove(making / name.name, database, keys, watch)
            settle(making / name.name, name)
    except OSError as error:
        raise CannotBackUp(f"no backup can be written to {folder}: {error.strerror or error}") from error
    return Made(name, header, proof, name.stat().st_size, time.monotonic() - begun)


def _write(database: Source, part: Path, keys: Keyring, watch: Watch) -> Header:
    with database.reading(watch) as taken, part.open("wb") as file:
        part.chmod(0o600)
        header = header_for(keys, database.engine, taken.schema, datetime.now(UTC), taken.rows)
        sealer, done = Sealer(file, header, keys), 0
        for piece in taken.content:
            sealer.write(piece)
            done += len(piece)
            watch.told("writing", min(1.0, done / max(1, taken.size)))
        sealer.close()
    return header


def verify(file: Path, settings: Settings, keys: Keyring, watch: Watch) -> Made:
    """Prove a finished backup; raises :class:`BadBackup`, :class:`CannotBackUp`, ``Stopped``."""
    begun = time.monotonic()
    try:
        header = header_of(file)
        database = source(settings)
        if header.engine != database.engine:
            if header.engine == "postgresql":
                raise CannotBackUp("this backup is of PostgreSQL: MBOA_DATABASE_URL must name a cluster to prove it in")
            database = SqliteSource(settings.data_dir / "mboa.db")
        proof = _prove(file, database, keys, watch)
    except OSError as error:
        raise CannotBackUp(f"{file} cannot be proven: {error.strerror or error}") from error
    return Made(file, header, proof, file.stat().st_size, time.monotonic() - begun)


def header_of(file: Path) -> Header:
    """What a file says of itself; raises :class:`BadBackup`, ``OSError``."""
    with file.open("rb") as opened:
        return read_header(opened)


def pieces(file: Path, keys: Keyring, watch: Watch, doing: str) -> Iterator[bytes]:
    """What is in a file, as it was read out of the database; raises :class:`BadBackup`, ``Stopped``."""
    size = max(1, file.stat().st_size)
    with file.open("rb") as opened:
        for piece in unsealed(opened, keys):
            watch.told(doing, min(1.0, opened.tell() / size))
            yield piece


def _prove(file: Path, database: Source, keys: Keyring, watch: Watch) -> str:
    return database.prove(header_of(file), pieces(file, keys, watch, "proving"), watch)


def finished(folder: Path) -> list[Path]:
    """The backups in a folder, newest first; raises ``OSError``."""
    return sorted((file for file in folder.iterdir() if NAME.fullmatch(file.name)), reverse=True)


def keep_newest(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest ``keep`` backups; returns what is gone. Raises ``OSError``."""
    gone = finished(folder)[keep:]
    for file in gone:
        file.unlink()
    return gone


__all__ = ["BadBackup", "CannotBackUp", "Made", "finished", "header_of", "keep_newest", "make", "pieces", "verify"]
