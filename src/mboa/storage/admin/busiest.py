"""The providers with most to do: found by whole months, whatever days are looked at."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from mboa.storage.admin.span import Span
from mboa.storage.store import Connection, Row

# So many times as many are looked at day by day as are shown: who was busy in a month need not have been on these days.
MARGIN = 3
_OF_MONTH = """
SELECT * FROM (SELECT provider_id, {figure} AS n FROM provider_months WHERE day = '{month}' AND {figure} > 0
               ORDER BY {figure} DESC LIMIT :most) AS month{number}"""
_BUSIEST = """
SELECT b.id, p.name FROM (
  SELECT provider_id AS id FROM ({months}) AS months GROUP BY provider_id ORDER BY SUM(n) DESC, provider_id LIMIT :most
) AS b LEFT JOIN providers p ON p.id = b.id"""


def busiest(conn: Connection, span: Span, figure: Literal["created", "answered"], shown: int) -> list[Row]:
    """``id`` and ``name`` of :data:`MARGIN` times ``shown`` providers who had most requests (``created``) or gave most
    answers (``answered``) in the months that the span touches, in no order; of everybody, where they are no more."""
    months = " UNION ALL ".join(
        _OF_MONTH.format(figure=figure, month=month, number=number) for number, month in enumerate(_months(span))
    )
    return conn.all(_BUSIEST.format(months=months), most=MARGIN * shown)


def _months(span: Span) -> Iterable[date]:
    """The first day of each."""
    month = span.first.replace(day=1)
    while month <= span.last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def listed(ids: Iterable[int]) -> str:
    """Ids for an ``IN``."""
    return ", ".join(str(int(one)) for one in ids)
