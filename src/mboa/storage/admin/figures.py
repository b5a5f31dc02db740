"""The daily figures as the database keeps them, and the same from the rows themselves. Days are Douala's, as text."""

from mboa.storage.store import Connection, Row

# Each table's keys and figures; migration 0005 says what they count.
_COURSE = ("created", "accepted", "completed", "cancelled", "unserved")
_OFFERS = ("offers_made", "offers_accepted", "offers_declined", "offers_expired")
# Where the classes of answer times begin, in seconds. The last one is open: nobody is told of more than its beginning.
CLASSES = (0, 5, 10, 15, 20, 30, 45, 60, 80, 100, 120, 150, 180, 240, 300, 360, 420, 480, 540, 600, 900, 1800, 3600,
           7200, 21600)  # fmt: skip
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "request_figures": (("day", "service", "zone"), (*_COURSE, "searching", "rated", "stars", "unmet")),
    "unmet_figures": (("day", "hour", "service", "zone"), ("n",)),
    "unmet_hours": (("day", "hour", "service"), ("n",)),
    "offer_figures": (("day", "service", "zone"), _OFFERS),
    "answer_figures": (("day", "service", "zone"), ("n", "waited_ms", *(f"c{n}" for n in range(len(CLASSES))))),
    "provider_figures": (("day", "provider_id"), (*_COURSE, "answered")),
    "provider_months": (("day", "provider_id"), ("created", "answered")),
    "message_figures": (("day",), ("received", "heard", "misunderstood", "sent")),
    "price_figures": (("day", "category", "paid"), ("n",)),
}
Figures = dict[str, dict[tuple[str | int, ...], dict[str, int]]]


def kept(conn: Connection, day_from: str, day_to: str) -> Figures:
    """What was counted as it happened: figures by table and key, days from ``day_from`` to ``day_to`` inclusive
    (``2026-11-23``). Keys of which nothing is left are not shown."""
    return {table: _summed(conn, table, table, day_from, day_to) for table in TABLES}


def recount(conn: Connection, day_from: str, day_to: str) -> Figures:
    """The same from requests, offers, messages, receipts and diary. It reads all of them: for checks, not for pages."""
    return {table: _summed(conn, table, f"recount_{table}", day_from, day_to) for table in TABLES}


def _summed(conn: Connection, table: str, source: str, day_from: str, day_to: str) -> dict[tuple[str | int, ...], Row]:
    keys, figures = TABLES[table]
    sums = ", ".join(f"CAST(SUM({figure}) AS BIGINT) AS {figure}" for figure in figures)
    rows = conn.all(
        f"SELECT {', '.join(keys)}, {sums} FROM {source} WHERE day BETWEEN :first AND :last "
        f"GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}",
        first=day_from,
        last=day_to,
    )
    found = {tuple(row.pop(key) for key in keys): row for row in rows}
    return {key: row for key, row in found.items() if any(row.values())}


def rebuild(conn: Connection) -> None:
    """Throw the figures away and count everything anew: after rows were filled in behind the triggers' back."""
    for table, (keys, figures) in TABLES.items():
        columns = ", ".join((*keys, *figures))
        conn.run(f"DELETE FROM {table}")
        conn.run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM recount_{table}")
