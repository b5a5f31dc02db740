"""Figures told by the rows, so that no restart can lose them and every page says the same."""

from datetime import timedelta

from mboa.storage.store import Connection

SUCCESS_SPAN = timedelta(days=30)

_SUCCESS = """
SELECT COUNT(*) AS created, COUNT(CASE WHEN status = 'completed' THEN 1 END) AS completed FROM requests
WHERE confirmed_at >= :since"""


def success_rate(conn: Connection) -> float:
    """Completed share of the requests confirmed in the last 30 days, 0 to 1; 0 when there were none."""
    row = conn.one(_SUCCESS, since=conn.now - SUCCESS_SPAN)
    return row["completed"] / row["created"] if row and row["created"] else 0.0
