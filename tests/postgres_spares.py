"""Databases of the tests' PostgreSQL that are used again: emptying one is quicker than copying the template."""

import json
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from os import getpid
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres_cluster import Cluster, create_database, drop_database

# One that grew larger, or about which statistics were gathered, would be slower or choose other plans than a new one.
MOST_BYTES = 1_000_000

_serial = count(1)
_ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
_BULKY = """
SELECT EXISTS (SELECT 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               AND (pg_relation_size(oid) > %s OR reltuples > 0))"""
# Every change of a table, an index, a function or a right writes a row of these anew, in a transaction of its own.
_CATALOGUES = ("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_proc", "pg_trigger", "pg_namespace")
_SHAPE = " UNION ALL ".join(f"SELECT COUNT(*), SUM(xmin::text::bigint) FROM {name}" for name in _CATALOGUES) + (
    " UNION ALL SELECT COUNT(*), 0 FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
    " WHERE d.datname = current_database()"
)
_ANEW = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"


@dataclass(frozen=True)
class Original:
    """The template: its shape, its tables, and the rows that the migrations put into some of them."""

    shape: list[Any]
    tables: list[str]
    rows: dict[str, str]


class Spares:
    """The databases of one test process: given out empty, taken back, and dropped when they are no longer as new."""

    def __init__(self, cluster: Cluster, template: str) -> None:
        self.cluster = cluster
        self.template = template
        self.waiting: list[str] = []
        with self._connected(template) as conn:
            tables = [name for (name,) in conn.execute(_TABLES)]
            rows = {name: json.dumps(found) for name in tables if (found := _rows(conn, name))}
            self.original = Original(conn.execute(_SHAPE).fetchall(), tables, rows)

    def take(self) -> str:
        """The name of an empty, migrated database."""
        if self.waiting:
            return self.waiting.pop()
        name = f"t{getpid()}_{next(_serial)}"
        create_database(self.cluster, name, self.template)
        return name

    def give_back(self, name: str) -> None:
        """Empty it for the next test, or drop it when a test gave it another shape or filled it."""
        with self._connected(name) as conn:
            conn.execute(_ALONE)
            as_new = conn.execute(_SHAPE).fetchall() == self.original.shape
            bulky = conn.execute(_BULKY, [MOST_BYTES]).fetchone() != (False,)
            if as_new and not bulky:
                self._empty(conn)
                self.waiting.append(name)
                return
        drop_database(self.cluster, name)

    def _empty(self, conn: psycopg.Connection) -> None:
        # Neither foreign keys nor the guard of the audit log are asked.
        delete = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in self.original.tables]
        conn.execute(sql.SQL("; ").join([sql.SQL("SET session_replication_role = replica"), *delete]))
        for name, rows in self.original.rows.items():
            fill = "INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, %s)"
            conn.execute(sql.SQL(fill).format(sql.Identifier(name)), [rows])
        conn.execute(_ANEW)

    def _connected(self, name: str) -> closing[psycopg.Connection]:
        return closing(psycopg.connect(self.cluster.url(name), autocommit=True))


def _rows(conn: psycopg.Connection, table: str) -> list[Any]:
    asked = sql.SQL("SELECT row_to_json(t) FROM {} t").format(sql.Identifier(table))
    return [row for (row,) in conn.execute(asked)]
