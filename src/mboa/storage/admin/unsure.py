"""The readings of a week that were unsure or corrected, as they were written, and the newest messages of the house."""

from datetime import timedelta
from typing import Any

import orjson

from mboa.storage.store import Connection, Row

WEEK = timedelta(days=7)
# A week's worth to look at is found among the newest; older ones are looked for no further than this.
MOST, SEARCHED = 500, 20_000
_WRITTEN = "m.direction = 'in' AND m.kind = 'text' AND m.text NOT IN ('', '…') AND m.understood_json IS NOT NULL"
_UNSURE = f"""
SELECT m.id, m.contact_id, m.text, m.understood_json, m.created_at AS at, x.id AS mark
FROM messages m LEFT JOIN misreadings x ON x.message_id = m.id
WHERE m.id > (SELECT COALESCE(MAX(n.id), 0) FROM messages n) - {SEARCHED} AND {_WRITTEN} AND m.created_at >= :since
  AND (x.id IS NOT NULL OR m.understood_json LIKE :unsure)
ORDER BY m.id DESC LIMIT {MOST}"""
_EXISTS = "SELECT 1 AS yes FROM messages WHERE id = :id AND direction = 'in'"
_NEWEST = f"SELECT m.id, m.text, m.understood_json FROM messages m WHERE {_WRITTEN} ORDER BY m.id DESC LIMIT :most"


def of_the_week(conn: Connection) -> list[Row]:
    """Messages in that were read unsurely or marked as misread in seven days, newest first, with ``understood``."""
    rows = conn.all(_UNSURE, since=conn.now - WEEK, unsure='%"sure":false%')
    return [with_reading(row) for row in rows]


def newest(conn: Connection, most: int) -> list[Row]:
    """The newest ``most`` messages in, with ``understood``."""
    return [with_reading(row) for row in conn.all(_NEWEST, most=most)]


def with_reading(row: Row) -> Row:
    """The row with ``understood`` in place of its JSON: what the house read at the time."""
    understood: dict[str, Any] = orjson.loads(row.pop("understood_json") or "{}")
    return row | {"understood": understood}


def exists(conn: Connection, message_id: int) -> bool:
    """Whether it is a message that came in."""
    return conn.one(_EXISTS, id=message_id) is not None
