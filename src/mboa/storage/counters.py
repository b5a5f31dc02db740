"""What all processes counted, since the house began: only added to, so that no restart takes anything off."""

from collections.abc import Iterable
from datetime import timedelta

import orjson

from mboa.storage.store import Connection

Labels = tuple[tuple[str, str], ...]
# A process that has brought nothing for so long is gone: its last batch will not come again.
FORGOTTEN_AFTER = timedelta(days=2)

_FIRST_TIME = """
INSERT INTO counter_batches (process, number, brought_at) VALUES (:process, :number, :now)
ON CONFLICT (process) DO UPDATE SET number = excluded.number, brought_at = excluded.brought_at
WHERE counter_batches.number < excluded.number"""
_ADD = """
INSERT INTO counters (name, labels, value) VALUES (:name, :labels, :value)
ON CONFLICT (name, labels) DO UPDATE SET value = counters.value + excluded.value"""
_ALL = "SELECT name, labels, value FROM counters ORDER BY name, labels"
_FORGET = "DELETE FROM counter_batches WHERE brought_at < :before"


def bring(conn: Connection, process: str, number: int, counted: Iterable[tuple[tuple[str, Labels], float]]) -> bool:
    """Add a process's batch of counts; False when this batch was added before (its commit had not been confirmed).

    ``number`` grows with each batch of a process. Series are added in one order by everybody: nobody waits in a ring.
    """
    if not conn.run(_FIRST_TIME, process=process, number=number, now=conn.now):
        return False
    rows = [
        {"name": name, "labels": orjson.dumps(dict(labels)).decode(), "value": value}
        for (name, labels), value in counted
    ]
    conn.many(_ADD, sorted(rows, key=lambda row: (row["name"], row["labels"])))
    return True


def totals(conn: Connection) -> dict[tuple[str, Labels], float]:
    """Every series with what was ever counted."""
    return {(row["name"], tuple(orjson.loads(row["labels"]).items())): float(row["value"]) for row in conn.all(_ALL)}


def forget(conn: Connection) -> None:
    """Drop the batch numbers of processes that are gone; the counts stay."""
    conn.run(_FORGET, before=conn.now - FORGOTTEN_AFTER)
