"""Where the log goes must not matter to the service: a full disk, nobody who reads the pipe, no place at all."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.database_faults.town import Town, settle_providers
from tests.engines import Database
from tests.processes import Meta, Process

PIPE_BYTES = 65_536


class Talkative(Process):
    """``mboa serve`` whose standard error is ``stderr``."""

    stderr: int = subprocess.DEVNULL

    def _launch(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "mboa", self.role], env=self._env, stderr=self.stderr)


class Mute(Process):
    """``mboa serve`` that was started without a standard error."""

    def _launch(self) -> subprocess.Popen[bytes]:
        command = ["sh", "-c", 'exec "$0" -m mboa serve 2>&-', sys.executable]
        return subprocess.Popen(command, env=self._env)


def full_device(meta: Meta, database: Database) -> Process:
    """Every line that is written fails with ENOSPC."""
    process = Talkative(database, meta)
    process.stderr = os.open("/dev/full", os.O_WRONLY)
    return process


def pipe_nobody_reads(meta: Meta, database: Database) -> Process:
    """The pipe is full already but for a few hundred bytes."""
    _reader, process = os.pipe(), Talkative(database, meta)
    os.write(_reader[1], bytes(PIPE_BYTES - 512))
    process.stderr = _reader[1]
    return process


def closed(meta: Meta, database: Database) -> Process:
    """There is no standard error."""
    return Mute(database, meta)


@pytest.mark.parametrize("destination", [full_device, pipe_nobody_reads, closed])
def test_the_log_cannot_be_written(sqlite_database: Database, destination: Callable[[Meta, Database], Process]) -> None:
    with Meta() as meta:
        process = destination(meta, settle_providers(sqlite_database))
        process.start()
        with Town(meta, [process]) as town:
            for _ in range(3):
                town.journey()
            assert town.slow() == []
            assert town.broken(sqlite_database, doubts=0) == []
        assert process.stop() == 0
