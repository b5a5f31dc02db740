"""When nobody could be found: confirmed requests whose client was told so and that no provider ever took."""

from mboa.storage.admin.span import Span
from mboa.storage.store import Connection, Row

_HOURS = """
SELECT service, hour, CAST(SUM(n) AS BIGINT) AS n FROM {figures} WHERE {where}
GROUP BY service, hour HAVING SUM(n) > 0 ORDER BY service, hour"""


def hours(conn: Connection, span: Span) -> list[Row]:
    """``service``, ``hour`` of the confirmation in Douala (0 to 23), ``n``."""
    figures = "unmet_figures" if span.zone else "unmet_hours"
    return conn.all(_HOURS.format(figures=figures, where=span.where()), **span.values())
