"""One SQLite file, one process that writes: a second one is refused and harms nothing."""

import os
import subprocess
import sys
from pathlib import Path

from tests.database_faults.town import Town, settle_providers
from tests.engines import Database
from tests.processes import Meta, Process, free_port


def run(command: str, database: Database) -> subprocess.CompletedProcess[str]:
    """An ``mboa`` command on the same folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MBOA_")}
    env = {**clean, "MBOA_DATA_DIR": str(Path(database.address).parent), "MBOA_PORT": str(free_port())}
    asked = [sys.executable, "-m", "mboa", command]
    return subprocess.run(asked, env=env, capture_output=True, text=True, timeout=20, check=False)


def test_a_second_process_is_refused(sqlite_database: Database) -> None:
    with Meta() as meta:
        first = Process(settle_providers(sqlite_database), meta)
        first.start()
        second = run("serve", sqlite_database)
        with Town(meta, [first]) as town:
            town.journey()
            assert town.broken(sqlite_database, doubts=0) == []
        assert first.stop() == 0
    assert second.returncode == 1
    told = [line for line in second.stderr.splitlines() if not line.startswith("{")]
    assert len(told) == 1
    assert "already written by another process" in told[0]
