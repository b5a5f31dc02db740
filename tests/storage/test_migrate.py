"""Bringing a database to the code's schema: once, whole, and never backwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy

from mboa.storage.migrate import MIGRATIONS, SchemaTooNew, migrate, schema_version
from mboa.storage.sqlite_file import hold
from mboa.storage.store import StoreAway, StoreBusy
from tests.engines import Database
from tests.postgres_cluster import Cluster, create_database, drop_database

SHIPPED = sorted(file.stem.removeprefix("v") for file in (MIGRATIONS / "versions").glob("v*.py"))
ELSEWHERE = """
import json, sys
from mboa.storage.migrate import migrate
applied = migrate(sys.argv[1], sys.argv[2])
print(json.dumps([applied, "alembic" in sys.modules, "sqlalchemy" in sys.modules]))
"""
STEP = """
from alembic import op
revision, down_revision = {revision!r}, {after!r}
def upgrade():
    op.execute("CREATE TABLE {table} (id INTEGER)")
    {then}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any schema; on SQLite not even a file."""
    if request.param == "sqlite":
        yield Database("sqlite", str(tmp_path / "new" / "100 %.db"))
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"bare{os.getpid()}"  # test processes share the server
    yield Database("postgresql", create_database(cluster, name))
    drop_database(cluster, name)


def _elsewhere(database: Database) -> tuple[list[str], bool, bool]:
    """Migrate in a process of its own, which must print nothing else."""
    command = [sys.executable, "-c", ELSEWHERE, database.dialect, database.address]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    applied, alembic, sqlalchemy_loaded = json.loads(done.stdout)
    return applied, alembic, sqlalchemy_loaded


def _versions(folder: Path, second: str) -> Path:
    """Two migrations, the second ending with the statement ``second``."""
    folder.mkdir(exist_ok=True)
    (folder / "v0001_first.py").write_text(STEP.format(revision="0001", after=None, table="first", then=""))
    (folder / "v0002_second.py").write_text(STEP.format(revision="0002", after="0001", table="second", then=second))
    return folder


def test_a_new_database_gets_everything_and_then_nothing(bare: Database, capfd: pytest.CaptureFixture[str]) -> None:
    assert schema_version(bare.dialect, bare.address) is None
    assert migrate(bare.dialect, bare.address) == SHIPPED
    assert schema_version(bare.dialect, bare.address) == SHIPPED[-1][:4]
    assert migrate(bare.dialect, bare.address) == []
    assert capfd.readouterr() == ("", "")


def test_of_two_processes_at_once_one_migrates(bare: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        applied = [done[0] for done in pool.map(_elsewhere, [bare] * 2)]
    assert sorted(applied) == [[], SHIPPED]


def test_a_database_up_to_date_is_known_without_loading_alembic(database: Database) -> None:
    assert _elsewhere(database) == ([], False, False)


def test_a_newer_database_is_refused(database: Database) -> None:
    is_file = database.dialect == "sqlite"
    url = f"sqlite:///{database.address}" if is_file else database.address.replace("://", "+psycopg://")
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9876'"))
    engine.dispose()
    with pytest.raises(SchemaTooNew, match=r"9876.*newer version"):
        migrate(database.dialect, database.address)


def test_a_migration_that_fails_leaves_nothing_of_itself(bare: Database, tmp_path: Path) -> None:
    broken = _versions(tmp_path / "versions", "op.execute('CREATE TABLE first (id INTEGER)')")
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="first"):
        migrate(bare.dialect, bare.address, broken)
    assert schema_version(bare.dialect, bare.address) == "0001"
    mended = _versions(tmp_path / "versions", "op.execute('CREATE TABLE third (id INTEGER)')")
    assert migrate(bare.dialect, bare.address, mended) == ["0002_second"]
    assert schema_version(bare.dialect, bare.address) == "0002"


def test_a_file_that_another_process_writes_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "mboa.db"
    with hold(path), pytest.raises(StoreBusy, match=r"mboa\.db"):
        migrate("sqlite", path, patience=0.1)
    assert migrate("sqlite", path) == SHIPPED


def test_a_database_that_cannot_be_reached_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreAway):
        migrate("sqlite", tmp_path / "file" / "mboa.db")
    with pytest.raises(StoreAway):
        migrate("postgresql", "postgresql://mboa@127.0.0.1:1/mboa")


def test_each_shipped_file_is_named_after_its_revision() -> None:
    assert SHIPPED
    for file in (MIGRATIONS / "versions").glob("*.py"):
        assert f'revision = "{file.name[1:5]}"' in file.read_text()
