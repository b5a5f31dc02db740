"""Forms that were posted: a form sent twice, by a double click or a reload, has its effect once."""

from datetime import timedelta

from mboa.storage.admin import secrets
from mboa.storage.store import Connection

KEPT = timedelta(days=2)

_TAKE = "INSERT INTO posts (token, created_at) VALUES (:token, :at) ON CONFLICT DO NOTHING"
_SWEEP = """
DELETE FROM posts WHERE token IN (
    SELECT token FROM posts WHERE created_at < :before ORDER BY created_at LIMIT 50 FOR UPDATE SKIP LOCKED)"""


def first_time(conn: Connection, token: str) -> bool:
    """Whether this form was not posted before; without a token (a client of the API) every time is the first.

    Call it inside the transaction of what the form does: both are committed or neither is.
    """
    if not token:
        return True
    conn.run(_SWEEP, before=conn.now - KEPT)
    return bool(conn.run(_TAKE, token=secrets.digest(token), at=conn.now))
