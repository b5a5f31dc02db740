"""The providers with most to do: found by whole months, which are few rows, whatever days are looked at."""

from collections.abc import Iterable
from typing import Literal

from mboa.storage.admin.span import MOST_PROVIDERS, Span
from mboa.storage.store import Connection, Row

# Looked at day by day are three times as many as are shown: who was busy in a month need not have been on these days.
CANDIDATES = 3 * MOST_PROVIDERS
_BUSIEST = """
SELECT b.id, p.name FROM (
  SELECT provider_id AS id FROM provider_months WHERE day BETWEEN :month AND :last GROUP BY provider_id
  HAVING SUM({figure}) > 0 ORDER BY SUM({figure}) DESC, provider_id LIMIT :most
) AS b LEFT JOIN providers p ON p.id = b.id"""


def busiest(conn: Connection, span: Span, figure: Literal["created", "answered"]) -> list[Row]:
    """``id`` and ``name`` of up to :data:`CANDIDATES` providers who had most requests (``created``) or gave most
    answers (``answered``) in the months that the span touches, in no order: everybody, where they are no more."""
    month, last = span.first.replace(day=1).isoformat(), span.last.isoformat()
    return conn.all(_BUSIEST.format(figure=figure), month=month, last=last, most=CANDIDATES)


def listed(ids: Iterable[int]) -> str:
    """Ids for an ``IN``."""
    return ", ".join(str(int(one)) for one in ids)
