"""Fixtures of the backup's tests."""

from collections.abc import Iterator
from itertools import count
from os import getpid
from pathlib import Path

import pytest

from tests.engines import Database
from tests.postgres_cluster import Cluster, create_database, drop_database

_serial = count(1)


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Where a backup of ``database`` may be restored: a place of the same engine in which nothing is."""
    if database.dialect == "sqlite":
        yield Database("sqlite", str(tmp_path / "elsewhere" / "mboa.db"))
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"restored{getpid()}_{next(_serial)}"
    yield Database("postgresql", create_database(cluster, name))
    drop_database(cluster, name)
