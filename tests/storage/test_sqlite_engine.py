"""What SQLite alone must bear: one process, a full disk, a growing log."""

import asyncio
import logging
import resource
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mboa.storage.sqlite import SqliteStore
from mboa.storage.sqlite_file import network_file_system
from mboa.storage.store import Connection, StoreAway, StoreBusy
from tests.engines import Database, HandClock, eventually
from tests.storage.tally import Refused, add, add_and_fail, names

SECOND_PROCESS = """
import asyncio, pathlib, sys
from mboa.storage.sqlite import SqliteStore
try:
    asyncio.run(SqliteStore(pathlib.Path(sys.argv[1])).open())
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
async def file(sqlite_database: Database, clock: HandClock) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(Path(sqlite_database.address), clock)
    await store.open()
    await store.write(_create)
    yield store
    await store.close()


def _wal(database: Database) -> int:
    """The size of the write-ahead log in bytes, -1 if there is none."""
    wal = Path(database.address + "-wal")
    return wal.stat().st_size if wal.exists() else -1


def _create(connection: Connection) -> None:
    connection.run("CREATE TABLE tally (name TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, seen_at TEXT)")


async def test_a_second_process_is_refused_and_told_which_file(file: SqliteStore, sqlite_database: Database) -> None:
    command = [sys.executable, "-c", SECOND_PROCESS, sqlite_database.address]
    said = (await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)).stdout
    assert said.startswith("StoreBusy")
    assert sqlite_database.address in said
    await file.write(add, "Mireille")


async def test_the_file_is_free_again_after_closing(sqlite_database: Database) -> None:
    for _ in range(2):
        store = SqliteStore(Path(sqlite_database.address))
        await store.open()
        await store.close()
    assert _wal(sqlite_database) == -1


async def test_a_reading_store_reads_beside_the_writer_and_refuses_to_write(
    file: SqliteStore, sqlite_database: Database
) -> None:
    beside = SqliteStore(Path(sqlite_database.address), read_only=True)
    await beside.open()
    await file.write(add, "Awa")
    assert await beside.read(names) == ["Awa"]
    with pytest.raises(StoreBusy, match="reading only"):
        await beside.write(add, "Paul")
    await beside.close()


async def test_a_missing_file_is_not_made_by_reading(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "none.db", read_only=True)
    with pytest.raises(StoreAway):
        await store.open()
    await store.close()
    assert not (tmp_path / "none.db").exists()


@contextmanager
def _no_file_grows_beyond(size: int) -> Iterator[None]:
    """Writes beyond ``size`` bytes fail with an I/O error, in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_an_error_at_commit_fails_the_whole_batch_and_the_writer_recovers(
    file: SqliteStore, sqlite_database: Database
) -> None:
    await file.write(add, "before")
    gate = threading.Event()
    calls = [file.write(lambda _: gate.wait(5)), file.write(add, "a"), file.write(add_and_fail, "b")]
    waiting = asyncio.gather(*calls, return_exceptions=True)
    await asyncio.sleep(0)
    with _no_file_grows_beyond(_wal(sqlite_database)):
        gate.set()
        _, at_commit, of_its_own = await waiting
    assert isinstance(at_commit, StoreAway)
    assert "I/O" in str(at_commit.__cause__)
    assert isinstance(of_its_own, Refused)
    await file.write(add, "after")
    assert await file.read(names) == ["after", "before"]


async def test_a_full_disk_fails_with_store_away_and_the_writer_recovers(file: SqliteStore) -> None:
    def fill(connection: Connection, pages: int) -> None:
        connection.one(f"PRAGMA max_page_count = {pages}")  # a limit of this connection, gone with it
        add_much(connection)

    def add_much(connection: Connection) -> None:
        for i in range(500):
            add(connection, f"{i}{'x' * 2000}")

    with pytest.raises(StoreAway, match="full"):
        await file.write(fill, pages=10)
    await file.write(add_much)
    assert len(await file.read(names)) == 500


async def test_the_log_is_folded_into_the_file_while_writing(file: SqliteStore, sqlite_database: Database) -> None:
    def add_much(connection: Connection, batch: int) -> None:
        connection.many("INSERT INTO tally (name) VALUES (:name)", [{"name": f"{batch} {i}" * 500} for i in range(300)])

    for batch in range(20):
        await file.write(add_much, batch)
    assert 8_000_000 < _wal(sqlite_database) < 20_000_000


async def test_the_log_is_emptied_when_idle(file: SqliteStore, sqlite_database: Database) -> None:
    await file.write(add, "Mireille")
    assert _wal(sqlite_database) > 0

    async def emptied() -> bool:
        return _wal(sqlite_database) == 0

    await eventually(emptied)
    await file.write(add, "Paul")
    assert await file.read(names) == ["Mireille", "Paul"]


async def test_a_slow_transaction_is_logged(file: SqliteStore, caplog: pytest.LogCaptureFixture) -> None:
    def dawdle(connection: Connection) -> None:
        threading.Event().wait(0.06)

    with caplog.at_level(logging.WARNING):
        await file.write(dawdle)
        await file.write(add, "Paul")
    slow = [record for record in caplog.records if record.message == "slow_transaction"]
    assert len(slow) == 1
    assert "dawdle" in slow[0].__dict__["function"]


def test_a_network_file_system_is_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("nas:/srv /mnt/my\\040nas nfs4 rw 0 0\nh: /mnt/h fuse.sshfs rw 0 0\n/dev/vda / ext4 rw 0 0\n")
    assert network_file_system(Path("/mnt/my nas/mboa.db"), mounts) == "nfs4"
    assert network_file_system(Path("/mnt/h/var/mboa.db"), mounts) == "fuse.sshfs"
    assert network_file_system(Path("/var/mboa.db"), mounts) is None
    assert network_file_system(Path("/var/mboa.db"), tmp_path / "none") is None
