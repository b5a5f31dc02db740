"""Messages that went out, by the category under which the channel reported them, and what they were sent for."""

from mboa.storage.admin.span import Span
from mboa.storage.store import Connection, Row

_CATEGORIES = """
SELECT category, paid, CAST(SUM(n) AS BIGINT) AS n FROM price_figures WHERE day BETWEEN :first AND :last
GROUP BY category, paid ORDER BY paid DESC, category"""
_ALL = """
SELECT (SELECT COALESCE(SUM(sent), 0) FROM message_figures WHERE day BETWEEN :first AND :last) AS sent,
       (SELECT COALESCE(SUM(completed), 0) FROM request_figures WHERE day BETWEEN :first AND :last) AS completed"""


def categories(conn: Connection, span: Span) -> list[Row]:
    """``category`` (service, utility, marketing, authentication), ``paid`` (0 or 1) and ``n``, by the reports of sent
    messages that came on these days, whatever the service and the quarter."""
    return conn.all(_CATEGORIES, **span.values())


def totals(conn: Connection, span: Span) -> tuple[int, int]:
    """Messages that went out on these days, and requests confirmed on these days that are completed."""
    row = conn.one(_ALL, **span.values()) or {}
    return int(row.get("sent") or 0), int(row.get("completed") or 0)
