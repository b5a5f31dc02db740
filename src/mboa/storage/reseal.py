"""Rows sealed with an older key of the ring, sealed anew with its first: some at a time, and found by the new key."""

from dataclasses import dataclass

from mboa.storage import seal
from mboa.storage.sealing import PERSONAL, SECOND_FACTOR
from mboa.storage.store import Connection

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A column that holds sealed values, and the one beside it that they are found by."""

    table: str
    column: str
    purpose: str = PERSONAL
    lookup: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """How many rows were sealed anew, and the id of the last one looked at; ``None`` when there was none left."""

    resealed: int
    last: int | None


PLACES = (
    Place("identities", "sealed", lookup="lookup"),
    Place("messages", "full_sealed"),
    Place("requests", "full_sealed"),
    Place("saved_filters", "query_sealed"),
    Place("accounts", "totp_secret", SECOND_FACTOR),
    Place("accounts", "totp_pending", SECOND_FACTOR),
)
# A ciphertext begins with the name of its key (see `keyring.py`).
_OLD = """
SELECT id, {column} AS old FROM {table}
WHERE id > :after AND {column} IS NOT NULL AND {column} NOT LIKE :newest ORDER BY id LIMIT :most"""
# What was changed meanwhile was sealed by whoever changed it.
_NEW = "UPDATE {table} SET {column} = :new WHERE id = :id AND {column} = :old"
_NEW_FOUND = "UPDATE {table} SET {column} = :new, {lookup} = :lookup WHERE id = :id AND {column} = :old"


def some(conn: Connection, place: Place, after: int) -> Piece:
    """Up to 500 rows with an id above ``after``."""
    keys = conn.keys
    named = {"table": place.table, "column": place.column, "lookup": place.lookup}
    rows = conn.all(_OLD.format(**named), after=after, newest=f"{keys.name}.%", most=AT_ONCE)
    changes = []
    for row in rows:
        plain = keys.open(row["old"], place.purpose)
        change = {"id": row["id"], "old": row["old"], "new": keys.seal(plain, place.purpose)}
        changes.append(change | ({"lookup": keys.index(plain, place.purpose)} if place.lookup else {}))
    conn.many((_NEW_FOUND if place.lookup else _NEW).format(**named), changes)
    return Piece(len(rows), rows[-1]["id"] if rows else None)


def finish(conn: Connection) -> tuple[str, int]:
    """The name of the ring's first key, and how many others nothing is sealed with any more: those are forgotten.

    Zero while a process that still seals with another one has left something: run it again.
    """
    if any(some(conn, place, 0).last is not None for place in PLACES):
        return conn.keys.name, 0
    return conn.keys.name, seal.forget_others(conn)
