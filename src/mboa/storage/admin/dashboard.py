"""What needs a hand now: counted from the rows themselves, each by an index of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mboa.storage.store import Connection, Row

OFFERS_SHOWN = 12
FAILED_SPAN = timedelta(hours=24)

# The condition of the index `requests_open`, to the letter.
_BY_STATUS = """
SELECT status, COUNT(*) AS n FROM requests WHERE status NOT IN ('completed', 'cancelled') GROUP BY status"""
_OFFERS = """
SELECT o.id, o.request_id, o.position, o.sent_at, o.expires_at, p.name AS provider, r.service, r.zone
FROM offers o JOIN requests r ON r.id = o.request_id JOIN providers p ON p.id = o.provider_id
WHERE o.status = 'open' ORDER BY o.expires_at LIMIT :shown"""
_COUNTS = """
SELECT
  (SELECT COUNT(*) FROM offers WHERE status = 'open') AS offers_open,
  (SELECT COUNT(*) FROM providers WHERE available AND active AND deleted_at IS NULL) AS available,
  (SELECT COUNT(*) FROM providers WHERE deleted_at IS NULL) AS providers,
  (SELECT COUNT(*) FROM messages WHERE status = 'received') AS unread,
  (SELECT COUNT(*) FROM messages WHERE status IN ('queued', 'sending')) AS unsent,
  (SELECT COUNT(*) FROM messages WHERE status = 'failed' AND created_at >= :since) AS failed,
  (SELECT COUNT(*) FROM messages WHERE status = 'parked') AS parked,
  (SELECT COUNT(*) FROM contacts WHERE needs_human) AS needs_human,
  (SELECT MIN(created_at) FROM messages WHERE status = 'received') AS unread_since_at,
  (SELECT MIN(due_at) FROM messages WHERE status IN ('queued', 'sending') AND status = 'queued') AS unsent_since_at"""
_LINES = """
SELECT channel, level, failures, closed_until_at, cold_until_at, reason FROM lines ORDER BY channel"""
_BEATS = "SELECT name, beaten_at FROM heartbeats ORDER BY name"


@dataclass(frozen=True, slots=True)
class Present:
    """The house at this moment. ``by_status`` counts the live requests; ``offers`` are the open ones that end first.

    ``counts``: ``offers_open, available, providers, unread, unsent, failed`` (of 24 hours), ``parked, needs_human``,
    and since when the oldest unread and unsent messages wait.
    """

    now: datetime
    by_status: dict[str, int]
    offers: list[Row]
    counts: Row


def present(conn: Connection) -> Present:
    """Everything at once, from one moment's rows."""
    return Present(
        now=conn.now,
        by_status={row["status"]: row["n"] for row in conn.all(_BY_STATUS)},
        offers=conn.all(_OFFERS, shown=OFFERS_SHOWN),
        counts=conn.one(_COUNTS, since=conn.now - FAILED_SPAN) or {},
    )


def lines(conn: Connection) -> list[Row]:
    """Each way out: its pace (``level``), its breaker and until when it rests."""
    return conn.all(_LINES)


def beats(conn: Connection) -> list[Row]:
    """When each worker last said that its loops turn."""
    return conn.all(_BEATS)
