"""A new version migrates while the one before still works: it may add, and takes nothing away that is in use.

What the version before writes must still be accepted, and what it reads must still be there. ``0009``, which sealed the
numbers, is the one that could not be done so (docs/operations.md, "Upgrades").
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mboa.storage.migrate import MIGRATIONS, migrate
from mboa.storage.sqlite_file import connect
from tests.engines import KEYS
from tests.postgres_cluster import Cluster, create_database, drop_database

FIRST = 10
VERSIONS = {int(file.name[1:5]): file for file in sorted((MIGRATIONS / "versions").glob("v*.py"))}
Column = tuple[str, bool]
"""Its type, and whether a row may be written without naming it."""
Schema = dict[tuple[str, str], Column]

_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
_SQLITE_INDEXES = (
    "SELECT i.name, m.tbl_name FROM sqlite_master m, pragma_index_list(m.tbl_name) i "
    "WHERE m.type = 'table' AND i.\"unique\""
)
_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES'
FROM information_schema.columns WHERE table_schema = 'public'"""
_INDEXES = """
SELECT c.relname, t.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE i.indisunique AND n.nspname = 'public'"""


class Old:
    """A database that is brought from version to version."""

    def __init__(self, dialect: str, address: str, versions: Path) -> None:
        self.dialect, self.address, self.versions = dialect, address, versions

    def bring_to(self, version: int) -> None:
        """Apply what is missing up to this version."""
        for number, file in VERSIONS.items():
            if number <= version:
                shutil.copy(file, self.versions)
        migrate(self.dialect, self.address, self.versions, keys=KEYS)  # type: ignore[arg-type]

    def columns(self) -> Schema:
        """Every column of every table and view."""
        if self.dialect == "postgresql":
            return {(table, name): (kind, free) for table, name, kind, free in self._asked(_COLUMNS)}
        return {
            (table, name): (kind, not required or default is not None or bool(key))
            for (table,) in self._asked(_SQLITE_TABLES)
            for _, name, kind, required, default, key in self._asked(f"PRAGMA table_info({table})")
        }

    def promises(self) -> dict[str, str]:
        """Every unique index, and its table."""
        rows = self._asked(_INDEXES if self.dialect == "postgresql" else _SQLITE_INDEXES)
        return dict(rows)

    def _asked(self, sql: str) -> list[tuple[Any, ...]]:
        if self.dialect == "postgresql":
            with psycopg.connect(self.address) as server:
                return server.execute(sql.encode()).fetchall()
        with closing(connect(Path(self.address))) as file:
            return [tuple(row) for row in file.execute(sql).fetchall()]


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Old]:
    versions = tmp_path / "versions"
    versions.mkdir()
    if request.param == "sqlite":
        yield Old("sqlite", str(tmp_path / "mboa.db"), versions)
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = create_database(cluster, f"expand_{tmp_path.name}"[:60].lower())
    yield Old("postgresql", url, versions)
    drop_database(cluster, url.rsplit("/", 1)[1])


def test_each_version_only_adds(old: Old) -> None:
    old.bring_to(FIRST - 1)
    for version in range(FIRST, max(VERSIONS) + 1):
        before, promised = old.columns(), old.promises()
        old.bring_to(version)
        after, known = old.columns(), {table for table, _ in before}
        gone = {name: (column, after.get(name)) for name, column in before.items() if after.get(name) != column}
        assert gone == {}, f"{version}: what the version before reads or writes is gone or another"
        needed = [name for name, (_, free) in after.items() if name not in before and name[0] in known and not free]
        assert needed == [], f"{version}: the version before writes rows without it"
        stricter = [name for name, table in old.promises().items() if name not in promised and table in known]
        assert stricter == [], f"{version}: the version before may write rows that this refuses"
