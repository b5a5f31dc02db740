"""Filters that an account keeps: a name for the query of the list of requests."""

from mboa.storage.sealing import PERSONAL
from mboa.storage.store import Connection, Row

MOST = 30

_OF = "SELECT id, name, query_sealed FROM saved_filters WHERE account_id = :account ORDER BY name, id"
_KEEP = """
INSERT INTO saved_filters (account_id, name, query_sealed, created_at) VALUES (:account, :name, :query, :at)
ON CONFLICT (account_id, name) DO UPDATE SET query_sealed = excluded.query_sealed RETURNING id"""
_COUNT = "SELECT COUNT(*) AS n FROM saved_filters WHERE account_id = :account AND name <> :name"
_DROP = "DELETE FROM saved_filters WHERE id = :id AND account_id = :account"


def of(conn: Connection, account_id: int) -> list[Row]:
    """``id``, ``name`` and ``query`` of an account's filters, by name."""
    return conn.all(_OF, account=account_id)


def keep(conn: Connection, account_id: int, name: str, query: str) -> int | None:
    """Keep a query under a name, in place of an older one of that name; its id. ``None`` when there are 30 others."""
    others = conn.one(_COUNT, account=account_id, name=name)
    if others and others["n"] >= MOST:
        return None
    row = conn.one(_KEEP, account=account_id, name=name, query=conn.keys.seal(query, PERSONAL), at=conn.now)
    assert row is not None
    return int(row["id"])


def drop(conn: Connection, account_id: int, filter_id: int) -> bool:
    """Forget one; False when this account has no such filter."""
    return bool(conn.run(_DROP, id=filter_id, account=account_id))
