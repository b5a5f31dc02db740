"""The disk under the SQLite file is full, fails to write, fails to flush. What was answered 200 is there afterwards.

With ``MBOA_FAULT_SECONDS`` in the environment every write is tried, for a night.
"""

import contextlib
import logging
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.city import NEED
from tests.database_faults.strace import Failing, needs_strace
from tests.database_faults.town import Town, settle_providers
from tests.engines import Database
from tests.processes import Meta, Process, eventually

log = logging.getLogger(__name__)
# A transaction makes up to forty writes and one flush, and many are committed with one.
DEEP = "MBOA_FAULT_SECONDS" in os.environ
WRITES = range(1, 150) if DEEP else (1, 2, 3, 7, 19, 42)
FLUSHES = range(1, 30) if DEEP else (1, 2, 3, 4)
READY_KNOWS_SECONDS = 10.0
BACK_SECONDS = 10.0
CALM_SECONDS = 10.0


def settle(stack: ExitStack, database: Database) -> Town:
    """A town around one ``mboa serve``, ended with ``stack``."""
    meta = stack.enter_context(Meta())
    process = Process(settle_providers(database), meta)
    process.start()
    return stack.enter_context(Town(meta, [process]))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Database:
    """One file for the failures of this module, one after the other."""
    return Database("sqlite", str(shutil.copy(sqlite_template, tmp_path_factory.mktemp("disk") / "mboa.db")))


@pytest.fixture(scope="module")
def town(file: Database) -> Iterator[Town]:
    """A town around one ``mboa serve`` on it."""
    with ExitStack() as stack:
        yield settle(stack, file)


def check_after_sigkill(town: Town, file: Database, doubts: int) -> None:
    """SIGKILL and a new start: the file is whole, and every promise holds."""
    process = town.doors[0]
    town.silence()
    process.kill()
    process.start()
    town.journey()
    log.info(town.figures())
    with closing(sqlite3.connect(file.address)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert town.broken(file, doubts) == []
    assert town.slow() == []


@needs_strace
@pytest.mark.parametrize(
    ("call", "error", "calls"),
    [("pwrite64", "EIO", WRITES), ("pwrite64", "ENOSPC", WRITES), ("fdatasync", "EIO", FLUSHES)],
)
def test_the_nth_call_fails(town: Town, file: Database, call: str, error: str, calls: Iterable[int]) -> None:
    town.busy(clients=4)
    for number in calls:
        with Failing(town.doors[0].pid, call, f"error={error}", str(number)) as failing:
            eventually(failing.struck, f"{call} {number} fails", 10)
    eventually(town.ready, "it is ready again", BACK_SECONDS)
    town.calm(CALM_SECONDS)
    check_after_sigkill(town, file, doubts=0)


@needs_strace
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_every_call_fails_for_a_while(town: Town, file: Database, call: str) -> None:
    town.busy(clients=4)
    with Failing(town.doors[0].pid, call, "error=EIO"):
        eventually(lambda: not town.ready(), "it says that it is not ready", READY_KNOWS_SECONDS)
        assert town.attempt(need(town)) == 503
    eventually(town.ready, "it is ready again", BACK_SECONDS)
    town.calm(CALM_SECONDS)
    check_after_sigkill(town, file, doubts=4)


@needs_strace
def test_the_disk_takes_seconds_to_flush(town: Town, file: Database) -> None:
    with Failing(town.doors[0].pid, "fdatasync", "delay_enter=4000000"):
        answers = [town.attempt(need(town)) for _ in range(2)]
    assert answers == [503, 503]
    eventually(town.ready, "it is ready again", BACK_SECONDS)
    check_after_sigkill(town, file, doubts=0)


def need(town: Town) -> bytes:
    """The webhook of somebody who is not heard from again."""
    return town.double.text("+237677999999", NEED)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("NO RIGHT TO MOUNT HERE: a disk that is really full is NOT tested")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill a disk to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(65_536)):
            pass
    assert shutil.disk_usage(folder).free == 0
    return filler


def test_the_disk_is_full(small_disk: Path, sqlite_template: Path) -> None:
    file = Database("sqlite", str(shutil.copy(sqlite_template, small_disk / "mboa.db")))
    with ExitStack() as stack:
        town = settle(stack, file)
        town.busy(clients=4)
        filler = fill(small_disk)
        eventually(lambda: not town.ready(), "it says that it is not ready", READY_KNOWS_SECONDS)
        assert town.attempt(need(town)) == 503
        filler.unlink()
        eventually(town.ready, "it is ready again", BACK_SECONDS)
        town.calm(CALM_SECONDS)
        check_after_sigkill(town, file, doubts=4)
