"""Somebody writes much faster than anybody can be answered: all of it is kept, and heard together, more seldom.

Nothing is counted when a message comes in. Whoever hears him sees from the rows that it is a flood, and writes down
until when he is not heard again; what he writes meanwhile is due then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mboa.storage.sealing import masked_json
from mboa.storage.store import Connection, Row

# More than this unread, written within a minute; or more than this written in the last minute.
MOST_UNREAD, MOST_A_MINUTE = 20, 30
MINUTE = timedelta(minutes=1)
CALM = timedelta(seconds=30)
# Nobody types so many in so short a time. Where each is heard at once (a burst of nothing), it is the first sign.
GUST, GUST_WITHIN, GUST_PAUSE = 8, timedelta(seconds=2), timedelta(seconds=3)
# He is asked to write less at most so often.
ASKED_EVERY = timedelta(hours=1)

# When the message was written after which there came as many as one may write in a minute.
LONG_AGO = f"""
SELECT COALESCE(x.written_at, x.created_at) FROM messages x WHERE x.contact_id = {{contact}} AND x.direction = 'in'
ORDER BY x.id DESC LIMIT 1 OFFSET {MOST_A_MINUTE}"""
_CALM = "UPDATE contacts SET calm_until_at = :until WHERE id = :id"
_RECENT = f"""
SELECT x.created_at AS at FROM messages x WHERE x.contact_id = :id AND x.direction = 'in' AND x.kind = 'text'
ORDER BY x.id DESC LIMIT 1 OFFSET {GUST - 1}"""
_ASK = """
UPDATE contacts SET calmed_at = :now WHERE id = :id AND (calmed_at IS NULL OR calmed_at <= :before)"""
_AT_ONCE = 100
_HEARD = f"""
UPDATE messages SET status = 'understood', understood_json = :understood, due_at = NULL
WHERE id IN ({", ".join(f":m{number}" for number in range(_AT_ONCE))}) AND status = 'received'"""


def is_flood(rows: Sequence[Row], now: datetime) -> bool:
    """Whether a person's unread rows, in the order they were written, are one.

    After an outage they are not: what counts is when he wrote, not when it came.
    """
    if len(rows) > MOST_UNREAD and rows[-1]["said_at"] - rows[-1 - MOST_UNREAD]["said_at"] < MINUTE:
        return True
    back = rows[0].get("long_ago_at")
    return back is not None and now - back < MINUTE


def pause_in_gust(conn: Connection, contact_id: int) -> None:
    """After so many texts in so short a time the next ones are heard together, and seen to be a flood if they are."""
    row = conn.one(_RECENT, id=contact_id)
    if row is not None and conn.now - row["at"] < GUST_WITHIN:
        conn.run(_CALM, id=contact_id, until=conn.now + GUST_PAUSE)


def calm(conn: Connection, contact_id: int) -> bool:
    """He is heard again in half a minute; True when it is time to ask him for patience."""
    conn.run(_CALM, id=contact_id, until=conn.now + CALM)
    return bool(conn.run(_ASK, id=contact_id, now=conn.now, before=conn.now - ASKED_EVERY))


def heard(conn: Connection, message_ids: Sequence[int], understood: str) -> bool:
    """Mark many messages as heard; False when another worker was first with any of them."""
    changed = 0
    for start in range(0, len(message_ids), _AT_ONCE):
        some = message_ids[start : start + _AT_ONCE]
        filled = (*some, *[some[-1]] * (_AT_ONCE - len(some)))
        changed += conn.run(
            _HEARD, understood=masked_json(understood), **{f"m{n}": number for n, number in enumerate(filled)}
        )
    return changed == len(message_ids)
