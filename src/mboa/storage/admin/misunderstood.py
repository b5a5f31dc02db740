"""What people wrote that had to be asked about again."""

from datetime import timedelta

from mboa.storage.store import Connection

WEEK = timedelta(days=7)
# The newest of a week are plenty to see which words are missing.
MOST = 1000
_TEXTS = """
SELECT m.text FROM (
  SELECT cause FROM events WHERE name = 'message_misunderstood' AND happened_at >= :since
  ORDER BY happened_at DESC LIMIT :most
) AS e JOIN messages m ON m.id = CASE WHEN e.cause LIKE 'message:%' THEN CAST(SUBSTR(e.cause, 9) AS BIGINT) END
WHERE m.text <> ''"""


def texts_of_the_week(conn: Connection) -> list[str]:
    """The texts of the last seven days, newest first."""
    return [row["text"] for row in conn.all(_TEXTS, since=conn.now - WEEK, most=MOST)]
